//! I12 over the whole space: every state, with a call of every kind in every state, under every input.

use uuid::Uuid;

use super::super::decide::{Conclusion, Effect};
use super::super::operation::{OperationState, Probe};
use super::super::outcome::{Outcome, Refusal, Status, UnknownCause, View};
use super::super::react::{Input, Intent, react};
use super::super::{
    AttemptState, Decline, DeclineClass, Goal, Hint, NotSent, OperationKind, Payment, Policy, Said, Told,
};
use super::{START, every_state, payment, second};
use crate::domain::ids::{AttemptId, OperationId, OrderId};
use crate::domain::money::Money;

const KINDS: [OperationKind; 6] = [
    OperationKind::Create,
    OperationKind::Confirm,
    OperationKind::Authorise,
    OperationKind::Capture,
    OperationKind::Void,
    OperationKind::Refund,
];

const STATES: [OperationState; 6] = [
    OperationState::Pending,
    OperationState::Sending,
    OperationState::Unknown(UnknownCause::Timeout),
    OperationState::Succeeded,
    OperationState::Failed,
    OperationState::NotSent,
];

fn every_outcome(payment: &Payment) -> Vec<Outcome> {
    let decline = Decline::new(DeclineClass::InsufficientFunds, "no".to_owned());
    let statuses = [
        Status::Created,
        Status::ActionNeeded { redirect_url: "https://bank.test/".to_owned() },
        Status::Approved,
        Status::Processing,
        Status::Authorised,
        Status::Captured,
        Status::Voided,
        Status::Declined(decline),
    ];
    let mut outcomes = vec![
        Outcome::NotSent(NotSent::Connect),
        Outcome::Unknown(UnknownCause::Timeout),
        Outcome::Unknown(UnknownCause::ServerError),
    ];
    for (class, not_found) in [(None, true), (None, false), (Some(DeclineClass::Duplicate), false)] {
        let code = "refused".to_owned();
        outcomes.push(Outcome::Refused(Refusal { code, class, not_found, retry_after: None }));
    }
    let asked = payment.amount.minor;
    for status in statuses {
        for (minor, has) in [(asked, asked), (asked + 7, asked + 7), (asked, asked - 7), (asked, 0)] {
            let captured = status == Status::Captured;
            outcomes.push(Outcome::Definite(View {
                object: Some("obj".to_owned()),
                status: status.clone(),
                amount: Money::new(minor, payment.amount.currency),
                reference: Some(payment.id.to_string()),
                capturable_minor: if captured { 0 } else { has },
                captured_minor: if captured { has } else { 0 },
                refunded_minor: Some(has),
                card: None,
            }));
        }
    }
    outcomes
}

/// Everything that a vendor can tell later, of the call that there is or of none.
fn every_word(payment: &Payment) -> Vec<Input> {
    let (operation, account) = (payment.attempts[0].operations[0].id, payment.attempts[0].account.clone());
    let mut said = vec![];
    for outcome in every_outcome(payment) {
        match outcome {
            Outcome::Definite(view) => said.push(Said::Seen(view)),
            Outcome::Refused(refusal) => said.push(Said::Refused(refusal)),
            Outcome::NotSent(_) | Outcome::Unknown(_) => {}
        }
    }
    let other = Money::new(1, payment.amount.currency);
    said.extend([None, Some(payment.amount), Some(other)].map(|amount| Said::Done { amount }));
    let told = |said: &Said, operation| {
        let (account, told) = (account.clone(), Told { operation, said: said.clone() });
        Input::Told { account, object: None, told }
    };
    said.iter().flat_map(|said| [told(said, Some(operation)), told(said, None)]).collect()
}

