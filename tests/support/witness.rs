//! Those who say what happened: the gateways' ledgers, the orders and payments of the API, and the rows.
//!
//! The checkout itself is not believed about money: charges are counted in the ledgers.

mod books;
mod charges;
mod rows;

pub use books::{Books, OrderSeen};
pub use charges::{Charge, charges, charges_of};
pub use rows::{Rows, TABLES};
