//! The state of a placement.

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::ids::{CartId, CheckoutId, OrderId, PaymentId, PlacementId, StoreId};
use crate::domain::payment::Payment;
use crate::domain::payment::aggregate::Failure;
use crate::domain::payment::scheme::BookId;

/// Where a placement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlacementState {
    /// Its payments are being authorised.
    Paying,
    /// The customer must act at a gateway; nothing runs until then.
    AwaitingAction,
    /// It failed or was cancelled: what is held is being given back.
    Compensating,
    /// The order exists; final.
    Completed,
    /// Nothing is held, nothing was placed; final.
    Failed,
}

impl PlacementState {
    /// The state's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paying => "PAYING",
            Self::AwaitingAction => "AWAITING_ACTION",
            Self::Compensating => "COMPENSATING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }

    /// Whether it is over.
    pub const fn terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }

    /// Whether the published table has this edge.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Paying => !matches!(next, Self::Paying),
            Self::AwaitingAction => matches!(next, Self::Paying | Self::Compensating),
            Self::Compensating => matches!(next, Self::Failed),
            Self::Completed | Self::Failed => false,
        }
    }
}

/// What the caller wants of a placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wish {
    /// The order.
    Place,
    /// To change something first: give back what is held and open the session again (R15).
    Reopen,
    /// Nothing any more: give back what is held and cancel the session.
    Cancel,
}

impl Wish {
    /// The wish's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Place => "PLACE",
            Self::Reopen => "REOPEN",
            Self::Cancel => "CANCEL",
        }
    }
}

/// A counter held for the placement, without expiry while it lives (R14).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hold {
    /// The counter's name.
    pub counter: String,
    /// How many.
    pub quantity: u32,
}

/// The idempotency key of the call that began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestKey {
    /// The caller's request id.
    pub request_id: Uuid,
}

/// One run of PlaceOrder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Placement {
    /// Its id.
    pub id: PlacementId,
    /// Its store.
    pub store: StoreId,
    /// The checkout.
    pub checkout: CheckoutId,
    /// The cart.
    pub cart: CartId,
    /// Where it stands.
    pub state: PlacementState,
    /// The digest that the buyer agreed to.
    pub digest: String,
    /// Fingerprint of the instruments: a second caller with the same ones joins (R2).
    pub instruments: [u8; 32],
    /// The key under which its reply is frozen.
    pub request: RequestKey,
    /// Its payments, one per tender, in the order in which they run.
    pub payments: Vec<PaymentId>,
    /// The books in which the declines of its cards stand: they are read along with it (R19).
    pub books: Vec<BookId>,
    /// What it holds besides money.
    pub holds: Vec<Hold>,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// A success learnt after this is given back (R5).
    pub complete_by: Timestamp,
    /// What its caller wants of it; another wish than the order is honoured until the order is made.
    pub wish: Wish,
    /// Why it is not becoming an order.
    pub failure: Option<Failure>,
    /// The order it became.
    pub order: Option<OrderId>,
}

impl Placement {
    /// Whether it is live: not over, or over with a payment that may hold money without an order.
    pub fn live(&self, payments: &[&Payment]) -> bool {
        !self.state.terminal()
            || (self.order.is_none() && payments.iter().any(|payment| payment.live().is_some()))
    }
}
