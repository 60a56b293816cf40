//! The tax provider gives no answer, at once or not in time.

use std::time::Duration;

use super::{Blow, Fault, Site, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "tax_down",
    sites: &[Site::Tax],
    odds: 800,
    blow: |dice| Blow::PartnerDown(Duration::from_secs(dice.below(2) * 3)),
    never: &[
        (Stage::Paying, "a session is not quoted while it is placed"),
        (Stage::AwaitingAction, "a session is not quoted while it is placed"),
        (Stage::Compensating, "a session is not quoted while it is placed"),
        (Stage::Completed, "a session is not quoted once it is ordered"),
        (Stage::Failed, "a partner is not told what it is asked for: all its hits count as NONE"),
    ],
};
