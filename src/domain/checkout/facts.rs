//! What the step plan is computed from.

use super::details::SelectionKind;
use super::groups::{GroupKind, SHIPMENT_GROUP, groups};
use super::session::Checkout;
use crate::domain::flow::{DeliveryFacts, PaymentFacts, SessionFacts};

/// The facts of a session.
pub fn session_facts(checkout: &Checkout) -> SessionFacts {
    let details = &checkout.details;
    let delivered = groups(checkout).iter().any(|group| group.kind == GroupKind::Delivered);
    let selection = details.selection(SHIPMENT_GROUP);
    let collects = matches!(selection.map(|chosen| &chosen.kind), Some(SelectionKind::Pickup { .. }));
    let contact_given = details.contact.as_ref().is_some_and(|contact| {
        !(contact.email.is_empty() && contact.phone.is_empty()) && contact.problems().is_empty()
    });
    let nothing_due = checkout.quoted.as_ref().is_some_and(|quoted| quoted.quote.totals.total.is_zero());
    SessionFacts {
        contact_given,
        delivery: match (delivered, collects) {
            (false, _) => DeliveryFacts::NotRequired,
            (true, true) => DeliveryFacts::Collect { location_chosen: true },
            (true, false) => DeliveryFacts::Send {
                address_given: details
                    .delivery_address
                    .as_ref()
                    .is_some_and(|address| address.problems().is_empty()),
                option_chosen: selection.is_some(),
            },
        },
        billing_given: details.billing.is_some(),
        payment: if nothing_due {
            PaymentFacts::NotNeeded
        } else {
            // Instruments come with PlaceOrder and are never kept on a session.
            PaymentFacts::Needed { chosen: false }
        },
    }
}
