//! What goes wrong on the way: each is armed for one call, in the order in which they were armed.

/// A fault of the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request is read, nothing is done, and no answer comes.
    TimeoutBefore,
    /// Everything is done, and no answer comes.
    TimeoutAfter,
    /// The connection is closed before anything is done.
    ResetBefore,
    /// The connection is closed after everything is done.
    ResetAfter,
    /// A 500, and nothing is done.
    FiveBefore,
    /// A 500 in place of the answer, which is kept under its key.
    FiveAfter,
    /// Everything is done, and a page of HTML says 200.
    Garbage,
    /// The answer tells another amount than was asked for.
    WrongAmount,
    /// The answer tells another reference than was given.
    WrongReference,
    /// A 429, and nothing is done.
    TooMany,
    /// A 401, and nothing is done.
    Unauthorised,
    /// Everything is done after a while, and its key is in use meanwhile.
    Slow,
}

impl Fault {
    /// Every fault, for tables.
    pub const ALL: [Self; 12] = [
        Self::TimeoutBefore,
        Self::TimeoutAfter,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::FiveBefore,
        Self::FiveAfter,
        Self::Garbage,
        Self::WrongAmount,
        Self::WrongReference,
        Self::TooMany,
        Self::Unauthorised,
        Self::Slow,
    ];
}
