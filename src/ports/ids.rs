//! Fresh identifiers.

use uuid::Uuid;

/// Makes identifiers. An implementation MUST never give the same one twice, and SHOULD give later ones that
/// sort after earlier ones (UUIDv7), so that listings are in order of time.
pub trait Ids: Send + Sync + 'static {
    /// A fresh one.
    fn fresh(&self) -> Uuid;
}
