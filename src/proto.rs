//! The generated code, and nothing else.
