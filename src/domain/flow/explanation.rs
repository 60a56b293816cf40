//! Why a shopper got the flow they got: a verdict on each flow, for `flow explain` and for support.

use std::fmt;

use super::choice::{choose, in_order};
use super::criteria::Mismatch;
use super::document::Flow;
use super::names::FlowId;
use super::shopper::Shopper;

/// What became of one flow when the choice was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The flow.
    pub flow: FlowId,
    /// Its version.
    pub version: u32,
    /// Its priority.
    pub priority: i32,
    /// Where it stands.
    pub standing: Standing,
}

/// Where a flow stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is the shopper's.
    Chosen {
        /// The rule that matched.
        matched_rule: String,
    },
    /// It matches, but another is tried before it.
    Behind {
        /// The flow that was chosen.
        chosen: FlowId,
        /// The rule that would have matched.
        matched_rule: String,
    },
    /// It does not match.
    Failed(Mismatch),
    /// A newer version of the same flow takes the new sessions.
    Superseded {
        /// That version.
        by: u32,
    },
}

impl fmt::Display for Standing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chosen { matched_rule } => write!(out, "chosen: {matched_rule}"),
            Self::Behind { chosen, matched_rule } => {
                write!(out, "matches ({matched_rule}), but {chosen} is tried first")
            }
            Self::Failed(mismatch) => write!(out, "does not match: {mismatch}"),
            Self::Superseded { by } => write!(out, "takes no new sessions: version {by} does"),
        }
    }
}

/// A verdict on each flow: those that take new sessions in the order in which they are tried, then older
/// versions. Exactly one is [`Standing::Chosen`] where [`choose`] finds a flow, and none where it does not.
pub fn explain(flows: &[Flow], shopper: &Shopper) -> Vec<Verdict> {
    let chosen = choose(flows, shopper);
    let tried = in_order(flows);
    let mut verdicts: Vec<Verdict> = tried
        .iter()
        .map(|flow| {
            let standing = match (flow.criteria.matches(shopper), &chosen) {
                (Err(mismatch), _) => Standing::Failed(mismatch),
                (Ok(matched_rule), Some(chosen)) if chosen.flow != flow.id => {
                    Standing::Behind { chosen: chosen.flow.clone(), matched_rule }
                }
                (Ok(matched_rule), _) => Standing::Chosen { matched_rule },
            };
            verdict(flow, standing)
        })
        .collect();
    for newest in tried {
        let older = flows.iter().filter(|flow| flow.id == newest.id && flow.version < newest.version);
        verdicts.extend(older.map(|flow| verdict(flow, Standing::Superseded { by: newest.version })));
    }
    verdicts
}

fn verdict(flow: &Flow, standing: Standing) -> Verdict {
    Verdict { flow: flow.id.clone(), version: flow.version, priority: flow.priority, standing }
}