fn every_input(payment: &Payment) -> Vec<Input> {
    let (attempt, operation) = (payment.attempts[0].id, payment.attempts[0].operations[0].id);
    let mut inputs = vec![
        Input::Conclude(Conclusion::Unconfirmed { attempt }),
        Input::Conclude(Conclusion::Unasked { attempt }),
        Input::Conclude(Conclusion::Absent { operation }),
        Input::Conclude(Conclusion::RoundOver { operation }),
        Input::Recovered,
        Input::Signalled,
        Input::Returned { brought_back: vec![3] },
        Input::Ordered(OrderId(Uuid::from_u128(30))),
        Input::Capture { operation: OperationId(Uuid::from_u128(31)), amount_minor: 1_000 },
        Input::Refund { operation: OperationId(Uuid::from_u128(32)), amount_minor: 300 },
    ];
    inputs.extend([Goal::Hold, Goal::Settle, Goal::Release].map(Input::Goal));
    let account = payment.attempts[0].account.clone();
    inputs.extend(Hint::ALL.map(|hint| Input::Hinted { account: account.clone(), object: None, hint }));
    inputs.extend(every_word(payment));
    for outcome in every_outcome(payment) {
        for replay in [false, true] {
            inputs.push(Input::Outcome { operation, replay, outcome: outcome.clone() });
        }
        for operation in [None, Some(operation)] {
            inputs.push(Input::Looked { attempt, operation, outcome: outcome.clone() });
        }
    }
    let account = payment.attempts[0].account.clone();
    let begin = |kind| Effect::Begin { account: account.clone(), kind, skipped: vec![] };
    let next = |kind| Effect::Next { attempt, kind, amount_minor: 1_000 };
    let mut effects = vec![Effect::Send { operation }, Effect::Replay { operation }];
    effects.extend([begin(OperationKind::Create), begin(OperationKind::Authorise)]);
    effects.extend(KINDS.map(next));
    for effect in effects {
        let (attempt, operation) = (AttemptId(Uuid::from_u128(40)), OperationId(Uuid::from_u128(41)));
        inputs.push(Input::Intend(Intent { effect, attempt, operation, rendered: vec![2] }));
    }
    inputs
}

/// What an input may never touch, and the edges that it may take.
fn holds(before: &Payment, after: &Payment, input: &Input) {
    assert_eq!(before.id, after.id, "{input:?}");
    assert_eq!((before.amount, before.place_by), (after.amount, after.place_by), "{input:?}");
    assert!(after.attempts.len() >= before.attempts.len(), "an attempt was lost by {input:?}");
    for (old, new) in before.attempts.iter().zip(&after.attempts) {
        assert_eq!((old.id, &old.account), (new.id, &new.account), "attempts keep their place");
        let (from, to) = (&old.state, &new.state);
        assert!(from.may_become(to), "{input:?} made {from:?} {to:?}");
        let ended = !from.live() && !from.as_str().starts_with("LATE_");
        let same = from.as_str() == to.as_str();
        assert!(!ended || same || *to == AttemptState::LateSuccess, "{input:?} made {from:?} {to:?}");
        for (was, is) in old.operations.iter().zip(&new.operations) {
            let same = was.state == is.state;
            assert!(same || was.state.may_become(is.state), "{input:?} made {was:?} {is:?}");
            assert!(!was.state.ended() || same, "an ended call changed: {was:?} {is:?}");
            let kept = (was.id, was.kind, was.amount_minor) == (is.id, is.kind, is.amount_minor);
            assert!(kept, "a call became another: {was:?} {is:?}");
        }
    }
}

#[test]
fn i12_no_input_takes_any_state_off_the_published_tables() {
    let policy = Policy::default();
    let mut changed = 0_u32;
    let few = |state: &AttemptState| match state {
        AttemptState::Declined(decline) => decline.class == DeclineClass::DoNotHonor,
        _ => true,
    };
    for state in every_state().into_iter().filter(few) {
        for kind in KINDS {
            for called in STATES {
                for goal in [Goal::Hold, Goal::Settle, Goal::Release] {
                    let unknown = UnknownCause::Timeout;
                    let mut before = payment(kind, unknown, Probe::begin(START), goal, true);
                    before.attempts[0].state = state.clone();
                    before.attempts[0].operations[0].state = called;
                    for input in every_input(&before) {
                        if let Ok(after) = react(&before, input.clone(), second(60), &policy) {
                            holds(&before, &after, &input);
                            changed += u32::from(after != before);
                        }
                    }
                }
            }
        }
    }
    assert!(changed > 100_000, "the space was walked: {changed}");
}
