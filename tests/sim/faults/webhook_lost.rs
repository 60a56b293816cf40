//! What a vendor tells is lost for good.

use super::{BEFORE_THE_PLACEMENT, Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "webhook_lost",
    sites: &[Site::Webhook],
    odds: 900,
    blow: |_| Blow::WebhookLost,
    never: BEFORE_THE_PLACEMENT,
};
