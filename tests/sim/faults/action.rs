//! The issuer wants to hear from the customer first.

use super::{Blow, Fault, Site, WHILE_PAYING_ALONE};
use crate::gateways::Issuer;

/// The fault.
pub const FAULT: Fault = Fault {
    name: "action",
    sites: &[Site::Authorise],
    odds: 1500,
    blow: |_| Blow::Issuer(Issuer::AsksTheCustomer),
    never: WHILE_PAYING_ALONE,
};
