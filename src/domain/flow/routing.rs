//! Routing: which gateways may take a tender, by rules over what is known of it.
//!
//! A flow has an ordered list of [`Rule`]s, and the first whose [`Predicate`] holds gives the accounts; where none
//! does, the flow's plain list stands. A predicate is written in CEL; `config::flow` reads it, checks its types and
//! hands over the tree of [`predicate`](Predicate), so that a sale never meets a parser: evaluating is pure, has no
//! float, and ends after as many steps as the tree has nodes.
//!
//! What cannot be evaluated does not match: a rule that speaks of a BIN which nobody told costs no sale. The
//! [`Step`]s say so, and are kept on the payment for ExplainPayment.

mod decision;
mod predicate;
mod variable;

pub use decision::{MAX_RULES, Offer, Routed, Rule, Step, Verdict};
pub use predicate::{Number, Order, Part, Predicate, Word};
pub use variable::{EvaluationError, Stuck, TenderFacts, TenderMethod, Variable};
