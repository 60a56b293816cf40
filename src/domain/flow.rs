//! Flows: who gets which checkout, and what that checkout looks like, offers and uses.
//!
//! A [`Flow`] is a versioned document with four sections: [`Criteria`] say who gets it, [`Interface`] how it
//! is laid out, [`Frontend`] what it offers, [`Backend`] which partner accounts it works with.
//!
//! - [`choose`] gives a [`Shopper`] their flow; [`explain`] says of each flow why it was or was not the one.
//! - [`step_plan`] and [`primary_action`] are recomputed from facts at each answer and never stored.
//! - [`Backend::route`] gives a tender its gateways, by [`Rule`]s over what is known of it.
//! - [`lint`] finds what is allowed but probably not meant.
//!
//! Reading YAML is the work of `config::flow`; nothing here knows a file, a key or a line.

mod action;
mod backend;
mod chain;
mod choice;
mod criteria;
mod document;
mod explanation;
mod frontend;
mod interface;
mod lint;
mod names;
mod problem;
mod routing;
mod shopper;
mod steps;
#[cfg(test)]
mod tests;

pub use action::{ActionCode, PrimaryAction, primary_action};
pub use backend::{
    Backend, BadGateways, CapturePolicy, Gateways, MAX_ACTION_WINDOW, MAX_GATEWAYS, MIN_ACTION_WINDOW,
};
pub use chain::{BadChain, Chain, DegradedMode, MAX_CHAIN};
pub use choice::{Chosen, choose};
pub use criteria::{BadRange, BadWindow, Criteria, DateWindow, Matcher, Mismatch, TotalRange};
pub use document::Flow;
pub use explanation::{Standing, Verdict, explain};
pub use frontend::{DeliveryOffer, Frontend, IdentityOption};
pub use interface::{Interface, Layout, Suppressed};
pub use lint::{Warning, WarningKind, lint};
pub use names::{FlowId, LabelKey, OptionCode, RuleName, Tag};
pub use problem::{Problem, ProblemCode, Severity};
pub use routing::{
    EvaluationError, MAX_RULES, Number, Offer, Order, Part, Predicate, Routed, Rule, Step as RoutingStep,
    Stuck, TenderFacts, TenderMethod, Variable, Verdict as RuleVerdict, Word,
};
pub use shopper::{Channel, CustomerKind, Device, Shopper};
pub use steps::{DeliveryFacts, PaymentFacts, SessionFacts, Step, StepId, StepState, step_plan};
