//! Everything that forbids a placement before anything is held (checkout.md §3).

use std::time::Duration;

use super::super::error::{Error, Reason};
use super::super::house::House;
use super::order::PlaceOrder;
use crate::domain::cart::{Cart, CartState};
use crate::domain::checkout::{Checkout, Quoted, changed_since};
use crate::domain::flow::Flow;
use crate::domain::product::Product;
use crate::mutants::{Mutant, planted};
use crate::ports::Record;
use crate::ports::store::Snapshot;

impl House {
    /// Everything that forbids a placement before anything is held (checkout.md §3).
    pub(super) fn ready(
        &self,
        checkout: &Checkout,
        cart: &Cart,
        flow: &Flow,
        place: &PlaceOrder,
    ) -> Result<Quoted, Error> {
        super::super::checkouts::open(checkout)?;
        super::super::checkouts::usable(cart)?;
        if cart.state == CartState::Locked && !planted(Mutant::SecondCheckoutOfTheCart) {
            return Err(in_progress());
        }
        if cart.lines.is_empty() {
            return Err(Error::of_field(
                Reason::CartEmpty,
                "cart.lines",
                "are none: add something to the cart first",
            ));
        }
        let mut shown = cart.clone();
        if !flow.frontend.coupons {
            shown.coupons.clear();
        }
        if changed_since(checkout, &shown) {
            return Err(price_changed("the cart changed since the quote"));
        }
        // Stock is not looked at: the holds of the first commit decide, and say so by the line.
        let blocking = self.blocking(checkout, flow, &std::collections::BTreeMap::new());
        let aged = |problem: &crate::domain::flow::Problem| {
            problem.code == crate::domain::flow::ProblemCode::QuoteExpired
        };
        if !blocking.is_empty() && blocking.iter().all(aged) {
            return Err(Error::new(
                Reason::QuoteExpired,
                "the quote is over: read the checkout again, show it, and place with the new digest",
            ));
        }
        if !blocking.is_empty() {
            let codes: Vec<&str> = blocking.iter().map(|problem| problem.code.as_str()).collect();
            let message = format!(
                "problems stand before this order, {}: solve those that the checkout lists",
                codes.join(", ")
            );
            return Err(Error::new(Reason::CheckoutNotReady, message).with_problems(blocking));
        }
        let Some(quoted) = checkout.quoted.clone() else {
            return Err(Error::new(Reason::QuoteExpired, "there is no quote: read the checkout again"));
        };
        if quoted.digest != place.digest || Self::digest(checkout, &quoted.quote) != quoted.digest {
            return Err(price_changed("the digest is not that of the present quote"));
        }
        Ok(quoted)
    }

    /// Everything that the placement rests on against the catalogue, whose built-in rows were read along with the
    /// session. Whether stock is counted is no question to the buyer: the holds follow what is true now.
    pub(super) async fn still_sold_so(
        &self,
        checkout: &mut Checkout,
        cart: &mut Cart,
        flow: &Flow,
        snapshot: &Snapshot<Record>,
    ) -> Result<(), Error> {
        let skus: Vec<_> = cart.lines.iter().map(|line| line.sku().clone()).collect();
        let codes: Vec<_> = if flow.frontend.coupons {
            cart.coupons.iter().map(|coupon| coupon.code.clone()).collect()
        } else {
            Vec::new()
        };
        let found = self.find(&cart.store, &skus, &codes, snapshot).await?;
        for line in &cart.lines {
            let sku = line.sku();
            let Some(product) = found.products.get(sku) else {
                let message = format!("{sku} is no longer sold: remove the line");
                return Err(Error::at(Reason::PriceChanged, Some("quote_digest".to_owned()), message));
            };
            if let Some(difference) = difference(&line.product, product, !codes.is_empty()) {
                return Err(price_changed(&format!("{sku} {difference}")));
            }
        }
        for coupon in cart.coupons.iter().filter(|_| flow.frontend.coupons) {
            if found.coupons.get(&coupon.code) != Some(coupon) {
                let message = format!("the code {} is no longer what it was", coupon.code);
                return Err(price_changed(&message));
            }
        }
        for line in cart.lines.iter_mut().chain(&mut checkout.lines) {
            if let Some(product) = found.products.get(&line.product.sku) {
                line.product.tracked = product.tracked;
            }
        }
        Ok(())
    }
}

/// What the quote rests on and is no longer so; a title or a picture may change under it.
fn difference(quoted: &Product, now: &Product, codes: bool) -> Option<String> {
    if quoted.unit_price != now.unit_price {
        Some(format!("now costs {}", now.unit_price))
    } else if quoted.tax_category != now.tax_category {
        Some("is taxed at another rate now".to_owned())
    } else if (quoted.requires_delivery, quoted.weight_grams) != (now.requires_delivery, now.weight_grams) {
        Some("is delivered in another way now".to_owned())
    } else if codes && quoted.tags != now.tags {
        Some("may take other codes now".to_owned())
    } else {
        None
    }
}

pub(super) fn in_progress() -> Error {
    Error::new(
        Reason::PlacementInProgress,
        "another placement of this cart is running, with other instruments or another checkout: wait for it",
    )
    .retry_after(Duration::from_secs(1))
}

pub(super) fn price_changed(cause: &str) -> Error {
    let message =
        format!("{cause}: read the checkout again, show the difference, and place with the new digest");
    Error::at(Reason::PriceChanged, Some("quote_digest".to_owned()), message)
}
