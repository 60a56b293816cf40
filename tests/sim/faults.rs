//! What goes wrong: one small file per fault, which says where it may strike, how often, and what it does.
//!
//! Each seed lets a part of them loose, each with odds of its own (swarm testing), so that rare combinations come
//! up. Hits are counted per fault and stage of the placement that was struck; what cannot be is data, with the
//! reason.
//!
//! - [`storm`]: the faults of one seed, and which of them strikes now.
//!
//! Another fault is another file, and a line in [`ALL`]. What a [`Blow`] means for a store or a gateway is told
//! where these are simulated (`world::store`, `world::gateway`).

use std::time::Duration;

use cashwrap::domain::payment::Hint;

use crate::dice::Dice;
use crate::gateways::Issuer;

pub mod storm;

mod action;
mod breaker_opens;
mod busy;
mod carrier_down;
mod clock_jump;
mod crash_after;
mod crash_before;
mod database_clock_jump;
mod decline;
mod key_pruned;
mod late_landing;
mod lost_commit;
mod lost_renewal;
mod partial_approval;
mod paused_worker;
mod rate_limited;
mod refused;
mod reset_after;
mod reset_before;
mod server_error;
mod slow_answer;
mod soft_decline;
mod store_unreachable;
mod tax_down;
mod timeout_after;
mod timeout_before;
mod unknown_commit;
mod webhook_late;
mod webhook_lies;
mod webhook_lost;
mod webhook_twice;
mod wrong_amount;
mod wrong_reference;

pub use storm::Storm;

/// Every fault.
pub const ALL: [&Fault; 33] = [
    &crash_before::FAULT,
    &crash_after::FAULT,
    &paused_worker::FAULT,
    &clock_jump::FAULT,
    &database_clock_jump::FAULT,
    &store_unreachable::FAULT,
    &lost_commit::FAULT,
    &unknown_commit::FAULT,
    &busy::FAULT,
    &lost_renewal::FAULT,
    &refused::FAULT,
    &rate_limited::FAULT,
    &breaker_opens::FAULT,
    &timeout_before::FAULT,
    &timeout_after::FAULT,
    &reset_before::FAULT,
    &reset_after::FAULT,
    &server_error::FAULT,
    &late_landing::FAULT,
    &slow_answer::FAULT,
    &decline::FAULT,
    &soft_decline::FAULT,
    &partial_approval::FAULT,
    &wrong_amount::FAULT,
    &wrong_reference::FAULT,
    &action::FAULT,
    &key_pruned::FAULT,
    &carrier_down::FAULT,
    &tax_down::FAULT,
    &webhook_lost::FAULT,
    &webhook_late::FAULT,
    &webhook_twice::FAULT,
    &webhook_lies::FAULT,
];

/// Why nothing is told earlier.
const BEFORE_THE_PLACEMENT: &[(Stage, &str)] =
    &[(Stage::None, "no gateway has anything to tell before there is a placement")];

/// Why no other stage is struck where the issuer is asked for money.
const WHILE_PAYING_ALONE: &[(Stage, &str)] = &[
    (Stage::None, "no gateway is called before there is a placement"),
    (Stage::AwaitingAction, "the customer is asked, and not the issuer"),
    (Stage::Compensating, "nothing authorises once the placement gives back"),
    (Stage::Completed, "nothing authorises once there is an order"),
    (Stage::Failed, "nothing authorises once the placement is over"),
];

/// Where a fault may strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// A read of the store.
    Read,
    /// A commit.
    Commit,
    /// A claim.
    Claim,
    /// A renewal of a claim.
    Renew,
    /// A send that creates a vendor's object.
    Create,
    /// A send that asks the issuer for money.
    Authorise,
    /// A send that captures, voids or refunds.
    Settle,
    /// A look at a gateway.
    Look,
    /// A call of a carrier.
    Carrier,
    /// A call of the tax provider.
    Tax,
    /// An event that a vendor tells.
    Webhook,
}

impl Site {
    /// Every site.
    pub const ALL: [Self; 11] = [
        Self::Read,
        Self::Commit,
        Self::Claim,
        Self::Renew,
        Self::Create,
        Self::Authorise,
        Self::Settle,
        Self::Look,
        Self::Carrier,
        Self::Tax,
        Self::Webhook,
    ];
}

/// Where the placement stands that an effect is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// There is none yet.
    None,
    /// Its payments are being authorised.
    Paying,
    /// The customer must act.
    AwaitingAction,
    /// What is held is given back.
    Compensating,
    /// There is an order.
    Completed,
    /// It is over without one.
    Failed,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 6] =
        [Self::None, Self::Paying, Self::AwaitingAction, Self::Compensating, Self::Completed, Self::Failed];

    /// The stage's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Paying => "PAYING",
            Self::AwaitingAction => "AWAITING_ACTION",
            Self::Compensating => "COMPENSATING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }
}

/// What a fault does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// Nothing.
    None,
    /// The process dies before the effect.
    DieBefore,
    /// The process dies after the effect.
    DieAfter,
    /// The process stands still for so long.
    Stop(Duration),
    /// The process's wall clock is so many seconds off.
    Jump(i64),
    /// The database's clock is so many seconds off.
    DatabaseJumps(i64),
    /// The store does not answer a read, a claim or a renewal.
    StoreDown,
    /// Unknown, and not written.
    LostCommit,
    /// Unknown, and written.
    UnknownCommit,
    /// Busy, and not written.
    Busy,
    /// No connection to the gateway.
    Refused,
    /// 429 before execution.
    RateLimited,
    /// The breaker is open for so long.
    BreakerOpens(Duration),
    /// Never arrives, never answered.
    TimeoutBefore,
    /// Executed, never answered.
    TimeoutAfter,
    /// Never arrives, and the connection breaks.
    ResetBefore,
    /// Executed, and the connection breaks.
    ResetAfter,
    /// Executed, and a 5xx.
    Breaks,
    /// Arrives so much later.
    LandsLate(Duration),
    /// Answers so much later.
    Slow(Duration),
    /// What the issuer says.
    Issuer(Issuer),
    /// A carrier or tax provider errs after so long.
    PartnerDown(Duration),
    /// An event never comes.
    WebhookLost,
    /// An event comes so much later.
    WebhookLate(Duration),
    /// An event comes twice.
    WebhookTwice,
    /// An event says this, whatever is so.
    WebhookLies(Hint),
}

/// One fault.
#[derive(Debug)]
pub struct Fault {
    /// Its name in reports and traces.
    pub name: &'static str,
    /// Where it may strike.
    pub sites: &'static [Site],
    /// How often at most, in ten thousand effects of such a site.
    pub odds: u64,
    /// What it does.
    pub blow: fn(&mut Dice) -> Blow,
    /// Stages in which it cannot strike, and why.
    pub never: &'static [(Stage, &'static str)],
}
