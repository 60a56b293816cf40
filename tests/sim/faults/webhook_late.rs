//! What a vendor tells comes late, after what was told later, and perhaps after everything is over.

use std::time::Duration;

use super::{BEFORE_THE_PLACEMENT, Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "webhook_late",
    sites: &[Site::Webhook],
    odds: 1500,
    blow: |dice| Blow::WebhookLate(Duration::from_millis(1_000 + dice.below(240_000))),
    never: BEFORE_THE_PLACEMENT,
};
