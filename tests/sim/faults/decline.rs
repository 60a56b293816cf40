//! The issuer says no, in a way that no other gateway can help.

use cashwrap::domain::payment::DeclineClass;

use super::{Blow, Fault, Site, Stage};
use crate::gateways::Issuer;

/// The fault.
pub const FAULT: Fault = Fault {
    name: "decline",
    sites: &[Site::Authorise],
    odds: 800,
    blow: |_| Blow::Issuer(Issuer::Declines(DeclineClass::InsufficientFunds)),
    never: &[
        (Stage::None, "no gateway is called before there is a placement"),
        (Stage::AwaitingAction, "the customer is asked, and not the issuer"),
        (Stage::Compensating, "nothing authorises once the placement gives back"),
        (Stage::Completed, "nothing authorises once there is an order"),
        (Stage::Failed, "nothing authorises once the placement is over"),
    ],
};
