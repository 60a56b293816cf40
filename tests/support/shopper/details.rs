//! What a shopper types.

use cashwrap::proto::cashwrap::v1 as api;
use cashwrap::proto::google::r#type::PostalAddress;

fn address() -> PostalAddress {
    PostalAddress {
        region_code: "DE".to_owned(),
        postal_code: "10119".to_owned(),
        locality: "Berlin".to_owned(),
        address_lines: vec!["Torstraße 1".to_owned()],
        recipients: vec!["Ada Beispiel".to_owned()],
        ..PostalAddress::default()
    }
}

/// For goods that nobody ships.
pub(super) fn digital() -> api::CheckoutDetails {
    api::CheckoutDetails {
        contact: Some(api::Contact { email: "ada@example.com".to_owned(), ..api::Contact::default() }),
        billing: Some(api::Billing { choice: Some(api::billing::Choice::Address(address())) }),
        identity: api::IdentityOption::Guest.into(),
        return_uri: "https://shop.example/checkout/return".to_owned(),
        ..api::CheckoutDetails::default()
    }
}

/// For goods that are sent; the way of delivery is chosen afterwards.
pub(super) fn sent() -> api::CheckoutDetails {
    api::CheckoutDetails {
        delivery_address: Some(address()),
        billing: Some(api::Billing { choice: Some(api::billing::Choice::SameAsDelivery(true)) }),
        ..digital()
    }
}

/// The choice of a way of delivery.
pub(super) fn delivered_by(option: &api::DeliveryOption) -> api::CheckoutDetails {
    let choice = api::delivery_selection::Choice::QuoteId(option.quote_id.clone());
    chosen(option.delivery_group_id.clone(), choice)
}

/// The choice of a place to collect at.
pub(super) fn collected_at(location: &api::PickupLocation) -> api::CheckoutDetails {
    chosen(String::new(), api::delivery_selection::Choice::PickupLocationId(location.id.clone()))
}

fn chosen(delivery_group_id: String, choice: api::delivery_selection::Choice) -> api::CheckoutDetails {
    let selection = api::DeliverySelection { delivery_group_id, choice: Some(choice) };
    api::CheckoutDetails { deliveries: vec![selection], ..api::CheckoutDetails::default() }
}
