//! The issuer says no, in a way that no other gateway can help.

use cashwrap::domain::payment::DeclineClass;

use super::{Blow, Fault, Site, WHILE_PAYING_ALONE};
use crate::gateways::Issuer;

/// The fault.
pub const FAULT: Fault = Fault {
    name: "decline",
    sites: &[Site::Authorise],
    odds: 800,
    blow: |_| Blow::Issuer(Issuer::Declines(DeclineClass::InsufficientFunds)),
    never: WHILE_PAYING_ALONE,
};
