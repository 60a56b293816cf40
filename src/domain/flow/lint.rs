//! What is allowed in flows but probably not meant. A warning never keeps a flow from being served.

use std::borrow::Cow;
use std::fmt;

use super::choice::in_order;
use super::document::Flow;
use super::frontend::DeliveryOffer;
use super::names::FlowId;
use super::routing::Rule;

/// Something about a flow that is probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The flow.
    pub flow: FlowId,
    /// Its version.
    pub version: u32,
    /// What it is.
    pub kind: WarningKind,
}

/// What is probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WarningKind {
    /// Nobody can buy as a guest.
    ForcesAccount,
    /// Another flow of the same priority can match the same shopper, and only the ids decide.
    SamePriority {
        /// The other flow, which is tried first.
        first: FlowId,
        /// Their priority.
        priority: i32,
    },
    /// Every flow asks for something, so that some shopper may get none.
    NobodyElse,
    /// There are accounts for pickup, but collecting is not offered.
    PickupNotOffered,
    /// Neither a carrier nor pickup: only digital goods can be bought.
    NothingDelivers,
    /// Delivery options are named, but there is no carrier that could offer them.
    OptionsWithoutCarrier,
    /// A routing rule that no tender gets to, because an earlier one takes every tender that it is about.
    RuleNeverReached {
        /// The rule's place, from 0.
        rule: usize,
        /// The earlier one's.
        by: usize,
    },
    /// A routing rule that holds of no tender.
    RuleNeverMatches {
        /// The rule's place, from 0.
        rule: usize,
    },
}

impl WarningKind {
    /// The key of the document that it is about.
    pub fn path(&self) -> Cow<'static, str> {
        let key = match self {
            Self::ForcesAccount => "frontend.identity",
            Self::SamePriority { .. } => "priority",
            Self::NobodyElse => "criteria",
            Self::PickupNotOffered => "frontend.click_and_collect",
            Self::NothingDelivers => "backend.carriers",
            Self::OptionsWithoutCarrier => "frontend.delivery_options",
            Self::RuleNeverReached { rule, .. } | Self::RuleNeverMatches { rule } => {
                return Cow::Owned(format!("backend.routing[{rule}].when"));
            }
        };
        Cow::Borrowed(key)
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::ForcesAccount => "add guest, unless every buyer must have an account".to_owned(),
            Self::SamePriority { .. } => {
                "give one of the two another priority: the higher is tried first".to_owned()
            }
            Self::NobodyElse => "add a flow with empty criteria and a low priority".to_owned(),
            Self::PickupNotOffered => "set click_and_collect to true, or remove backend.pickup".to_owned(),
            Self::NothingDelivers => "name a carrier, unless only digital goods are sold".to_owned(),
            Self::OptionsWithoutCarrier => {
                "name a carrier in backend.carriers, or remove the options".to_owned()
            }
            Self::RuleNeverReached { .. } => "move it before that one, or remove it".to_owned(),
            Self::RuleNeverMatches { .. } => "correct it, or remove it".to_owned(),
        }
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForcesAccount => out.write_str("nobody can buy as a guest: this flow forces an account"),
            Self::SamePriority { first, priority } => write!(
                out,
                "{first} has priority {priority} too and can match the same shopper; it is tried first only for its id"
            ),
            Self::NobodyElse => {
                out.write_str("every flow asks for something, so that some shoppers get none")
            }
            Self::PickupNotOffered => {
                out.write_str("there are pickup accounts, but collecting is not offered")
            }
            Self::NothingDelivers => out
                .write_str("there is neither a carrier nor pickup, so that only digital goods can be bought"),
            Self::OptionsWithoutCarrier => {
                out.write_str("delivery options are named, but there is no carrier to offer them")
            }
            Self::RuleNeverReached { by, .. } => write!(
                out,
                "no tender gets to this rule: backend.routing[{by}] takes every one that it is about"
            ),
            Self::RuleNeverMatches { .. } => out.write_str("this rule holds of no tender"),
        }
    }
}

/// What is probably not meant in these flows, in the order in which they are tried. Older versions are not
/// looked at: they take no new sessions.
pub fn lint(flows: &[Flow]) -> Vec<Warning> {
    let ordered = in_order(flows);
    let mut warnings = Vec::new();
    for (index, flow) in ordered.iter().enumerate() {
        let mut warn = |kind| warnings.push(Warning { flow: flow.id.clone(), version: flow.version, kind });
        let rivals = ordered.iter().take(index).filter(|earlier| {
            earlier.priority == flow.priority && earlier.criteria.may_overlap(&flow.criteria)
        });
        for rival in rivals {
            warn(WarningKind::SamePriority { first: rival.id.clone(), priority: flow.priority });
        }
        of_one(flow).into_iter().for_each(warn);
    }
    if let Some(last) = ordered.last()
        && ordered.iter().all(|flow| flow.criteria != super::Criteria::default())
    {
        warnings.push(Warning {
            flow: last.id.clone(),
            version: last.version,
            kind: WarningKind::NobodyElse,
        });
    }
    warnings
}

fn of_one(flow: &Flow) -> Vec<WarningKind> {
    let (front, back) = (&flow.frontend, &flow.backend);
    let no_carrier = back.carriers.is_empty();
    let mut kinds = Vec::new();
    if front.forces_account() {
        kinds.push(WarningKind::ForcesAccount);
    }
    if !back.pickup.is_empty() && !front.click_and_collect {
        kinds.push(WarningKind::PickupNotOffered);
    }
    if no_carrier && matches!(front.delivery_options, DeliveryOffer::Only(_)) {
        kinds.push(WarningKind::OptionsWithoutCarrier);
    } else if no_carrier && back.pickup.is_empty() {
        kinds.push(WarningKind::NothingDelivers);
    }
    kinds.extend(of_rules(&back.routing));
    kinds
}

/// The rules that do nothing, as far as that shows without a tender: one after a rule that always holds, one that
/// asks what an earlier one has asked, and one that never holds.
fn of_rules(rules: &[Rule]) -> Vec<WarningKind> {
    let mut kinds = Vec::new();
    for (place, rule) in rules.iter().enumerate() {
        let takes_all = |earlier: &Rule| earlier.when.constant() == Some(true) || earlier.when == rule.when;
        if rule.when.constant() == Some(false) {
            kinds.push(WarningKind::RuleNeverMatches { rule: place });
        } else if let Some(by) = rules.iter().take(place).position(takes_all) {
            kinds.push(WarningKind::RuleNeverReached { rule: place, by });
        }
    }
    kinds
}
