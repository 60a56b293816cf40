//! The gateway echoes another reference.

use super::{Blow, Fault, Site, WHILE_PAYING_ALONE};
use crate::gateways::Issuer;

/// The fault.
pub const FAULT: Fault = Fault {
    name: "wrong_reference",
    sites: &[Site::Authorise],
    odds: 300,
    blow: |_| Blow::Issuer(Issuer::EchoesAnotherReference),
    never: WHILE_PAYING_ALONE,
};
