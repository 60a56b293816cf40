//! A row as the databases see it: encoded text, and what is projected into columns beside it.
//!
//! `store::document` makes these out of records of the domain; no other room looks inside.

use jiff::Timestamp;

use super::store::Kind;

/// The encoded content of a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The state as JSON text; no personal data and no plain secret. Spaces and the order of members may
    /// change in store, and a NUL character cannot be kept: it is refused where requests are checked.
    pub text: String,
    /// Personal data as JSON text, kept in a table of its own so that erasure leaves the rest whole.
    pub personal: Option<String>,
    /// Rows of the same store that are read along with this one.
    pub links: Vec<(Kind, String)>,
    /// The one value that rows of this kind can be listed by.
    pub label: Option<String>,
    /// Rows of real columns that follow from the content.
    pub columns: Vec<Columns>,
    /// When the row may go, unless it is written again: nothing of it matters any more. A row that has a life emits
    /// no event and holds no personal data. It comes back empty from a read.
    pub void_at: Option<Timestamp>,
}

/// Real columns for what operators and analysts ask for, and the uniqueness backstops. They are written with
/// the document (upserted by id) and never read back by the house. They come back empty from a read.
#[derive(Debug, Clone, PartialEq)]
pub enum Columns {
    /// One try at one gateway.
    Attempt(AttemptColumns),
    /// One call that moves money or creates a vendor's object.
    Operation(OperationColumns),
    /// A placed order.
    Order(OrderColumns),
    /// One run of PlaceOrder.
    Placement(PlacementColumns),
}

/// See [`Columns::Attempt`]. Unique: (store, tender) while live.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptColumns {
    /// The attempt's id.
    pub id: String,
    /// Its payment.
    pub payment: String,
    /// The tender it pays: unique among live attempts of a store.
    pub tender: String,
    /// The partner account.
    pub account: String,
    /// The state's name.
    pub state: String,
    /// Whether the attempt may hold money (payments.md §1).
    pub live: bool,
    /// What was asked for, in minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// The gateway's id of the object, when known.
    pub object: Option<String>,
}

/// See [`Columns::Operation`].
#[derive(Debug, Clone, PartialEq)]
pub struct OperationColumns {
    /// The operation's id; the idempotency key is a function of it.
    pub id: String,
    /// Its attempt.
    pub attempt: String,
    /// create, confirm, authorise, capture, void or refund.
    pub kind: String,
    /// The state's name.
    pub state: String,
    /// In minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Our reference at the gateway.
    pub reference: String,
    /// The idempotency key as sent.
    pub idempotency_key: String,
    /// Nothing is sent after this.
    pub send_by: Option<Timestamp>,
}

/// See [`Columns::Order`]. Unique: (store, checkout) and (store, cart).
#[derive(Debug, Clone, PartialEq)]
pub struct OrderColumns {
    /// The order's id.
    pub id: String,
    /// The checkout it came from.
    pub checkout: String,
    /// The cart it came from.
    pub cart: String,
    /// In minor units.
    pub total_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// The state's name.
    pub state: String,
    /// The payment state's name.
    pub payment_state: String,
    /// When it was placed.
    pub placed_at: Timestamp,
}

/// See [`Columns::Placement`]. Unique while live: (store, checkout) and (store, cart).
#[derive(Debug, Clone, PartialEq)]
pub struct PlacementColumns {
    /// The placement's id.
    pub id: String,
    /// Its checkout.
    pub checkout: String,
    /// Its cart.
    pub cart: String,
    /// The state's name.
    pub state: String,
    /// Whether it is live (payments.md §1).
    pub live: bool,
}
