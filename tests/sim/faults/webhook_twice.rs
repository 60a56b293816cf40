//! What a vendor tells comes twice, at the same time.

use super::{BEFORE_THE_PLACEMENT, Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "webhook_twice",
    sites: &[Site::Webhook],
    odds: 1500,
    blow: |_| Blow::WebhookTwice,
    never: BEFORE_THE_PLACEMENT,
};
