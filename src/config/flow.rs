//! Flow documents: YAML, one or more in a file, all files of a directory.
//!
//! Every mistake of every file is reported at once, each with file, line, column, key, reason and remedy. For
//! that the text is first read into a tree of [`node`]s that know their place, and the tree is then walked by
//! hand: serde's derived readers stop at the first mistake and know only the place of its parent.
//!
//! [`crate::domain::flow`] says what a flow is; here stands only how it is written.

mod accounts;
mod amount;
mod cel;
mod criteria;
mod document;
mod embedded;
mod loader;
mod node;
mod predicate;
mod problem;
mod reader;
mod routing;
mod sections;
#[cfg(test)]
mod tests;

pub use accounts::KnownAccounts;
pub use amount::{parse_amount, parse_total};
pub use embedded::READY_FLOWS;
pub use loader::{LoadedFlows, Source, flow_files, load, load_paths, load_sources};
pub use problem::{FlowProblem, FlowsRefused, Place};
