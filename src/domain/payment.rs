//! The payment of one tender: its attempts at the gateways, their operations, and the machine that drives them.
//!
//! - [`outcome`]: what a call to a gateway can come back with.
//! - [`capabilities`]: what a gateway promises, as data.
//! - [`decline`]: the classes of declines, and what each asks for.
//! - [`operation`] and [`attempt`]: the parts, with their states and transition tables.
//! - [`aggregate`]: the payment that holds them.
//! - [`hint`]: what a partner's message is worth. [`told`]: what a vendor tells no other way.
//! - [`gate`]: whether a backup gateway may take over. [`ladder`]: how an unknown outcome is resolved.
//! - [`decide`] and [`react`]: the machine. Nothing else changes a payment.
//! - [`scheme`]: what the card schemes forbid, and what is remembered of a card.
//! - [`invariants`]: what must hold of a payment at every moment.
//!
//! The rules R1 to R19 that the comments name stand in `docs/payments.md`.

pub mod aggregate;
pub mod attempt;
pub mod capabilities;
pub mod decide;
pub mod decline;
pub mod gate;
pub mod hint;
pub mod invariants;
pub mod ladder;
pub mod operation;
pub mod outcome;
pub mod policy;
pub mod react;
pub mod scheme;
pub mod told;

#[cfg(test)]
pub(super) mod laws;
#[cfg(test)]
mod walk;

pub use aggregate::{Goal, Instrument, Payment, Verdict};
pub use attempt::{Attempt, AttemptState};
pub use capabilities::GatewayCapabilities;
pub use decide::{Decision, Effect, Facts, GatewayFacts};
pub use decline::{Decline, DeclineClass};
pub use hint::{Hint, Hinted};
pub use operation::{Operation, OperationKind, OperationState};
pub use outcome::{NotSent, Outcome, Status, UnknownCause, View};
pub use policy::Policy;
pub use react::{Impossible, Input};
pub use scheme::{Books, CardName, Limited, Network, TenderCard};
pub use told::{Said, Told};
