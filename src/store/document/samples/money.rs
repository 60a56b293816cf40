//! Payments: one for each state of an attempt, and one for each kind, state and cause of an operation.

use jiff::Timestamp;

use super::{at, euro, id, read};
use crate::domain::flow::{EvaluationError, Routed, RoutingStep, RuleVerdict, Variable};
use crate::domain::ids::{AttemptId, CheckoutId, OperationId, OrderId, PaymentId, PlacementId};
use crate::domain::payment::aggregate::{CapturePolicy, Failure, Skipped};
use crate::domain::payment::attempt::{AfterAction, VoidReason};
use crate::domain::payment::gate::{Closed, Gate};
use crate::domain::payment::operation::{Probe, Rung};
use crate::domain::payment::scheme::{Limited, Network, TenderCard, Why};
use crate::domain::payment::{
    Attempt, AttemptState, Decline, DeclineClass, Goal, Hint, Hinted, Instrument, NotSent, Operation,
    OperationKind, OperationState, Payment, UnknownCause,
};
use crate::ports::record::Record;

const NOT_SENT: [NotSent; 10] = [
    NotSent::BreakerOpen,
    NotSent::Drained,
    NotSent::ForcedOpen,
    NotSent::Saturated,
    NotSent::TooLate,
    NotSent::Connect,
    NotSent::RateLimited,
    NotSent::Credentials,
    NotSent::Unconfirmed,
    NotSent::AmountNotTaken,
];

const CAUSES: [UnknownCause; 8] = [
    UnknownCause::Timeout,
    UnknownCause::Reset,
    UnknownCause::ServerError,
    UnknownCause::Garbage,
    UnknownCause::InProgress,
    UnknownCause::Crashed,
    UnknownCause::Processing,
    UnknownCause::NotConclusive,
];

fn attempt_states() -> Vec<AttemptState> {
    vec![
        AttemptState::Creating,
        AttemptState::Created,
        AttemptState::Authorising,
        AttemptState::Unknown,
        AttemptState::AwaitingAction {
            redirect_url: "https://gateway.example/3ds/1".to_owned(),
            expires_at: at(900),
            signalled: true,
        },
        AttemptState::Authorised,
        AttemptState::Mismatched,
        AttemptState::Voiding,
        AttemptState::Voided,
        AttemptState::Captured,
        AttemptState::Refunded,
        AttemptState::Declined(decline(DeclineClass::DoNotHonor)),
        AttemptState::NotSent(NotSent::Connect),
        AttemptState::ConfirmedAbsent { checks: 2, next_check_at: Some(at(3_600)) },
        AttemptState::LateSuccess,
        AttemptState::LateVoiding,
        AttemptState::LateRefunding,
        AttemptState::LateVoided,
        AttemptState::LateRefunded,
    ]
}

/// Every failure, for the placements.
pub fn failures() -> Vec<(&'static str, Failure)> {
    vec![
        ("declined", Failure::Declined(decline(DeclineClass::InsufficientFunds))),
        ("limited_for_good", Failure::Limited(limited(Why::Stopped, None))),
        ("limited_for_a_pause", Failure::Limited(limited(Why::Paused, Some(at(86_400))))),
        ("limited_for_declines", Failure::Limited(limited(Why::TooManyDeclines, Some(at(86_400))))),
        ("limited_for_an_amount", Failure::Limited(limited(Why::TooManyOfAmount, Some(at(86_400))))),
        ("limited_for_fixes", Failure::Limited(limited(Why::TooManyFixes, None))),
        ("limited_for_tries", Failure::Limited(limited(Why::TriesUnderWay, Some(at(0))))),
        ("unreachable", Failure::Unreachable(NotSent::BreakerOpen)),
        ("reenter", Failure::Reenter(read("adyen-eu"))),
        ("absent", Failure::Absent),
        ("action_expired", Failure::ActionExpired),
        ("mismatched", Failure::Mismatched),
        ("released", Failure::Released),
    ]
}

