//! The state of a checkout session.

use jiff::Timestamp;

use super::degraded::Degraded;
use super::details::Details;
use crate::domain::cart::CartLine;
use crate::domain::coupon::Coupon;
use crate::domain::currency::Currency;
use crate::domain::flow::{Channel, CustomerKind, Device, FlowId};
use crate::domain::ids::{CartId, CheckoutId, Code, OrderId, PaymentId, PlacementId, StoreId};
use crate::domain::payment::aggregate::Failure;
use crate::domain::pricing::Quote;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckoutState {
    /// Can be changed and placed.
    Open,
    /// A placement is under way.
    Placing,
    /// A placement waits for the customer to act at a gateway.
    AwaitingAction,
    /// Became an order; final.
    Completed,
    /// Cancelled; final.
    Cancelled,
    /// Left alone for its life; final.
    Expired,
}

impl CheckoutState {
    /// The state's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Placing => "PLACING",
            Self::AwaitingAction => "AWAITING_ACTION",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }

    /// Whether the published table has this edge.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Open => {
                matches!(next, Self::Placing | Self::Cancelled | Self::Completed | Self::Expired)
            }
            Self::Placing => {
                matches!(next, Self::Open | Self::AwaitingAction | Self::Completed | Self::Cancelled)
            }
            Self::AwaitingAction => {
                matches!(next, Self::Open | Self::Placing | Self::Completed | Self::Cancelled)
            }
            Self::Completed | Self::Cancelled | Self::Expired => false,
        }
    }

    /// Whether a placement is under way.
    pub const fn placing(self) -> bool {
        matches!(self, Self::Placing | Self::AwaitingAction)
    }
}

/// Who buys, as far as somebody vouched for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The customer's id in the caller's system; `None` for a guest.
    pub id: Option<String>,
    /// Guest, registered or repeat.
    pub kind: CustomerKind,
}

/// What the buyer shops with: it chose the flow and stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The device; `None` where nobody said.
    pub device: Option<Device>,
    /// The channel.
    pub channel: Channel,
    /// Who buys.
    pub customer: Customer,
    /// BCP 47 language tag, or empty.
    pub language: String,
    /// CLDR region code where the buyer is, or empty.
    pub region: String,
}

/// The flow that the session follows, pinned at its creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowPin {
    /// The flow.
    pub id: FlowId,
    /// Its version.
    pub version: u32,
    /// The rule that chose it.
    pub matched_rule: String,
}

/// What the buyer is asked to pay, and until when that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// The amounts.
    pub quote: Quote,
    /// Whether the tax rests on a guess at the place (no address yet).
    pub estimated: bool,
    /// Who knew the tax, and by what.
    pub tax_source: String,
    /// The partners that backups stood in for, of tax and delivery.
    pub degraded: Vec<Degraded>,
    /// The digest that PlaceOrder must echo.
    pub digest: String,
    /// When the quote ends.
    pub expires_at: Timestamp,
}

/// What the customer must do before the placement goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionNeeded {
    /// The payment that waits; also the action's id.
    pub payment: PaymentId,
    /// Where to send the customer.
    pub redirect_url: String,
    /// When it is given up.
    pub expires_at: Timestamp,
}

/// A checkout session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Its id.
    pub id: CheckoutId,
    /// Its store.
    pub store: StoreId,
    /// The cart.
    pub cart: CartId,
    /// Where it stands.
    pub state: CheckoutState,
    /// What the buyer shops with.
    pub context: Context,
    /// The flow.
    pub flow: FlowPin,
    /// What the buyer has given.
    pub details: Details,
    /// The currency of the cart.
    pub currency: Currency,
    /// The lines that the quote speaks of.
    pub lines: Vec<CartLine>,
    /// The coupons that the quote speaks of.
    pub coupons: Vec<Coupon>,
    /// Codes on the cart that its flow does not take: they are shown as left out.
    pub codes_left_out: Vec<Code>,
    /// The quote; `None` while the tax cannot be told.
    pub quoted: Option<Quoted>,
    /// The running placement, or the last one.
    pub placement: Option<PlacementId>,
    /// What the customer must do; set while AWAITING_ACTION.
    pub action: Option<ActionNeeded>,
    /// How the last placement failed; cleared by the next.
    pub last_failure: Option<Failure>,
    /// The payment that failed; none where no gateway was to be asked at all.
    pub failed_payment: Option<PaymentId>,
    /// The order.
    pub order: Option<OrderId>,
    /// When it was taken for abandoned, which happens once.
    pub abandoned_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
