//! What a buyer gives on the way to an order, and which parts of it an update replaces.

use std::collections::BTreeSet;

use super::{address, fields};
use crate::app::checkouts::{Choice, Edit};
use crate::app::{Error, Reason};
use crate::domain::checkout::{Billing, Details, SHIPMENT_GROUP, Selection, SelectionKind};
use crate::domain::flow::IdentityOption;
use crate::proto::cashwrap::v1::{self, billing, delivery_selection};

/// Longer than any quote id of ours.
const MAX_QUOTE_ID_BYTES: usize = 2_048;
/// Longer than any id of a location.
const MAX_LOCATION_BYTES: usize = 128;
/// What browsers and gateways take.
const MAX_URI_BYTES: usize = 2_048;

/// The parts of the details, as a mask names them.
const PARTS: [&str; 6] = ["contact", "delivery_address", "billing", "deliveries", "identity", "return_uri"];

/// The parts that an update replaces: those of the mask, or those that are set where there is none.
pub fn parts(
    mask: Option<&prost_types::FieldMask>,
    details: &v1::CheckoutDetails,
) -> Result<BTreeSet<&'static str>, Error> {
    let paths = mask.map(|mask| mask.paths.as_slice()).unwrap_or_default();
    if paths.is_empty() {
        return Ok(PARTS.into_iter().filter(|part| is_set(part, details)).collect());
    }
    let mut parts = BTreeSet::new();
    for path in paths {
        if path == "*" {
            parts.extend(PARTS);
            continue;
        }
        let known = PARTS.into_iter().find(|part| part == path).ok_or_else(|| {
            let remedy = format!("names a part that cannot be replaced: use {} or *", PARTS.join(", "));
            Error::of_field(Reason::UpdateMaskInvalid, "update_mask", remedy)
        })?;
        parts.insert(known);
    }
    Ok(parts)
}

fn is_set(part: &str, details: &v1::CheckoutDetails) -> bool {
    match part {
        "contact" => details.contact.is_some(),
        "delivery_address" => details.delivery_address.is_some(),
        "billing" => details.billing.is_some(),
        "deliveries" => !details.deliveries.is_empty(),
        "identity" => details.identity != 0,
        _ => !details.return_uri.is_empty(),
    }
}

/// The edit that replaces these parts. A part that is named and not set is cleared; every part that is set is
/// checked, whether it is named or not.
pub fn edit(details: &v1::CheckoutDetails, parts: &BTreeSet<&'static str>) -> Result<Edit, Error> {
    let contact = details.contact.as_ref().map(|given| address::contact("details.contact", given));
    let delivery_address =
        details.delivery_address.as_ref().map(|given| address::address("details.delivery_address", given));
    let (contact, delivery_address) = (contact.transpose()?, delivery_address.transpose()?);
    let billing = details.billing.as_ref().map(billing_of).transpose()?;
    let delivery = delivery(&details.deliveries)?;
    let identity = identity(details.identity)?;
    let return_uri = return_uri(&details.return_uri)?;
    Ok(Edit {
        contact: parts.contains("contact").then_some(contact),
        delivery_address: parts.contains("delivery_address").then_some(delivery_address),
        billing: parts.contains("billing").then_some(billing),
        delivery: parts.contains("deliveries").then_some(delivery),
        identity: parts.contains("identity").then_some(identity),
        return_uri: parts.contains("return_uri").then_some(return_uri),
    })
}

fn billing_of(given: &v1::Billing) -> Result<Billing, Error> {
    match &given.choice {
        Some(billing::Choice::SameAsDelivery(true)) => Ok(Billing::SameAsDelivery),
        Some(billing::Choice::SameAsDelivery(false)) => {
            Err(Error::field("details.billing.same_as_delivery", "is false: give an address instead"))
        }
        Some(billing::Choice::Address(given)) => {
            address::address("details.billing.address", given).map(Billing::Address)
        }
        None => Err(Error::field("details.billing", "says nothing: set same_as_delivery or address")),
    }
}

fn delivery(given: &[v1::DeliverySelection]) -> Result<Option<Choice>, Error> {
    let given = match given {
        [] => return Ok(None),
        [given] => given,
        _ => {
            let remedy = "are several: one delivery group is delivered, so send one choice";
            return Err(Error::field("details.deliveries", remedy));
        }
    };
    if !given.delivery_group_id.is_empty() && given.delivery_group_id != SHIPMENT_GROUP {
        let remedy = "is not a group that is delivered: the quote's delivery_groups tell their ids";
        return Err(Error::field("details.deliveries[0].delivery_group_id", remedy));
    }
    match &given.choice {
        Some(delivery_selection::Choice::QuoteId(id)) if id.len() <= MAX_QUOTE_ID_BYTES => {
            Ok(Some(Choice::Quote(id.clone())))
        }
        Some(delivery_selection::Choice::QuoteId(_)) => Err(Error::of_field(
            Reason::DeliveryQuoteInvalid,
            "details.deliveries[0].quote_id",
            "was not issued by this service: list the delivery options and send one's quote_id",
        )),
        Some(delivery_selection::Choice::PickupLocationId(id)) => {
            fields::text("details.deliveries[0].pickup_location_id", id, MAX_LOCATION_BYTES)
                .map(|id| Some(Choice::Pickup(id)))
        }
        None => {
            Err(Error::field("details.deliveries[0]", "says nothing: set quote_id or pickup_location_id"))
        }
    }
}

