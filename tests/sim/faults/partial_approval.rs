//! The issuer approves a part of what was asked for.

use super::{Blow, Fault, Site, WHILE_PAYING_ALONE};
use crate::gateways::Issuer;

/// The fault.
pub const FAULT: Fault = Fault {
    name: "partial_approval",
    sites: &[Site::Authorise],
    odds: 300,
    blow: |_| Blow::Issuer(Issuer::ApprovesAPart),
    never: WHILE_PAYING_ALONE,
};
