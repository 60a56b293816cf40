//! The only room that names concrete types.
