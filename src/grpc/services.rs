//! The RPCs, a file per service.
//!
//! Each goes the same way: who calls, which resource is named, may the caller touch it, are the fields sound,
//! then one use case, then the response. Replies of changes come back from the use cases as bytes, because a
//! repeat must get the same ones; they are decoded, and the capability token is put on.
//!
//! - [`desk`]: what every service works with, and the steps that they share.
//! - [`cart`], [`checkout`], [`payment`], [`order`], [`operations`]: the services. `watch` is the stream of one
//!   checkout.

pub mod cart;
pub mod checkout;
pub mod desk;
pub mod operations;
pub mod order;
pub mod payment;
mod watch;

pub use cart::Carts;
pub use checkout::Checkouts;
pub use desk::{Desk, Partners};
pub use operations::Operations;
pub use order::Orders;
pub use payment::Payments;
