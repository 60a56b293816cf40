//! The gateway holds and echoes another amount.

use super::{Blow, Fault, Site, WHILE_PAYING_ALONE};
use crate::gateways::Issuer;

/// The fault.
pub const FAULT: Fault = Fault {
    name: "wrong_amount",
    sites: &[Site::Authorise],
    odds: 300,
    blow: |_| Blow::Issuer(Issuer::EchoesAnotherAmount),
    never: WHILE_PAYING_ALONE,
};
