//! What the buyer has given.

use jiff::Timestamp;

use super::degraded::Degraded;
use crate::domain::address::{Address, Contact};
use crate::domain::flow::IdentityOption;
use crate::domain::ids::AccountId;
use crate::domain::money::Money;
use crate::domain::product::TaxCategory;

/// Who is billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Billing {
    /// The delivery address.
    SameAsDelivery,
    /// An address of its own.
    Address(Address),
}

/// How a delivery group gets to the buyer.
#[expect(clippy::large_enum_variant, reason = "a session has a handful at most")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectionKind {
    /// Sent to the delivery address.
    Ship,
    /// Collected at a location, which is also where it is taxed.
    Pickup {
        /// The location's id.
        location: String,
        /// Its name, as shown.
        name: String,
        /// Its address.
        address: Address,
    },
}

/// The delivery option that was chosen, as it was quoted. The client named it by a quote id that we issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The delivery group.
    pub group: String,
    /// The quote id that the client sent.
    pub quote_id: String,
    /// The carrier account that quoted it.
    pub carrier: AccountId,
    /// The carrier's code of the service.
    pub code: String,
    /// Its title, as shown.
    pub title: String,
    /// The price.
    pub amount: Money,
    /// How it is taxed.
    pub tax_category: TaxCategory,
    /// Earliest delivery, in days from the order.
    pub earliest_days: Option<u16>,
    /// Latest delivery, in days from the order.
    pub latest_days: Option<u16>,
    /// Sent or collected.
    pub kind: SelectionKind,
    /// The carriers that the quoting one stood in for.
    pub degraded: Vec<Degraded>,
    /// Fingerprint of what it was quoted for: destination, items, currency.
    pub quoted_for: String,
    /// When the quote ends.
    pub expires_at: Timestamp,
}

/// What the buyer has given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// How to reach the buyer.
    pub contact: Option<Contact>,
    /// Where the goods go.
    pub delivery_address: Option<Address>,
    /// Who is billed.
    pub billing: Option<Billing>,
    /// The choice for each delivery group.
    pub selections: Vec<Selection>,
    /// How the buyer wants to be known.
    pub identity: Option<IdentityOption>,
    /// Where a gateway's page sends the buyer back to.
    pub return_uri: Option<String>,
}

impl Details {
    /// The choice for `group`.
    pub fn selection(&self, group: &str) -> Option<&Selection> {
        self.selections.iter().find(|selection| selection.group == group)
    }
}
