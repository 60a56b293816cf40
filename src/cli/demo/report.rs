//! What became of the scenarios, as data: one document for machines.

use std::collections::BTreeMap;

use serde::Serialize;

use super::scenarios::Scene;
use super::settings::SHORTENED;
use crate::cli::trial::ledger::{Ledger, Moved};
use crate::cli::trial::shop::{payments_of, total_of};

/// One shopper's end.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    /// The scenario's stable name.
    pub(super) name: &'static str,
    /// How it ended: a stable word, or `failed: …`.
    pub(super) outcome: String,
    /// The order's name.
    pub(super) order: Option<String>,
    /// What the order costs, in minor units.
    pub(super) total: Option<i64>,
    /// What each gateway's own ledger says of it, in minor units.
    pub(super) gateways: BTreeMap<&'static str, Moved>,
}

impl Entry {
    /// What came of a shopper by the ledgers, and what is wrong with it.
    pub(super) fn of(scene: &Scene, ledgers: &[(&'static str, Ledger)]) -> (Self, Vec<String>) {
        let payments = payments_of(&scene.order);
        let gateways: BTreeMap<&'static str, Moved> =
            ledgers.iter().map(|(account, ledger)| (*account, ledger.moved(&payments))).collect();
        let total = total_of(&scene.order);
        let problems = wrong(scene, total, &gateways);
        let entry = Self {
            name: scene.name,
            outcome: scene.outcome.to_owned(),
            order: Some(scene.order.name.clone()),
            total: Some(total),
            gateways,
        };
        (entry, problems)
    }

    /// A scenario that did not come to its end.
    pub(super) fn failed(name: &'static str, error: &impl ToString) -> Self {
        Self {
            name,
            outcome: format!("failed: {}", error.to_string()),
            order: None,
            total: None,
            gateways: BTreeMap::new(),
        }
    }
}

fn wrong(scene: &Scene, total: i64, gateways: &BTreeMap<&'static str, Moved>) -> Vec<String> {
    let mut problems = Vec::new();
    let charged = gateways.values().fold(0_i64, |sum, moved| sum.saturating_add(moved.charged()));
    if charged != total {
        problems.push(format!("{}: the order costs {total}, and {charged} was charged", scene.name));
    }
    let taken = gateways
        .values()
        .fold(0_i64, |sum, moved| sum.saturating_add(moved.captured).saturating_sub(moved.refunded));
    let due = if scene.taken { total } else { 0 };
    if taken != due {
        problems.push(format!("{}: {due} should have been taken by now, and {taken} was", scene.name));
    }
    if let Some(account) = scene.charged_at
        && gateways.get(account).is_none_or(|moved| moved.charged() != total)
    {
        problems.push(format!("{}: it was not charged at {account}", scene.name));
    }
    problems
}

/// The whole demo.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Report {
    /// Whether every scenario went as it should, and every ledger agrees with its orders.
    pub(super) ok: bool,
    /// The currency of all amounts.
    currency: &'static str,
    /// The unit of all amounts.
    unit: &'static str,
    /// What was configured shorter than in production.
    shortened: Vec<&'static str>,
    /// The scenarios.
    pub(super) scenarios: Vec<Entry>,
    /// Everything that is wrong.
    pub(super) problems: Vec<String>,
}

impl Report {
    /// Puts it together.
    pub(super) fn new(scenarios: Vec<Entry>, problems: Vec<String>) -> Self {
        Self {
            ok: problems.is_empty(),
            currency: "EUR",
            unit: "minor",
            shortened: SHORTENED.map(|(_, _, told)| told).to_vec(),
            scenarios,
            problems,
        }
    }

    /// As a document.
    pub(super) fn json(&self) -> String {
        // Maps with text for keys and numbers can always be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::trial::ledger::Intent;
    use crate::proto::cashwrap::v1::{Order, Quote};
    use crate::proto::google::r#type::Money;

    fn scene(charged_at: Option<&'static str>) -> Scene {
        let total = Money { currency_code: "EUR".to_owned(), units: 5, nanos: 0 };
        let order = Order {
            quote: Some(Quote { total: Some(total), ..Quote::default() }),
            payments: vec!["stores/demo/payments/pay_1".to_owned()],
            ..Order::default()
        };
        Scene { name: "guest", told: Vec::new(), outcome: "order", order, charged_at, taken: false }
    }

    fn held(reference: &str, authorised: i64, voided: i64) -> Ledger {
        let reference = Some(reference.to_owned());
        Ledger { intents: vec![Intent { reference, authorised, voided, ..Intent::default() }] }
    }

    fn problems(charged_at: Option<&'static str>, primary: Ledger, backup: Ledger) -> usize {
        Entry::of(&scene(charged_at), &[("primary", primary), ("backup", backup)]).1.len()
    }

    #[test]
    fn a_charge_of_the_total_at_the_right_gateway_is_well() {
        assert_eq!(problems(Some("primary"), held("pay_1", 500, 0), held("pay_2", 500, 0)), 0);
        assert_eq!(problems(Some("backup"), held("pay_1", 500, 500), held("pay_1", 500, 0)), 0);
    }

    #[test]
    fn a_second_charge_a_missing_one_and_one_elsewhere_are_told() {
        assert_eq!(problems(None, held("pay_1", 500, 0), held("pay_1", 500, 0)), 1);
        assert_eq!(problems(None, held("pay_1", 500, 500), Ledger::default()), 1);
        assert_eq!(problems(Some("primary"), Ledger::default(), held("pay_1", 500, 0)), 1);
    }

    #[test]
    fn money_that_should_have_been_taken_and_is_only_held_is_told() {
        let scene = Scene { taken: true, ..scene(None) };
        let ledger = |captured| Ledger {
            intents: vec![Intent { captured, ..held("pay_1", 500, 0).intents[0].clone() }],
        };
        assert_eq!(Entry::of(&scene, &[("primary", ledger(500))]).1.len(), 0);
        assert_eq!(Entry::of(&scene, &[("primary", ledger(0))]).1.len(), 1);
    }

    #[test]
    fn the_document_has_the_promised_fields() {
        let (entry, problems) =
            Entry::of(&scene(None), &[("primary", held("pay_1", 500, 0)), ("backup", Ledger::default())]);
        let report: serde_json::Value =
            serde_json::from_str(&Report::new(vec![entry], problems).json()).unwrap();
        assert_eq!(report["ok"], true);
        let moved = serde_json::json!({ "authorised": 500, "captured": 0, "voided": 0, "refunded": 0 });
        assert_eq!(report["scenarios"][0]["gateways"]["primary"], moved);
        assert_eq!(report["scenarios"][0]["total"], 500);
    }
}
