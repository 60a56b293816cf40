//! Orders: the immutable snapshot of what was placed, and the state of its money beside it.

mod payment_state;
mod snapshot;

pub use payment_state::{PaymentState, payment_state};
pub use snapshot::{Order, OrderState};
