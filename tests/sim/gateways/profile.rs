//! What makes one vendor differ from another, as data.

use std::time::Duration;

use cashwrap::domain::payment::GatewayCapabilities;

/// What a request under a key that was seen before gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// The first answer, a 500 that was given included.
    First,
    /// The object as it is by now.
    Latest,
    /// The first answer if it was a 2xx; else the request runs again.
    FirstIf2xx,
    /// Whatever the object's state makes of it: keys mean nothing here.
    Runs,
}

/// One vendor.
#[derive(Debug)]
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// What it promises, with times scaled for the simulation.
    pub capabilities: GatewayCapabilities,
    /// What it does with a key that it has seen.
    pub again: Again,
    /// How long a lagging read may miss what was written.
    pub lag: Duration,
}

/// How long a vendor may take, scaled: an unknown outcome should not fill a whole run.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// How long a key lives, scaled: beyond the machine's margin of ten minutes, and within a run.
pub const KEY_TTL: Duration = Duration::from_mins(16);
