//! Why each attempt of a payment went where it went, for operators: by the rules of its flow, and past whom.

use super::{not_sent, time};
use crate::domain::flow::{Routed, RoutingStep, RuleVerdict};
use crate::domain::ids::AccountId;
use crate::domain::payment::Payment;
use crate::proto::cashwrap::v1;

/// The rules that were looked at, and the tokens that no candidate could use.
pub(super) fn routing(payment: &Payment, routed: &Routed) -> v1::RoutingExplanation {
    let others = payment.instruments.iter().map(|instrument| &instrument.account);
    v1::RoutingExplanation {
        flow: routed.flow.to_string(),
        flow_version: super::count(routed.version),
        steps: routed.steps.iter().map(step).collect(),
        other_accounts: others
            .filter(|account| !payment.routes.contains(account))
            .map(ToString::to_string)
            .collect(),
    }
}

fn step(step: &RoutingStep) -> v1::RoutingStep {
    let (verdict, error) = match step.verdict {
        RuleVerdict::Matched => ("MATCHED", String::new()),
        RuleVerdict::NotMatched => ("NOT_MATCHED", String::new()),
        RuleVerdict::Failed(error) => ("ERROR", error.to_string()),
    };
    v1::RoutingStep {
        rule_index: super::count(step.rule),
        rule_name: step.name.as_ref().map(ToString::to_string).unwrap_or_default(),
        verdict: verdict.to_owned(),
        error,
    }
}

/// The candidates before the account of the attempt at `place`, and why each was not taken.
pub(super) fn passed_over(payment: &Payment, place: usize) -> Vec<v1::SkippedAccount> {
    let Some(attempt) = payment.attempts.get(place) else { return Vec::new() };
    let before = payment.routes.iter().take_while(|account| **account != attempt.account);
    before.filter_map(|account| why_not(payment, place, account)).collect()
}

fn why_not(payment: &Payment, place: usize, account: &AccountId) -> Option<v1::SkippedAccount> {
    let told = |reason: &str, time| {
        Some(v1::SkippedAccount { partner_account: account.to_string(), reason: reason.to_owned(), time })
    };
    if payment.attempts.iter().take(place).any(|earlier| earlier.account == *account) {
        return told("TRIED", None);
    }
    // Each attempt notes anew whom it passed over: the last note before it began is its own.
    let began = payment.attempts.get(place)?.operations.first()?.due_at;
    match payment.skipped.iter().rfind(|note| note.account == *account && note.at <= began) {
        Some(note) => told(not_sent(note.reason), Some(time::timestamp(note.at))),
        None if payment.token(account).is_none() => told("NO_TOKEN", None),
        None => None,
    }
}
