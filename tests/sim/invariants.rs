//! What must hold (docs/reliability.md §2): one small file per invariant, each looking only at what an effect
//! touched, with running ledgers of its own; and what must hold in the end, when the faults have stopped.
//!
//! An invariant is shown [`Fact`]s. Another one is another file, and a line in [`all`]; what cannot be seen from
//! here is in [`ELSEWHERE`], with where it is proved.

use std::collections::BTreeMap;

use bytes::Bytes;
use cashwrap::app::Reason;
use cashwrap::domain::ids::AccountId;
use cashwrap::ports::Record;
use cashwrap::ports::store::{Claim, ReplyKey, UnitOfWork, Verdict as StoreVerdict};
use cashwrap::store::memory::Dump;
use jiff::Timestamp;
use tokio::time::Instant;

use crate::book::Book;
use crate::gateways::{Asked, Ledger};

mod alarms;
mod i01_one_order;
mod i02_not_overcharged;
mod i03_order_before_capture;
mod i04_one_live;
mod i05_no_hold_forgotten;
mod i06_intent_first;
mod i07_as_asked;
mod i08_as_agreed;
mod i09_refunds;
mod i10_acknowledged;
mod i11_ends;
mod i12_tables;
mod i13_fences;
mod i15_same_reply;
mod i16_one_run_per_key;
mod i18_refused_is_not_kept;
mod i19_heard_once;
mod i20_counts;
mod i22_events;
mod i23_books_agree;
mod i24_sealed;
mod i25_stores_apart;
mod i26_bounded;
mod i27_place_by;
mod i28_backup;
mod i30_pinned;
mod r04_absence;
mod r19_declines;

/// Invariants of reliability.md that are not looked at here, and why.
pub const ELSEWHERE: [(&str, &str); 2] = [
    (
        "I14",
        "a commit is one call of the port, so that no gateway can be called inside one; the stores' suite",
    ),
    ("I29", "rows of neighbouring versions: the golden documents"),
];

/// Whether an invariant held; what did not, in words.
pub type Held = Result<(), String>;

/// An invariant that did not hold.
#[derive(Debug, Clone)]
pub struct Violation {
    /// Which.
    pub invariant: &'static str,
    /// What was seen.
    pub what: String,
}

/// A unit that has just become durable. The book does not know it yet.
pub struct Committed<'a> {
    /// The unit.
    pub unit: &'a UnitOfWork<Record>,
    /// What the store holds now.
    pub dump: &'a Dump,
    /// Who wrote it.
    pub process: &'a str,
}

/// A request that leaves a process.
pub struct Leaving<'a> {
    /// Where to.
    pub account: &'a AccountId,
    /// What it asks.
    pub asked: &'a Asked,
    /// The time on the process's wall clock.
    pub at: Timestamp,
}

/// What a caller was told.
pub struct Answer<'a> {
    /// The method.
    pub method: &'static str,
    /// The caller's key.
    pub key: &'a ReplyKey,
    /// What the caller asked, as a fingerprint.
    pub fingerprint: [u8; 32],
    /// When it asked.
    pub asked: Instant,
    /// The reply, or why there is none.
    pub result: Result<&'a Bytes, Reason>,
    /// Something stands under the key now.
    pub kept: bool,
    /// The reply stands under the key.
    pub frozen: bool,
}

/// Something that happened.
pub enum Fact<'a> {
    /// A unit became durable.
    Committed(&'a Committed<'a>),
    /// A unit without rows was submitted.
    Keyed {
        /// The unit.
        unit: &'a UnitOfWork<Record>,
        /// What became of it.
        verdict: &'a StoreVerdict,
    },
    /// A claim was given.
    Claimed(&'a Claim),
    /// A claim was to be renewed.
    Renewed {
        /// Fence or version changed by it.
        changed: bool,
    },
    /// A request leaves a process.
    Left(&'a Leaving<'a>),
    /// A gateway's ledger may have changed for a payment.
    Executed {
        /// The account.
        account: &'a AccountId,
        /// The payment.
        reference: &'a str,
    },
    /// A caller was answered.
    Answered(&'a Answer<'a>),
    /// A process took an event of a vendor.
    Heard {
        /// The event.
        event: &'a str,
        /// It led to a look.
        counted: bool,
    },
    /// What a process itself counted as impossible.
    Alarms {
        /// How often.
        count: u64,
    },
}

/// What an invariant may look at.
pub struct Scene<'a> {
    /// What was durable before.
    pub book: &'a Book,
    /// The gateways' ledgers.
    pub tills: &'a BTreeMap<AccountId, Ledger>,
    /// Now.
    pub now: Instant,
    /// Some clock was off at some time.
    pub clocks_were_off: bool,
}

/// An invariant.
pub trait Invariant: Send {
    /// Its number in reliability.md.
    fn name(&self) -> &'static str;

    /// Looks at what has just happened.
    fn see(&mut self, _fact: &Fact<'_>, _scene: &Scene<'_>) -> Held {
        Ok(())
    }

    /// Looks at everything, once all has come to rest.
    fn end(&mut self, _scene: &Scene<'_>, _dump: &Dump) -> Held {
        Ok(())
    }
}

/// Every invariant, with empty ledgers.
pub fn all() -> Vec<Box<dyn Invariant>> {
    vec![
        Box::new(alarms::Alarms),
        Box::new(i01_one_order::OneOrder::default()),
        Box::new(i02_not_overcharged::NotOvercharged),
        Box::new(i03_order_before_capture::OrderBeforeCapture),
        Box::new(i04_one_live::OneLive::default()),
        Box::new(i05_no_hold_forgotten::NoHoldForgotten),
        Box::new(i06_intent_first::IntentFirst::default()),
        Box::new(i07_as_asked::AsAsked),
        Box::new(i08_as_agreed::AsAgreed),
        Box::new(i09_refunds::Refunds),
        Box::new(i10_acknowledged::Acknowledged::default()),
        Box::new(i11_ends::Ends),
        Box::new(i12_tables::Tables),
        Box::new(i13_fences::Fences::default()),
        Box::new(i15_same_reply::SameReply::default()),
        Box::new(i16_one_run_per_key::OneRunPerKey::default()),
        Box::new(i18_refused_is_not_kept::RefusedIsNotKept::default()),
        Box::new(i19_heard_once::HeardOnce::default()),
        Box::new(i20_counts::Counts::default()),
        Box::new(i22_events::Events::default()),
        Box::new(i23_books_agree::BooksAgree),
        Box::new(i24_sealed::Sealed),
        Box::new(i25_stores_apart::StoresApart),
        Box::new(i26_bounded::Bounded),
        Box::new(i27_place_by::PlaceBy),
        Box::new(i28_backup::Backup),
        Box::new(i30_pinned::Pinned),
        Box::new(r04_absence::Absence::default()),
        Box::new(r19_declines::Declines),
    ]
}

/// An error if something does not hold.
pub fn hold(holds: bool, what: impl FnOnce() -> String) -> Held {
    if holds { Ok(()) } else { Err(what()) }
}