fn decline(class: DeclineClass) -> Decline {
    Decline::new(class, "card_declined:05".to_owned())
}

fn limited(why: Why, until: Option<Timestamp>) -> Limited {
    Limited { why, class: DeclineClass::LimitVelocity, until, approximate: until.is_some() }
}

fn operation(number: u128, kind: OperationKind, state: OperationState) -> Operation {
    Operation { state, ..Operation::pending(id(OperationId, number), kind, 2_690, at(0)) }
}

fn attempt(state: AttemptState) -> Attempt {
    let operation = Operation {
        send_by: Some(at(5)),
        ..operation(20, OperationKind::Authorise, OperationState::Succeeded)
    };
    Attempt {
        id: id(AttemptId, 10),
        account: read("stripe-eu"),
        state,
        object: Some("pi_1".to_owned()),
        captured_minor: 0,
        refunded_minor: 0,
        operations: vec![operation],
        needs_review: false,
        void_reason: None,
        failover: None,
        hinted: None,
        after_action: None,
    }
}

fn payment(attempts: Vec<Attempt>) -> Payment {
    Payment {
        id: id(PaymentId, 5),
        store: read("main"),
        placement: id(PlacementId, 4),
        checkout: id(CheckoutId, 3),
        order: None,
        amount: euro(2_690),
        routes: vec![read("stripe-eu"), read("adyen-eu")],
        routing: None,
        instruments: vec![Instrument { account: read("stripe-eu"), token: vec![0, 1, 254, 255] }],
        card: TenderCard::default(),
        capture_policy: CapturePolicy::AtFulfilment,
        action_window: None,
        return_url: Some("https://shop.example/back".to_owned()),
        claimed_at: at(0),
        place_by: at(10),
        goal: Goal::Hold,
        skipped: Vec::new(),
        attempts,
    }
}

/// Every cause, rung and state of an operation within one attempt.
fn operations() -> Vec<Operation> {
    let rungs = [Rung::Look, Rung::Replay, Rung::Void];
    let unknown = CAUSES.into_iter().enumerate().map(|(index, cause)| {
        let mut probe = Probe::begin(at(6));
        probe.rung = rungs[index % rungs.len()];
        probe.rounds = 2;
        probe.replays = 1;
        probe.replay_failed = index == 1;
        probe.seen_absent_at = (index == 2).then(|| at(100));
        Operation {
            send_by: Some(at(5)),
            rendered: Some(vec![7; 5]),
            probe: Some(probe),
            ..operation(30 + index as u128, OperationKind::Confirm, OperationState::Unknown(cause))
        }
    });
    let others = [
        (OperationKind::Create, OperationState::Pending),
        (OperationKind::Authorise, OperationState::Sending),
        (OperationKind::Capture, OperationState::Succeeded),
        (OperationKind::Void, OperationState::Failed),
        (OperationKind::Refund, OperationState::NotSent),
    ];
    let ended = others.into_iter().enumerate().map(|(index, (kind, state))| Operation {
        tries: 3,
        code: (state == OperationState::Failed).then(|| "charge_disputed".to_owned()),
        ..operation(50 + index as u128, kind, state)
    });
    unknown.chain(ended).collect()
}

/// Rules of every verdict, and a last one that matched.
fn routed() -> Routed {
    let missing = Variable::ALL.iter().map(|variable| EvaluationError::Missing(*variable));
    let failed = missing.chain([EvaluationError::Arithmetic]).map(RuleVerdict::Failed);
    let verdicts = [RuleVerdict::NotMatched].into_iter().chain(failed).chain([RuleVerdict::Matched]);
    let step = |(rule, verdict)| {
        let name = (verdict == RuleVerdict::Matched).then(|| read("large-amounts"));
        RoutingStep { rule, name, verdict }
    };
    Routed { flow: read("one-page"), version: 3, steps: (0..).zip(verdicts).map(step).collect() }
}

