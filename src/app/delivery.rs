//! How the goods of a session reach the buyer: listed from the flow's carriers and places, chosen by what we issued.
//!
//! - `offers`: the delivery options of a session. `places`: where the goods can be collected.
//! - `quote_id`: an option as the client carries it, signed and bound to what it was quoted for.
//! - `request`: what carriers are asked.

mod offers;
mod places;
mod quote_id;
mod request;

pub use offers::{Offered, Offers};
pub use places::Places;
