//! What a cart costs: from lines, coupons, delivery charges and tax rates to a quote whose every amount can be
//! explained.
//!
//! - [`input`] is everything that the price depends on, and [`quote`] everything that comes out.
//! - [`rounding`] divides whole numbers under a stated mode; [`allocation`] splits an amount by largest
//!   remainder. Nothing else in the house divides money.
//! - `discount` puts coupons on lines, `tax` puts rates on what remains, `totals` adds up, and `check` asks the
//!   invariant of every quote.
//!
//! The order in which lines are given changes nothing but the order in which they come back: shares are given
//! out by line id. No float, no clock and no provider comes in here.

pub mod allocation;
mod check;
mod discount;
pub mod input;
pub mod quote;
pub mod rounding;
mod tax;
#[cfg(test)]
mod tests;
mod totals;

pub use input::{
    DeliveryCharge, GivenTax, PricingError, PricingInput, PricingLine, TaxRate, TaxTreatment, TaxedPart,
};
pub use quote::{
    AppliedTax, Explanation, Imbalance, LineDiscount, Quote, QuoteDiscount, QuotedDelivery, QuotedLine,
    RefusedCoupon, Rule, Share, TaxLine, TaxStanding, Totals,
};
pub use rounding::{RoundingLevel, RoundingMode, RoundingPolicy};
pub use totals::price;