pub fn samples() -> Vec<(String, Record)> {
    let mut samples: Vec<(String, Payment)> = attempt_states()
        .into_iter()
        .map(|state| (state.as_str().to_lowercase(), payment(vec![attempt(state)])))
        .collect();
    let gates = [
        Gate::Open,
        Gate::Closed(Closed::Live),
        Gate::Closed(Closed::TooLate),
        Gate::Closed(Closed::Decline),
        Gate::Closed(Closed::Once),
        Gate::Closed(Closed::AbsentByLookup),
        Gate::Closed(Closed::GivenUp),
    ];
    let ended = gates.map(|gate| Attempt { failover: Some(gate), ..attempt(AttemptState::Voided) });
    let hinted = Hint::ALL.map(|hint| {
        let hinted = Hinted { hint, at: at(60), tries: 1, due_at: at(65) };
        Attempt { hinted: Some(hinted), ..attempt(AttemptState::Voided) }
    });
    samples.push(("hinted".to_owned(), payment(hinted.into())));
    let asked = [true, false].map(|approved| {
        let after = AfterAction {
            redirect_url: "https://gateway.example/approve/1".to_owned(),
            expires_at: at(900),
            approved,
            brought_back: (!approved).then(|| vec![9; 6]),
        };
        Attempt { after_action: Some(after), ..attempt(AttemptState::Authorising) }
    });
    samples.push(("after_action".to_owned(), payment(asked.into())));
    samples.push(("gates".to_owned(), payment(ended.into())));
    samples.push(("before_its_first_attempt".to_owned(), payment(Vec::new())));
    let whole = Attempt { operations: operations(), needs_review: true, ..attempt(AttemptState::Unknown) };
    samples.push(("operations".to_owned(), payment(vec![whole])));
    let reasons = [
        VoidReason::Resolve,
        VoidReason::Mismatch,
        VoidReason::ActionExpired,
        VoidReason::Release,
        VoidReason::Late,
    ];
    let voids = reasons.map(|reason| Attempt { void_reason: Some(reason), ..attempt(AttemptState::Voided) });
    let released = Payment { goal: Goal::Release, ..payment(voids.into()) };
    samples.push(("voids".to_owned(), released));
    let declines = DeclineClass::ALL.map(|class| attempt(AttemptState::Declined(decline(class))));
    samples.push(("declines".to_owned(), payment(declines.into())));
    let skipped = NOT_SENT.map(|reason| Skipped { account: read("adyen-eu"), reason, at: at(1) });
    samples.push(("skipped".to_owned(), Payment { skipped: skipped.into(), ..payment(Vec::new()) }));
    samples.push(("routed".to_owned(), Payment { routing: Some(routed()), ..payment(Vec::new()) }));
    let captured = Attempt { captured_minor: 2_690, refunded_minor: 90, ..attempt(AttemptState::Captured) };
    let settled = Payment {
        order: Some(id(OrderId, 6)),
        capture_policy: CapturePolicy::AtPlacement,
        action_window: None,
        return_url: None,
        goal: Goal::Settle,
        ..payment(vec![captured])
    };
    samples.push(("settled".to_owned(), settled));
    let advised = Decline { advice: "24".parse().ok(), ..decline(DeclineClass::LimitVelocity) };
    samples
        .push(("declined_with_advice".to_owned(), payment(vec![attempt(AttemptState::Declined(advised))])));
    for network in [Network::Visa, Network::Mastercard, Network::Other] {
        let card = TenderCard { names: super::cards::names(), network };
        let name = format!("of_a_card_of_{}", network.as_str().to_lowercase());
        samples.push((name, Payment { card, ..payment(Vec::new()) }));
    }
    samples
        .into_iter()
        .map(|(name, row)| (format!("payment-{name}"), Record::Payment(Box::new(row))))
        .collect()
}
