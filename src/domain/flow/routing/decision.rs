//! The rules in their order, and what they say of a tender.

use std::collections::BTreeSet;
use std::fmt;

use super::super::backend::{Backend, Gateways};
use super::super::names::{FlowId, RuleName};
use super::predicate::Predicate;
use super::variable::{EvaluationError, Stuck, TenderFacts};
use crate::domain::ids::AccountId;

/// The most rules of a flow: each is looked at while a shopper waits, and nobody keeps more in mind.
pub const MAX_RULES: usize = 64;

/// A rule: whose tenders go where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What operators call it.
    pub name: Option<RuleName>,
    /// Which tenders it is about.
    pub when: Predicate,
    /// Where they may go, the first choice first.
    pub gateways: Gateways,
}

/// What a rule said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It holds: its accounts stand.
    Matched,
    /// It does not hold.
    NotMatched,
    /// It could not be evaluated, and so does not match.
    Failed(EvaluationError),
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matched => out.write_str("matches"),
            Self::NotMatched => out.write_str("does not match"),
            Self::Failed(error) => write!(out, "cannot be evaluated, and so does not match: {error}"),
        }
    }
}

/// A rule that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Step {
    /// Its place in the flow's list, from 0.
    pub rule: u32,
    /// Its name.
    pub name: Option<RuleName>,
    /// What it said.
    pub verdict: Verdict,
}

/// How a tender's gateways were chosen: kept on its payment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Routed {
    /// The flow whose rules these are.
    pub flow: FlowId,
    /// Its version.
    pub version: u32,
    /// The rules that were looked at, in their order. The last one matched, or none did.
    pub steps: Vec<Step>,
}

impl Routed {
    /// The rule that matched, if one did.
    pub fn matched(&self) -> Option<&Step> {
        self.steps.last().filter(|step| step.verdict == Verdict::Matched)
    }
}

/// The accounts that rules may choose of while not everything is known of the tender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The accounts, those of the rule that is asked first before others.
    pub accounts: Vec<AccountId>,
    /// Whether what is still open decides between them.
    pub undecided: bool,
}

impl Backend {
    /// The gateways of a tender, and the rules that were looked at on the way to them.
    pub fn route(&self, facts: &TenderFacts) -> (&Gateways, Vec<Step>) {
        let mut steps = Vec::new();
        for (place, rule) in (0..).zip(&self.routing) {
            let verdict = match rule.when.holds(facts) {
                Ok(true) => Verdict::Matched,
                Ok(false) => Verdict::NotMatched,
                Err(Stuck::Failed(error)) => Verdict::Failed(error),
                Err(Stuck::Open(variable)) => Verdict::Failed(EvaluationError::Missing(variable)),
            };
            steps.push(Step { rule: place, name: rule.name.clone(), verdict });
            if verdict == Verdict::Matched {
                return (&rule.gateways, steps);
            }
        }
        (&self.gateways, steps)
    }

    /// The accounts that [`Self::route`] can still come to: whoever makes tokens needs one for each of the list that
    /// will stand.
    pub fn offer(&self, facts: &TenderFacts) -> Offer {
        let mut offer = Offer { accounts: Vec::new(), undecided: false };
        let mut add = |gateways: &Gateways| {
            for account in gateways.as_slice() {
                if !offer.accounts.contains(account) {
                    offer.accounts.push(account.clone());
                }
            }
        };
        for rule in &self.routing {
            match rule.when.holds(facts) {
                Ok(true) => {
                    add(&rule.gateways);
                    return offer;
                }
                Err(Stuck::Open(_)) => {
                    add(&rule.gateways);
                    offer.undecided = true;
                }
                Ok(false) | Err(Stuck::Failed(_)) => {}
            }
        }
        add(&self.gateways);
        offer
    }

    /// Every account that some tender of this flow may go to.
    pub fn every_gateway(&self) -> BTreeSet<&AccountId> {
        let ruled = self.routing.iter().flat_map(|rule| rule.gateways.as_slice());
        ruled.chain(self.gateways.as_slice()).collect()
    }
}
