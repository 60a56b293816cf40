//! What a buyer has given, in two parts: who and where the buyer is, and all else.
//!
//! [`PersonalShape`] is kept apart, so that it can be erased and the rest stays whole. Where a pickup location
//! stands is no personal data.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::amount::Stated;
use super::degraded::DegradedShape;
use super::place::{AddressShape, ContactShape};
use super::scalar::{Text, Version, Word, is_false, shapes, values};
use crate::domain::checkout::{Billing, Details, Selection, SelectionKind};
use crate::domain::flow::IdentityOption;
use crate::domain::ids::AccountId;
use crate::domain::product::TaxCategory;

/// Whatever names or locates the buyer. The default is what is left after it was erased.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct PersonalShape {
    v: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<ContactShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_address: Option<AddressShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_address: Option<AddressShape>,
}

impl PersonalShape {
    /// The personal part of `details`; `None` where there is none.
    pub fn of(details: &Details) -> Option<Self> {
        let contact = details.contact.as_ref().map(ContactShape::from);
        let delivery_address = details.delivery_address.as_ref().map(AddressShape::from);
        let billing_address = match &details.billing {
            Some(Billing::Address(address)) => Some(address.into()),
            Some(Billing::SameAsDelivery) | None => None,
        };
        let any = contact.is_some() || delivery_address.is_some() || billing_address.is_some();
        any.then_some(Self { v: Version, contact, delivery_address, billing_address })
    }
}

/// All that is not personal.
#[derive(Serialize, Deserialize)]
pub(super) struct DetailsShape {
    #[serde(default, skip_serializing_if = "is_false")]
    billing_is_delivery: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    selections: Vec<SelectionShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Word<IdentityOption>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_uri: Option<String>,
}

impl From<&Details> for DetailsShape {
    fn from(details: &Details) -> Self {
        let Details { contact: _, delivery_address: _, billing, selections, identity, return_uri } = details;
        Self {
            billing_is_delivery: *billing == Some(Billing::SameAsDelivery),
            selections: shapes(selections),
            identity: identity.map(Word),
            return_uri: return_uri.clone(),
        }
    }
}

impl DetailsShape {
    /// The details, with the personal part put back.
    pub fn with(self, personal: PersonalShape) -> Details {
        let PersonalShape { v: Version, contact, delivery_address, billing_address } = personal;
        let own_address = billing_address.map(|address| Billing::Address(address.into()));
        Details {
            contact: contact.map(Into::into),
            delivery_address: delivery_address.map(Into::into),
            billing: if self.billing_is_delivery { Some(Billing::SameAsDelivery) } else { own_address },
            selections: values(self.selections),
            identity: self.identity.map(|word| word.0),
            return_uri: self.return_uri,
        }
    }
}

/// The delivery option that was chosen.
#[derive(Serialize, Deserialize)]
struct SelectionShape {
    group: String,
    quote_id: String,
    carrier: Text<AccountId>,
    code: String,
    title: String,
    amount: Stated,
    tax_category: Word<TaxCategory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    earliest_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_days: Option<u16>,
    kind: SelectionKindShape,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    degraded: Vec<DegradedShape>,
    quoted_for: String,
    expires_at: Text<Timestamp>,
}

/// How it gets to the buyer.
#[expect(clippy::large_enum_variant, reason = "a session has a handful at most")]
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "SCREAMING_SNAKE_CASE")]
enum SelectionKindShape {
    Ship,
    Pickup {
        location: String,
        #[serde(rename = "location_name")]
        title: String,
        address: AddressShape,
    },
}

impl From<&Selection> for SelectionShape {
    fn from(selection: &Selection) -> Self {
        let Selection {
            group,
            quote_id,
            carrier,
            code,
            title,
            amount,
            tax_category,
            earliest_days,
            latest_days,
            kind,
            degraded,
            quoted_for,
            expires_at,
        } = selection.clone();
        Self {
            group,
            quote_id,
            carrier: Text(carrier),
            code,
            title,
            amount: amount.into(),
            tax_category: Word(tax_category),
            earliest_days,
            latest_days,
            kind: match kind {
                SelectionKind::Ship => SelectionKindShape::Ship,
                SelectionKind::Pickup { location, name, address } => {
                    SelectionKindShape::Pickup { location, title: name, address: (&address).into() }
                }
            },
            degraded: shapes(&degraded),
            quoted_for,
            expires_at: Text(expires_at),
        }
    }
}

impl From<SelectionShape> for Selection {
    fn from(shape: SelectionShape) -> Self {
        Self {
            group: shape.group,
            quote_id: shape.quote_id,
            carrier: shape.carrier.0,
            code: shape.code,
            title: shape.title,
            amount: shape.amount.into(),
            tax_category: shape.tax_category.0,
            earliest_days: shape.earliest_days,
            latest_days: shape.latest_days,
            kind: match shape.kind {
                SelectionKindShape::Ship => SelectionKind::Ship,
                SelectionKindShape::Pickup { location, title, address } => {
                    SelectionKind::Pickup { location, name: title, address: address.into() }
                }
            },
            degraded: values(shape.degraded),
            quoted_for: shape.quoted_for,
            expires_at: shape.expires_at.0,
        }
    }
}
