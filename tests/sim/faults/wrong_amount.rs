//! The gateway holds and echoes another amount.

use super::{Blow, Fault, Site, Stage};
use crate::gateways::Issuer;

/// The fault.
pub const FAULT: Fault = Fault {
    name: "wrong_amount",
    sites: &[Site::Authorise],
    odds: 300,
    blow: |_| Blow::Issuer(Issuer::EchoesAnotherAmount),
    never: &[
        (Stage::None, "no gateway is called before there is a placement"),
        (Stage::AwaitingAction, "the customer is asked, and not the issuer"),
        (Stage::Compensating, "nothing authorises once the placement gives back"),
        (Stage::Completed, "nothing authorises once there is an order"),
        (Stage::Failed, "nothing authorises once the placement is over"),
    ],
};
