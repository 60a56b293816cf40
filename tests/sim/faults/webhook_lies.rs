//! What a vendor tells is not so, or no longer.

use cashwrap::domain::payment::Hint;

use super::{BEFORE_THE_PLACEMENT, Blow, Fault, Site};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "webhook_lies",
    sites: &[Site::Webhook],
    odds: 1500,
    blow: |dice| Blow::WebhookLies(dice.one_of(&Hint::ALL)),
    never: BEFORE_THE_PLACEMENT,
};
