//! PlaceOrder: exactly once, whoever calls, however often, and whatever dies.
//!
//! Two commits on the good path: the first claims the key, locks cart and checkout, holds stock and codes and
//! makes the payment's first intent durable; the second is the driver's, with the order and the frozen reply.
//! A two-step vendor takes one more between them. No tax provider and no carrier is called: what is too old, or
//! has changed, is refused before any charge.
//!
//! - [`order`]: the use case: join, answer, or begin, and wait.
//! - [`ready`]: everything that forbids a placement before anything is held.
//! - [`routing`]: which gateways the flow's rules give a tender.
//! - [`tenders`]: from what the caller gives to payments, and whether any gateway could take them.
//! - [`first_commit`]: key, locks, holds and the first intent in one unit.

mod first_commit;
mod order;
mod ready;
mod routing;
mod tenders;

pub use order::{CardTender, PlaceOrder};
pub use routing::offered_gateways;
pub(super) use tenders::unreachable_gateways;
