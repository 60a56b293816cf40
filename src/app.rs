//! Use cases, a file per service: load, let the domain decide, commit.
