//! Addresses and contacts. Fields that are empty are left out.

use serde::{Deserialize, Serialize};

use super::scalar::Text;
use crate::domain::address::{Address, Contact, Country};

/// How somebody is reached.
#[derive(Serialize, Deserialize)]
pub(super) struct ContactShape {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    email: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    phone: String,
}

impl From<&Contact> for ContactShape {
    fn from(contact: &Contact) -> Self {
        let Contact { email, phone } = contact.clone();
        Self { email, phone }
    }
}

impl From<ContactShape> for Contact {
    fn from(ContactShape { email, phone }: ContactShape) -> Self {
        Self { email, phone }
    }
}

/// A postal address.
#[derive(Serialize, Deserialize)]
pub(super) struct AddressShape {
    country: Text<Country>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    recipient: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    organisation: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lines: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    locality: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    administrative_area: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    postal_code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    phone: String,
}

impl From<&Address> for AddressShape {
    fn from(address: &Address) -> Self {
        let Address {
            recipient,
            organisation,
            lines,
            locality,
            administrative_area,
            postal_code,
            country,
            phone,
        } = address.clone();
        Self {
            country: Text(country),
            recipient,
            organisation,
            lines,
            locality,
            administrative_area,
            postal_code,
            phone,
        }
    }
}

impl From<AddressShape> for Address {
    fn from(shape: AddressShape) -> Self {
        Self {
            recipient: shape.recipient,
            organisation: shape.organisation,
            lines: shape.lines,
            locality: shape.locality,
            administrative_area: shape.administrative_area,
            postal_code: shape.postal_code,
            country: shape.country.0,
            phone: shape.phone,
        }
    }
}
