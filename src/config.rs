//! Settings, one element per file, validated; secrets never print.
