//! Who calls the house: one small file per kind of caller.
//!
//! - [`hand`]: how a caller calls: over some process, again with the same key where the answer was lost.
//! - [`buying`]: the steps of a purchase. [`customer`]: what a customer does of whom an action is asked.
//!
//! Another kind is another file, and a line in [`ALL`].

use std::pin::Pin;

pub mod buying;
pub mod customer;
pub mod hand;

mod action_customer;
mod back_office;
mod canceller;
mod coupon_hunter;
mod double_clicker;
mod editor;
mod fumbler;
mod guest_buyer;
mod stranger;
mod two_devices;

pub use hand::Hand;

/// A visit of a shopper.
pub type Visit = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A kind of caller.
#[derive(Debug)]
pub struct Shopper {
    /// Its name in traces.
    pub name: &'static str,
    /// What it does.
    pub visit: fn(Hand) -> Visit,
}

/// Every kind of caller.
pub const ALL: [&Shopper; 9] = [
    &guest_buyer::SHOPPER,
    &action_customer::SHOPPER,
    &coupon_hunter::SHOPPER,
    &double_clicker::SHOPPER,
    &two_devices::SHOPPER,
    &canceller::SHOPPER,
    &editor::SHOPPER,
    &fumbler::SHOPPER,
    &stranger::SHOPPER,
];

/// Who settles what the others bought: there is one in each seed.
pub const BACK_OFFICE: &Shopper = &back_office::SHOPPER;
