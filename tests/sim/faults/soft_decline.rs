//! The issuer says no, in a way that asks for another gateway.

use cashwrap::domain::payment::DeclineClass;

use super::{Blow, Fault, Site, WHILE_PAYING_ALONE};
use crate::gateways::Issuer;

/// The fault.
pub const FAULT: Fault = Fault {
    name: "soft_decline",
    sites: &[Site::Authorise],
    odds: 800,
    blow: |_| Blow::Issuer(Issuer::Declines(DeclineClass::IssuerUnavailable)),
    never: WHILE_PAYING_ALONE,
};
