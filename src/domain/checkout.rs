//! Checkout sessions: what a buyer has given, what it would cost, and what still stands before the order.
//!
//! A session pins its flow and copies the lines it was quoted for; the cart may change behind it, and the
//! difference is then a new quote. Readiness is a list of problems, never an exception.

mod degraded;
mod details;
mod facts;
mod groups;
mod readiness;
mod session;

pub use degraded::{Degraded, DegradedReason, Dependency};
pub use details::{Billing, Details, Selection, SelectionKind};
pub use facts::session_facts;
pub use groups::{DIGITAL_GROUP, DeliveryGroup, GroupKind, SHIPMENT_GROUP, groups, groups_of};
pub use readiness::{Outside, Undeliverable, cart_problem, changed_since, problems};
pub use session::{ActionNeeded, Checkout, CheckoutState, Context, Customer, FlowPin, Quoted};
