//! Which flow a shopper gets: the first that matches, by priority.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::document::Flow;
use super::names::FlowId;
use super::shopper::Shopper;

/// The flow that a session is pinned to, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The flow.
    pub flow: FlowId,
    /// The version that the session stays on.
    pub version: u32,
    /// The rule that matched: `everyone`, or `device phone, customer repeat`.
    pub matched_rule: String,
}

/// The shopper's flow: the first of [`in_order`] whose criteria match; `None` when there is none.
///
/// The order of `flows` has no influence.
pub fn choose(flows: &[Flow], shopper: &Shopper) -> Option<Chosen> {
    in_order(flows).into_iter().find_map(|flow| {
        let matched_rule = flow.criteria.matches(shopper).ok()?;
        Some(Chosen { flow: flow.id.clone(), version: flow.version, matched_rule })
    })
}

/// The flows that take new sessions, as they are tried: the newest version of each id, the higher priority
/// first, then by id.
pub(super) fn in_order(flows: &[Flow]) -> Vec<&Flow> {
    let mut newest: BTreeMap<&FlowId, &Flow> = BTreeMap::new();
    for flow in flows {
        let held = newest.entry(&flow.id).or_insert(flow);
        if flow.version > held.version {
            *held = flow;
        }
    }
    let mut ordered: Vec<&Flow> = newest.into_values().collect();
    ordered.sort_by_key(|flow| Reverse(flow.priority));
    ordered
}
