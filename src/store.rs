//! The store port's implementations: PostgreSQL, SQLite, memory.
