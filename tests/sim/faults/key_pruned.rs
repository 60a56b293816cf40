//! The gateway forgets an idempotency key, within the margin that nobody may rely on. It is not rolled: keys age.

use super::{Blow, Fault, Stage};

/// The fault.
pub const FAULT: Fault = Fault {
    name: "key_pruned",
    sites: &[],
    odds: 0,
    blow: |_| Blow::None,
    never: &[(Stage::None, "no gateway is called before there is a placement")],
};
