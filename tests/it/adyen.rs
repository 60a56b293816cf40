//! The Adyen adapter behind its stack: against a look-alike with a ledger, against the specification's own examples, and
//! its requests against the specification by Prism.

mod behaviours;
mod faults;
mod notifications;
mod order;
mod rig;
mod specification;
