//! A payment gateway: one merchant account at one vendor.
//!
//! It works in two phases, because a replay must send the same bytes: [`Gateway::render`] makes the request
//! before the commit, pure and without a credential; [`Gateway::send`] adds the credential and sends it after
//! the commit. Nothing here returns an `Err`: what happened to a request is an [`Outcome`].

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::ids::StoreId;
use crate::domain::money::Money;
use crate::domain::payment::{GatewayCapabilities, NotSent, OperationKind, Outcome};

/// A call that moves money or creates a vendor's object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayRequest {
    /// The idempotency key: a function of the operation's id alone.
    pub key: String,
    /// The store, which vendors that send messages are given too: a message comes to an account, not to a store.
    pub store: StoreId,
    /// Our reference, which the vendor echoes: the payment's id.
    pub reference: String,
    /// The payment's whole amount.
    pub amount: Money,
    /// What to do.
    pub call: Call,
}

/// What a request does.
#[derive(Clone, PartialEq, Eq)]
pub enum Call {
    /// Creates the vendor's object for this token, unconfirmed.
    Create {
        /// The token, in plain text: it stands only in the sealed rendering.
        token: String,
        /// Where the customer comes back to after an action.
        return_url: Option<String>,
    },
    /// Asks for the money: of a created object, or of one whose customer has acted.
    Confirm {
        /// The vendor's id; `None` where the vendor has told none yet.
        object: Option<String>,
        /// Where the customer comes back to after an action: vendors take it where the money is asked for.
        return_url: Option<String>,
        /// What the customer's browser brought back: data for the vendor's question, and never an answer (R15).
        brought_back: Vec<(String, String)>,
    },
    /// Creates and confirms at once.
    Authorise {
        /// The token, in plain text: it stands only in the sealed rendering.
        token: String,
        /// Where the customer comes back to after an action.
        return_url: Option<String>,
    },
    /// Takes a held amount.
    Capture {
        /// The vendor's id.
        object: String,
        /// How much, in minor units.
        amount_minor: i64,
    },
    /// Gives a held amount back.
    Void {
        /// The vendor's id.
        object: String,
    },
    /// Gives back what the request's reference holds, and refuses what comes late for it. Asked only of vendors
    /// whose capabilities say `void_by_reference`, where the vendor's id is not known.
    VoidReference,
    /// Gives a captured amount back.
    Refund {
        /// The vendor's id.
        object: String,
        /// How much, in minor units.
        amount_minor: i64,
    },
}

impl Call {
    /// The kind of the operation that it is.
    pub const fn kind(&self) -> OperationKind {
        match self {
            Self::Create { .. } => OperationKind::Create,
            Self::Confirm { .. } => OperationKind::Confirm,
            Self::Authorise { .. } => OperationKind::Authorise,
            Self::Capture { .. } => OperationKind::Capture,
            Self::Void { .. } | Self::VoidReference => OperationKind::Void,
            Self::Refund { .. } => OperationKind::Refund,
        }
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Call").field("kind", &self.kind()).finish_non_exhaustive()
    }
}

/// A question that changes nothing at the vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// The object by the vendor's id.
    Object {
        /// The vendor's id.
        object: String,
        /// The payment's whole amount, whose currency reads the answer.
        amount: Money,
    },
    /// The object by our reference.
    Reference {
        /// Our reference.
        reference: String,
        /// The payment's whole amount.
        amount: Money,
    },
    /// Whether the refund under this key was executed: `refunded_minor` of the view tells.
    Refund {
        /// The vendor's id of the object that was captured.
        object: String,
        /// The refund's idempotency key, which the request also carried as a reference of its own.
        key: String,
        /// The payment's whole amount.
        amount: Money,
    },
}

/// A request as it will be sent, without a credential: opaque outside its adapter, and stored sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered(pub Vec<u8>);

impl std::fmt::Debug for Rendered {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Rendered({} bytes)", self.0.len())
    }
}

/// When a call may leave, and until when its answer is waited for. Monotonic, so that no clock that jumps can
/// stretch it; a process that was stopped finds it passed.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Checked right before the first byte: nothing leaves later (R4).
    pub send_by: Instant,
    /// The call is given up then, and its outcome is unknown.
    pub answer_by: Instant,
}

/// Whether an account's breakers have a say in a call. They are shared by every store of the account, so that what
/// one store's operators say is said of that store's calls and changes nothing for another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// They may refuse the call.
    Heeded,
    /// The call goes out whatever they have learnt; its answer counts like any other's.
    Overruled,
}

/// One merchant account at one vendor, behind its resilience stack.
///
/// An implementation MUST:
/// - answer `NotSent` only where it is proved that nothing was executed;
/// - answer `Unknown` whenever in doubt;
/// - send exactly the rendered bytes, adding nothing but the credential;
/// - check the amount, currency and reference that the vendor echoes by putting them into the view unchanged;
/// - cap what it reads, and treat every reply as hostile.
#[async_trait::async_trait]
pub trait Gateway: Send + Sync + 'static {
    /// What the account promises.
    fn capabilities(&self) -> GatewayCapabilities;

    /// Why a new authorisation cannot begin now, if it cannot, as a fact for `decide`: the breaker's state, unless it
    /// is overruled, and the pause that the vendor asked for, which nobody overrules.
    fn unavailable(&self, guard: Guard) -> Option<NotSent>;

    /// The request as it will be sent. Pure.
    fn render(&self, request: &GatewayRequest) -> Rendered;

    /// Sends a rendered request.
    async fn send(
        &self,
        kind: OperationKind,
        amount: Money,
        rendered: &Rendered,
        window: Window,
        guard: Guard,
    ) -> Outcome;

    /// Looks.
    async fn look(&self, look: &Look, window: Window, guard: Guard) -> Outcome;
}

/// What a breaker of an account lets through, as operators see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Everything.
    Closed,
    /// A few calls, to find out whether the partner is back; before them a read, where the gateway has one.
    HalfOpen,
    /// Nothing, for so long.
    Open {
        /// When a few calls are let through.
        probes_in: Duration,
    },
    /// Nothing, until the credentials are mended and a call that overruled the breaker has shown it.
    Misconfigured,
}

/// One breaker of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerView {
    /// The class of operation that it guards: `authorise`, `capture`, `void_refund` or `read`.
    pub class: &'static str,
    /// Its state.
    pub state: BreakerState,
}

/// A gateway that operators can look into, and that wants to be tended.
#[async_trait::async_trait]
pub trait Operable: Gateway {
    /// Its breakers, one for each class of operation.
    fn breakers(&self) -> Vec<BreakerView>;

    /// Keeps up to date what the gateway itself tells of the account, and makes the read that its breakers wait for
    /// before they let payments through again, where the gateway has such a read and one of them does: at most one of
    /// each, and both end in a few seconds. Credentials that were refused are read again only where somebody says that
    /// they are `mended`, and seldom. It is called again and again by one task.
    async fn tend(&self, mended: bool);
}
