//! Single stories that a random walk meets seldom, told from end to end, by theme; and the words in which they are told.

mod action;
mod answers;
mod capture;
mod given_back;
mod looks;
mod owner;
mod seen;
mod settled;
mod signals;
mod steps;
mod voids;
mod wishes;

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::decide::decide;
use super::super::operation::Probe;
use super::super::outcome::{Outcome, Refusal, Status, UnknownCause, View};
use super::super::react::{Input, Intent, react};
use super::super::{
    AttemptState, Books, Decision, Effect, Facts, GatewayCapabilities, GatewayFacts, Goal, OperationKind,
    OperationState, Payment, Policy,
};
use super::{START, payment, second};
use crate::domain::ids::{AttemptId, OperationId};

const FIRST: OperationId = OperationId(Uuid::from_u128(9));

fn unknown(kind: OperationKind, goal: Goal) -> Payment {
    payment(kind, UnknownCause::Timeout, Probe::begin(START), goal, true)
}

/// The payment in a state in which nothing is under way.
fn at_rest(state: AttemptState, goal: Goal) -> Payment {
    let mut payment = unknown(OperationKind::Authorise, goal);
    payment.attempts[0].state = state;
    payment.attempts[0].operations[0].state = OperationState::Succeeded;
    payment.attempts[0].operations[0].rendered = None;
    payment
}

fn awaiting() -> AttemptState {
    let redirect_url = "https://bank.test/".to_owned();
    AttemptState::AwaitingAction { redirect_url, expires_at: second(900), signalled: false }
}

fn given<T>(payment: &Payment, at: Timestamp, ask: impl Fn(&Payment, &Facts<'_>) -> T) -> T {
    let facts = GatewayFacts { capabilities: GatewayCapabilities::stripe(), unavailable: None };
    let gateways: BTreeMap<_, _> =
        ["a", "b", "c"].into_iter().map(|name| (name.parse().unwrap(), facts.clone())).collect();
    ask(
        payment,
        &Facts { now: at, policy: &Policy::default(), gateways: &gateways, books: &Books::default() },
    )
}

fn then(payment: &Payment, input: Input, at: u64) -> Payment {
    react(payment, input, second(at), &Policy::default()).unwrap()
}

/// Makes the intent that the machine decides on, which must be of this kind.
fn intend(payment: &Payment, kind: OperationKind, operation: u128, at: u64) -> Payment {
    let Decision::Do(effect) = given(payment, second(at), decide) else { panic!("nothing to do") };
    assert!(matches!(&effect, Effect::Next { kind: next, .. } if *next == kind), "{effect:?}");
    let attempt = AttemptId(Uuid::from_u128(70));
    let operation = OperationId(Uuid::from_u128(operation));
    then(payment, Input::Intend(Intent { effect, attempt, operation, rendered: vec![2] }), at)
}

fn outcome(operation: u128, outcome: Outcome) -> Input {
    Input::Outcome { operation: OperationId(Uuid::from_u128(operation)), replay: false, outcome }
}

fn looked(payment: &Payment, attempt: usize, outcome: Outcome) -> Input {
    Input::Looked { attempt: payment.attempts[attempt].id, operation: None, outcome }
}

fn refused() -> Outcome {
    Outcome::Refused(Refusal { code: "no".to_owned(), class: None, not_found: false, retry_after: None })
}

fn view(payment: &Payment, status: Status, minor: i64) -> Outcome {
    let captured = status == Status::Captured;
    let mut amount = payment.amount;
    amount.minor = minor;
    Outcome::Definite(View {
        object: Some("obj".to_owned()),
        status,
        amount,
        reference: Some(payment.id.to_string()),
        capturable_minor: if captured { 0 } else { minor },
        captured_minor: if captured { minor } else { 0 },
        refunded_minor: None,
        card: None,
    })
}
