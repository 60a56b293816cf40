//! One state of the whole: what is durable, what each worker holds in memory, what the gateways' books say, and
//! what is on its way to them.
//!
//! Versions and fences stand as what they are for: a copy that another writer has overtaken is `stale`, and a
//! drive whose claim somebody else has taken is `fenced`. Counters would tell the same and keep states apart
//! that differ in nothing.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use cashwrap::domain::cart::CartState;
use cashwrap::domain::checkout::CheckoutState;
use cashwrap::domain::ids::{AttemptId, OperationId};
use cashwrap::domain::payment::{Input, OperationKind, Outcome, Payment};
use cashwrap::domain::placement::Placement;
use jiff::Timestamp;

use crate::gateway::Ledger;
use crate::rules::Broken;

/// A value that is shared between states, hashed once.
#[derive(Clone)]
pub struct Kept<T>(Arc<(u64, T)>);

impl<T: Hash> Kept<T> {
    pub fn new(value: T) -> Self {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        Self(Arc::new((hasher.finish(), value)))
    }
}

impl<T> std::ops::Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.1
    }
}

impl<T> Hash for Kept<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.0.hash(state);
    }
}

impl<T: PartialEq> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.0 == other.0.0 && self.0.1 == other.0.1)
    }
}

impl<T: Eq> Eq for Kept<T> {}

/// The rows of the sale. Checkout and cart are written with the placement and stand for their states.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Rows {
    pub placement: Kept<Placement>,
    pub checkout: CheckoutState,
    pub cart: CartState,
    pub payment: Kept<Payment>,
}

/// What a timer drives; also the rows that one write touches: placement, checkout and cart go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    Placement,
    Payment,
}

impl Subject {
    pub const ALL: [Self; 2] = [Self::Placement, Self::Payment];
}

/// Who may write for a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lease {
    /// Nobody, or a worker that is gone: its lease runs out by itself.
    Free,
    Held,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timer {
    pub due: Timestamp,
    pub lease: Lease,
}

/// What a call asks of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    Look,
    Money(OperationKind),
}

/// One call, from the decision to its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Call {
    pub gateway: usize,
    pub ask: Ask,
    pub attempt: AttemptId,
    pub operation: Option<OperationId>,
    /// The vendor's object, where its id is known.
    pub object: Option<usize>,
    pub amount_minor: i64,
    pub replay: bool,
    /// Nothing of it leaves at or after this.
    pub leaves_by: Timestamp,
}

/// A fact of the outside world that no commit holds yet, and when it was learnt.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Learnt {
    pub fact: Fact,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fact {
    Recovered,
    Outcome { operation: OperationId, replay: bool, outcome: Outcome },
    Looked { attempt: AttemptId, operation: Option<OperationId>, outcome: Outcome },
}

impl Fact {
    pub fn input(&self) -> Input {
        match self.clone() {
            Self::Recovered => Input::Recovered,
            Self::Outcome { operation, replay, outcome } => Input::Outcome { operation, replay, outcome },
            Self::Looked { attempt, operation, outcome } => Input::Looked { attempt, operation, outcome },
        }
    }
}

/// What follows a commit.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Then {
    Send(Call),
    RestUntil(Timestamp),
    NeverAgain,
}

/// Where a drive stands between two of its steps.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Phase {
    Committing(Then),
    Calling(Call),
    Waiting(Call),
    Answered(Call, Outcome),
}

/// What a worker holds in memory while it drives a subject.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Drive {
    pub subject: Subject,
    /// Somebody else has claimed the subject since.
    pub fenced: bool,
    /// Somebody else has written the placement's rows, or the payment's, since they were read.
    pub stale: [bool; 2],
    /// What differs from what was read.
    pub dirty: [bool; 2],
    pub rows: Rows,
    pub learnt: Vec<Learnt>,
    pub phase: Phase,
}

/// A request under way to a gateway.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Message {
    pub call: Call,
    /// Who waits for the answer, if anybody still does.
    pub from: Option<usize>,
    /// Time may pass before it lands.
    pub late: bool,
}

/// What may still go wrong or be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Left {
    pub crashes: u8,
    pub faults: u8,
    pub cancels: u8,
    pub returns: u8,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct State {
    pub now: Timestamp,
    pub rows: Rows,
    pub timers: [Option<Timer>; 2],
    pub workers: [Option<Box<Drive>>; 2],
    pub ledgers: [Ledger; 2],
    pub flying: Vec<Message>,
    pub left: Left,
    /// A caller asked this process to look at the placement at once.
    pub kicked: bool,
    /// Orders made durable.
    pub orders: u8,
    /// The first rule that a step broke; nothing follows.
    pub broken: Option<Broken>,
}

impl State {
    /// Whether nothing is left to be done, by anybody.
    pub fn at_rest(&self) -> bool {
        self.broken.is_none()
            && self.workers.iter().all(Option::is_none)
            && self.flying.is_empty()
            && self.timers.iter().all(Option::is_none)
    }
}
