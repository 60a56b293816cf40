//! The time.

use jiff::Timestamp;

/// Tells the time. What orders things between processes is the database's clock; this one dates what people
/// see and feeds `decide`.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}