fn identity(given: i32) -> Result<Option<IdentityOption>, Error> {
    Ok(match fields::known("details.identity", given)? {
        v1::IdentityOption::Unspecified => None,
        v1::IdentityOption::Guest => Some(IdentityOption::Guest),
        v1::IdentityOption::Registered => Some(IdentityOption::Registered),
        v1::IdentityOption::CreateAccount => Some(IdentityOption::CreateAccount),
    })
}

fn return_uri(given: &str) -> Result<Option<String>, Error> {
    if given.is_empty() {
        return Ok(None);
    }
    let text = fields::text("details.return_uri", given, MAX_URI_BYTES)?;
    let sound = text.parse::<http::Uri>().is_ok_and(|uri| {
        let host = uri.host().unwrap_or_default();
        match uri.scheme_str() {
            Some("https") => !host.is_empty(),
            Some("http") => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
            _ => false,
        }
    });
    if sound {
        Ok(Some(text))
    } else {
        Err(Error::field("details.return_uri", "is no address to come back to: give an https address"))
    }
}

/// The details as the API shows them.
pub fn shown(details: &Details) -> v1::CheckoutDetails {
    let billing = details.billing.as_ref().map(|billing| v1::Billing {
        choice: Some(match billing {
            Billing::SameAsDelivery => billing::Choice::SameAsDelivery(true),
            Billing::Address(given) => billing::Choice::Address(address::postal(given)),
        }),
    });
    let identity = match details.identity {
        None => v1::IdentityOption::Unspecified,
        Some(IdentityOption::Guest) => v1::IdentityOption::Guest,
        Some(IdentityOption::Registered) => v1::IdentityOption::Registered,
        Some(IdentityOption::CreateAccount) => v1::IdentityOption::CreateAccount,
    };
    v1::CheckoutDetails {
        contact: details.contact.as_ref().map(address::shown_contact),
        delivery_address: details.delivery_address.as_ref().map(address::postal),
        billing,
        deliveries: details.selections.iter().map(selection).collect(),
        identity: identity.into(),
        return_uri: details.return_uri.clone().unwrap_or_default(),
    }
}

fn selection(selection: &Selection) -> v1::DeliverySelection {
    v1::DeliverySelection {
        delivery_group_id: selection.group.clone(),
        choice: Some(match &selection.kind {
            SelectionKind::Ship => delivery_selection::Choice::QuoteId(selection.quote_id.clone()),
            SelectionKind::Pickup { location, .. } => {
                delivery_selection::Choice::PickupLocationId(location.clone())
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(paths: &[&str]) -> prost_types::FieldMask {
        prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }
    }

    fn with_contact() -> v1::CheckoutDetails {
        let contact = v1::Contact { email: "ada@example.com".to_owned(), phone: String::new() };
        v1::CheckoutDetails { contact: Some(contact), ..v1::CheckoutDetails::default() }
    }

    #[test]
    fn without_a_mask_what_is_set_is_replaced() {
        let given = with_contact();
        let parts = parts(None, &given).unwrap();
        let edit = edit(&given, &parts).unwrap();
        assert!(matches!(edit.contact, Some(Some(_))));
        assert!(edit.billing.is_none() && edit.delivery.is_none() && edit.identity.is_none());
    }

    #[test]
    fn what_the_mask_names_and_is_not_set_is_cleared() {
        let given = with_contact();
        let all = parts(Some(&mask(&["*"])), &given).unwrap();
        assert_eq!(all.len(), PARTS.len());
        let edit = edit(&given, &all).unwrap();
        assert!(matches!(edit.contact, Some(Some(_))));
        assert!(matches!(
            (edit.billing, edit.delivery, edit.return_uri),
            (Some(None), Some(None), Some(None))
        ));
    }

    #[test]
    fn a_mask_of_anything_else_is_refused() {
        for path in ["contact.email", "name", "", "details.contact"] {
            let refused = parts(Some(&mask(&[path])), &with_contact()).unwrap_err();
            assert_eq!(refused.reason(), Reason::UpdateMaskInvalid, "{path}");
        }
    }

    #[test]
    fn what_is_set_is_checked_even_where_the_mask_does_not_name_it() {
        let mut given = with_contact();
        given.return_uri = "https://shop.example/4111111111111111".to_owned();
        let parts = parts(Some(&mask(&["contact"])), &given).unwrap();
        assert_eq!(edit(&given, &parts).unwrap_err().reason(), Reason::CardNumberRefused);
    }

    #[test]
    fn a_buyer_is_sent_back_over_https_or_to_this_machine() {
        for good in ["https://shop.example/done?x=1", "http://localhost:8080/done", "http://127.0.0.1/"] {
            assert_eq!(return_uri(good), Ok(Some(good.to_owned())));
        }
        for bad in ["http://shop.example/", "javascript:alert(1)", "/done", "https://", "ftp://a/b"] {
            assert_eq!(return_uri(bad).unwrap_err().fields()[0].path, "details.return_uri", "{bad}");
        }
    }

    #[test]
    fn choices_that_say_nothing_are_refused_by_their_fields() {
        let nothing = v1::DeliverySelection::default();
        assert_eq!(
            delivery(std::slice::from_ref(&nothing)).unwrap_err().fields()[0].path,
            "details.deliveries[0]"
        );
        assert!(delivery(&[nothing.clone(), nothing]).is_err());
        assert!(billing_of(&v1::Billing::default()).is_err());
        let no = v1::Billing { choice: Some(billing::Choice::SameAsDelivery(false)) };
        assert_eq!(billing_of(&no).unwrap_err().fields()[0].path, "details.billing.same_as_delivery");
        assert_eq!(identity(42).unwrap_err().fields()[0].path, "details.identity");
    }
}
