//! What several scenarios do: the way to a checkout that can be placed, and patience with a placement.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::error::TrialError;
use super::shop::{Shop, fresh};
use crate::proto::cashwrap::v1::confirm_payment_action_response::Result as Confirmed;
use crate::proto::cashwrap::v1::place_order_response::Result as Placed;
use crate::proto::cashwrap::v1::{
    Billing, Checkout, CheckoutDetails, Contact, Decline, DeliveryOption, DeliverySelection, IdentityOption,
    Order, OrderPaymentState, PaymentAction, billing, delivery_selection,
};
use crate::proto::google::r#type::PostalAddress;

/// A card that both gateways approve.
pub(in crate::cli) const GOOD_CARD: [(&str, &str); 2] =
    [("primary", "tok_primary_approve"), ("backup", "tok_backup_approve")];

/// Longer than a placement may be unknown in the demo: the whole schedule up to a minute.
const PATIENCE: Duration = Duration::from_secs(45);

/// How long a shopper waits between two looks at PROCESSING.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// An answer that is not PROCESSING.
pub(in crate::cli) enum Answer {
    /// The order.
    Order(Box<Order>),
    /// The buyer must do something.
    Action(PaymentAction),
    /// The card was not accepted.
    Decline(Decline),
}

impl Answer {
    /// The order, where nothing else should have come.
    pub(in crate::cli) fn order(self) -> Result<Order, TrialError> {
        match self {
            Self::Order(order) => Ok(*order),
            Self::Action(_) => {
                Err(TrialError::unexpected("PlaceOrder asked for an action, not expected here"))
            }
            Self::Decline(decline) => {
                Err(TrialError::unexpected(format!("PlaceOrder was declined: {:?}", decline.decline_class())))
            }
        }
    }
}

/// Sends PlaceOrder under one request id until it is answered with something else than PROCESSING.
pub(in crate::cli) async fn place(
    shop: &Shop,
    checkout: &Checkout,
    request_id: &str,
    tokens: &[(&str, &str)],
) -> Result<Answer, TrialError> {
    let last_moment = Instant::now() + PATIENCE;
    loop {
        match shop.place(checkout, request_id, tokens).await?.result {
            Some(Placed::Order(order)) => return Ok(Answer::Order(Box::new(order))),
            Some(Placed::Action(action)) => return Ok(Answer::Action(action)),
            Some(Placed::Decline(decline)) => return Ok(Answer::Decline(decline)),
            Some(Placed::Processing(_)) if Instant::now() < last_moment => sleep(LOOK_EVERY).await,
            Some(Placed::Processing(_)) => {
                return Err(TrialError::unexpected("PlaceOrder was PROCESSING for too long"));
            }
            None => return Err(TrialError::unexpected("PlaceOrder answered nothing")),
        }
    }
}

/// Reads an order until its money was taken, which happens by itself once it is due.
pub(in crate::cli) async fn paid(shop: &Shop, order: &Order) -> Result<Order, TrialError> {
    let last_moment = Instant::now() + PATIENCE;
    loop {
        let order = shop.read_order(order).await?;
        if order.payment_state() == OrderPaymentState::Paid {
            return Ok(order);
        }
        if Instant::now() >= last_moment {
            let what = format!("the money was not taken: {}", order.payment_state().as_str_name());
            return Err(TrialError::unexpected(what));
        }
        sleep(LOOK_EVERY).await;
    }
}

/// Says that the buyer approved, until the order is there.
pub(in crate::cli) async fn confirm(
    shop: &Shop,
    checkout: &Checkout,
    action_id: &str,
) -> Result<Order, TrialError> {
    let (last_moment, request_id) = (Instant::now() + PATIENCE, fresh());
    loop {
        match shop.confirm(checkout, &request_id, action_id).await?.result {
            Some(Confirmed::Order(order)) => return Ok(order),
            Some(Confirmed::Processing(_)) if Instant::now() < last_moment => sleep(LOOK_EVERY).await,
            other => {
                return Err(TrialError::unexpected(format!("the approved payment made no order: {other:?}")));
            }
        }
    }
}

/// A checkout of these goods, to be sent by the cheapest carrier, that can be placed.
pub(in crate::cli) async fn to_be_sent(shop: &Shop, goods: &[(&str, i32)]) -> Result<Checkout, TrialError> {
    let cart = shop.cart(goods).await?;
    let checkout = shop.checkout(&cart, at_home()).await?;
    let options = shop.delivery_options(&checkout).await?;
    ready(shop.update(&checkout, cheapest(options)?).await?)
}

/// Who buys, and has it brought home.
pub(in crate::cli) fn at_home() -> CheckoutDetails {
    CheckoutDetails {
        delivery_address: Some(address()),
        billing: Some(Billing { choice: Some(billing::Choice::SameAsDelivery(true)) }),
        ..buyer()
    }
}

/// The choice of the cheapest of these, which comes first.
pub(in crate::cli) fn cheapest(options: Vec<DeliveryOption>) -> Result<CheckoutDetails, TrialError> {
    let first =
        options.into_iter().next().ok_or_else(|| TrialError::unexpected("nobody delivers to Berlin"))?;
    Ok(delivery(delivery_selection::Choice::QuoteId(first.quote_id)))
}

/// Who buys. A guest, who gives an address to be billed at and one to be mailed at.
pub(in crate::cli) fn buyer() -> CheckoutDetails {
    CheckoutDetails {
        contact: Some(Contact { email: "ada@example.com".to_owned(), phone: String::new() }),
        billing: Some(Billing { choice: Some(billing::Choice::Address(address())) }),
        identity: IdentityOption::Guest.into(),
        ..CheckoutDetails::default()
    }
}

/// A choice of delivery.
pub(in crate::cli) fn delivery(choice: delivery_selection::Choice) -> CheckoutDetails {
    let selection = DeliverySelection { delivery_group_id: String::new(), choice: Some(choice) };
    CheckoutDetails { deliveries: vec![selection], ..CheckoutDetails::default() }
}

fn address() -> PostalAddress {
    PostalAddress {
        region_code: "DE".to_owned(),
        postal_code: "10115".to_owned(),
        locality: "Berlin".to_owned(),
        address_lines: vec!["Invalidenstraße 43".to_owned()],
        recipients: vec!["Ada Lovelace".to_owned()],
        ..PostalAddress::default()
    }
}

/// The checkout, if nothing stands between it and its order.
pub(in crate::cli) fn ready(checkout: Checkout) -> Result<Checkout, TrialError> {
    // What is left is the payment, which comes with PlaceOrder.
    let blocking: Vec<&str> = checkout
        .problems
        .iter()
        .map(|problem| problem.code.as_str())
        .filter(|code| !code.starts_with("PAYMENT"))
        .collect();
    if blocking.is_empty() {
        return Ok(checkout);
    }
    Err(TrialError::unexpected(format!("the checkout is not ready: {}", blocking.join(", "))))
}
