//! What a vendor brings so that the laws can be told of it.

use std::time::Duration;

use cashwrap::domain::payment::OperationKind;
use cashwrap::partners::gateway::StackSettings;
use cashwrap::ports::gateway::Gateway;
use cashwrap::ports::webhook::Notice;

/// Our reference of the one payment that a rig sees.
pub(crate) const REFERENCE: &str = "pay_01970000000070008000000000000001";

/// What is asked for, in cents of a euro.
pub(crate) const AMOUNT_MINOR: i64 = 1_000;

/// How long the vendor may take: short, because the laws wait for it, and long enough for a busy machine. A rig gives
/// it to its account as `timeout`.
pub(crate) const LIMIT: Duration = Duration::from_secs(2);

/// What a shopper's token is to lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// The amount is held. Where nobody can pay without an action, the action is allowed.
    Approve,
    /// As `Approve`, for a call that [`Fault::Late`] strikes.
    Late,
    /// The issuer says no.
    Decline,
    /// The customer must act.
    Act,
    /// It is no token of this account.
    Foreign,
}

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is lost on its way there.
    TimeoutBefore,
    /// Its answer is lost on the way back.
    TimeoutAfter,
    /// The connection breaks on the way there.
    ResetBefore,
    /// The connection breaks on the way back.
    ResetAfter,
    /// A 5xx, and nothing was executed.
    ServerErrorBefore,
    /// A 5xx, and everything was.
    ServerErrorAfter,
    /// Executed, and answered with a page.
    Garbage,
    /// Executed, and the answer ends in its middle.
    CutShort,
    /// A rate limit: nothing was executed.
    RateLimited,
    /// The credentials are refused: nothing was executed.
    Unauthorised,
    /// Executed, and answered late but in time.
    Slow,
    /// Executed, and the answer states another amount.
    OtherAmount,
    /// Executed, and the answer states another reference.
    OtherReference,
    /// Not answered, and executed when [`Rig::let_in`] says so.
    Late,
}

/// What the vendor's own book says of our reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// How often an amount was held.
    pub(crate) holds: u32,
    /// Held now.
    pub(crate) held_minor: i64,
    /// How often something was captured.
    pub(crate) captures: u32,
    /// Captured in all.
    pub(crate) captured_minor: i64,
    /// How often something was refunded.
    pub(crate) refunds: u32,
    /// Refunded in all.
    pub(crate) refunded_minor: i64,
}

/// What a vendor promises beside its capability row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manners {
    /// A 429 is documented to come before anything is executed.
    pub(crate) limits_before_executing: bool,
    /// Its answers carry our reference.
    pub(crate) echoes_the_reference: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self { limits_before_executing: true, echoes_the_reference: true }
    }
}

/// A fake of a vendor, and an account of ours at it. Each is fresh, and sees one payment of [`AMOUNT_MINOR`] under
/// [`REFERENCE`].
#[async_trait::async_trait]
pub(crate) trait Rig: Send + Sync {
    /// The account, behind its stack.
    fn gateway(&self) -> &dyn Gateway;

    /// A token that leads there.
    fn token(&self, wish: Wish) -> String;

    /// The book.
    async fn ledger(&self) -> Ledger;

    /// Plays this to the next call of that kind, and to no other.
    fn strike(&self, kind: OperationKind, fault: Fault);

    /// Whether what was to be played has been.
    fn struck(&self) -> bool;

    /// Lets what came late land; it has when this returns.
    async fn let_in(&self);

    /// The customer goes where they are sent and decides; gives what their browser brings back.
    async fn act(&self, redirect_url: &str, allow: bool) -> Vec<(String, String)>;

    /// What the vendor notifies and has not notified yet, proved and read.
    async fn notices(&self) -> Vec<Notice> {
        Vec::new()
    }

    /// What it promises beside its row.
    fn manners(&self) -> Manners {
        Manners::default()
    }
}

/// The stack of a rig's account, as it is in production.
pub(crate) fn stack() -> StackSettings {
    StackSettings::default()
}
