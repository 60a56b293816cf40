//! What carriers are asked: the goods that are delivered, what they are worth, and where they go.

use crate::app::error::Error;
use crate::app::house::House;
use crate::domain::address::Coordinates;
use crate::domain::checkout::Checkout;
use crate::domain::money::{Money, MoneyError};
use crate::ports::carrier::{DeliveryItem, DeliveryRequest};

impl House {
    pub(super) fn delivery_request(
        checkout: &Checkout,
        near: Option<Coordinates>,
    ) -> Result<DeliveryRequest, Error> {
        let delivered = checkout.lines.iter().filter(|line| line.product.requires_delivery);
        let mut value = Money::zero(checkout.currency);
        let mut discount = 0_i64;
        let quoted = checkout.quoted.as_ref().map_or(&[][..], |quoted| quoted.quote.lines.as_slice());
        let mut items = Vec::new();
        for line in delivered {
            let taken =
                quoted.iter().filter(|priced| priced.id == line.id).flat_map(|priced| &priced.discounts);
            discount = taken.fold(discount, |sum, taken| sum.saturating_add(taken.amount.minor));
            let too_large = |error: MoneyError| Error::field("cart.lines", error.to_string());
            value = value.plus(line.subtotal().map_err(too_large)?).map_err(too_large)?;
            items.push(DeliveryItem {
                sku: line.sku().clone(),
                quantity: line.quantity,
                weight_grams: line.product.weight_grams,
            });
        }
        Ok(DeliveryRequest {
            store: checkout.store.clone(),
            currency: checkout.currency,
            destination: checkout.details.delivery_address.clone(),
            near,
            items,
            value_before_discounts: value,
            value_after_discounts: Money::new(value.minor.saturating_sub(discount).max(0), checkout.currency),
        })
    }
}
