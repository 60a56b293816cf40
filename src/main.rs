//! Parses the command line, calls [`cashwrap::cli`], and turns its result into an exit code.

fn main() {}
