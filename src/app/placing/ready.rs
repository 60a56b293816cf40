//! Everything that forbids a placement before anything is held (checkout.md §3).

use std::time::Duration;

use super::super::error::{Error, Reason};
use super::super::house::House;
use super::order::PlaceOrder;
use crate::domain::cart::{Cart, CartState};
use crate::domain::checkout::{Checkout, Quoted, changed_since};
use crate::domain::flow::Flow;
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
        match cart.state {
            CartState::Open => {}
            CartState::Locked => return Err(in_progress()),
            CartState::Ordered => return Err(Error::already_ordered(&cart.store, cart.order)),
            CartState::Deleted => return Err(Error::not_found("cart")),
            CartState::Expired => crate::domain::cart::open(cart)?,
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

    /// Prices and coupons against the catalogue; the built-in one's rows were read along with the session.
    pub(super) async fn still_sold_so(
        &self,
        cart: &Cart,
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
            match found.products.get(line.sku()) {
                None => {
                    let message = format!("{} is no longer sold: remove the line", line.sku());
                    return Err(Error::at(Reason::PriceChanged, Some("quote_digest".to_owned()), message));
                }
                Some(product) if product.unit_price != line.product.unit_price => {
                    let (sku, now) = (line.sku(), product.unit_price);
                    return Err(price_changed(&format!("{sku} now costs {now}")));
                }
                Some(_) => {}
            }
        }
        for coupon in cart.coupons.iter().filter(|_| flow.frontend.coupons) {
            if found.coupons.get(&coupon.code) != Some(coupon) {
                let message = format!("the code {} is no longer what it was", coupon.code);
                return Err(price_changed(&message));
            }
        }
        Ok(())
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
