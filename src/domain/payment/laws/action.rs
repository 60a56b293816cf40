//! The customer's action where the money is asked for after it (R15): who asks, how long, and what is believed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::attempt::VoidReason;
use super::super::capabilities::Lookup;
use super::super::decide::{Conclusion, decide, end_action, verdict};
use super::super::operation::{OperationState, Probe};
use super::super::outcome::{NotSent, Outcome, Refusal, Status, UnknownCause, View};
use super::super::react::{Input, Intent, react};
use super::super::{
    AttemptState, Books, Decision, Decline, DeclineClass, Effect, Facts, GatewayCapabilities, GatewayFacts,
    Goal, OperationKind, Payment, Policy, Verdict, invariants,
};
use super::{START, payment, second};
use crate::domain::ids::{AttemptId, OperationId};
use crate::domain::payment::aggregate::Failure;

/// A vendor that is asked for the money after the customer's action, and reads by its id.
const SEES: GatewayCapabilities =
    GatewayCapabilities { confirms_after_action: true, ..GatewayCapabilities::stripe() };

/// One that can be asked nothing else.
const BLIND: GatewayCapabilities =
    GatewayCapabilities { read_by_id: Lookup::None, reference_lookup: Lookup::None, ..SEES };

fn given<T>(
    capabilities: &GatewayCapabilities,
    payment: &Payment,
    at: Timestamp,
    ask: impl Fn(&Payment, &Facts<'_>) -> T,
) -> T {
    let facts = GatewayFacts { capabilities: capabilities.clone(), unavailable: None };
    let gateways = BTreeMap::from([("a".parse().unwrap(), facts)]);
    let (policy, books) = (Policy::default(), Books::default());
    ask(payment, &Facts { now: at, policy: &policy, gateways: &gateways, books: &books })
}

fn then(payment: &Payment, input: Input, at: u64) -> Payment {
    let next = react(payment, input, second(at), &Policy::default()).unwrap();
    invariants::check(&next).unwrap();
    next
}

/// The payment whose customer was sent away at the start, until second 900.
fn awaiting(goal: Goal) -> Payment {
    let mut row = payment(OperationKind::Authorise, UnknownCause::Timeout, Probe::begin(START), goal, true);
    let (attempt, redirect_url) = (&mut row.attempts[0], "https://bank.test/".to_owned());
    attempt.state = AttemptState::AwaitingAction { redirect_url, expires_at: second(900), signalled: false };
    attempt.operations[0].state = OperationState::Succeeded;
    (attempt.operations[0].rendered, attempt.operations[0].probe) = (None, None);
    row
}

fn returned(payment: &Payment, at: u64) -> Payment {
    then(payment, Input::Returned { brought_back: vec![7] }, at)
}

fn view(payment: &Payment, status: Status) -> Outcome {
    let minor = payment.amount.minor;
    Outcome::Definite(View {
        object: Some("obj".to_owned()),
        capturable_minor: if status == Status::Authorised { minor } else { 0 },
        captured_minor: 0,
        status,
        amount: payment.amount,
        reference: Some(payment.id.to_string()),
        refunded_minor: None,
        card: None,
    })
}

fn looked(payment: &Payment, status: Status, at: u64) -> Payment {
    let (attempt, outcome) = (payment.attempts[0].id, view(payment, status));
    then(payment, Input::Looked { attempt, operation: None, outcome }, at)
}

fn look(payment: &Payment) -> Decision {
    Decision::Do(Effect::Look { attempt: payment.attempts[0].id, operation: None })
}

fn confirms(capabilities: &GatewayCapabilities, payment: &Payment, at: u64) -> bool {
    let decided = given(capabilities, payment, second(at), decide);
    matches!(decided, Decision::Do(Effect::Next { kind: OperationKind::Confirm, .. }))
}

/// Makes the intent of the Confirm that is decided on, and gives it this answer.
fn confirmed(
    capabilities: &GatewayCapabilities,
    payment: &Payment,
    id: u128,
    at: u64,
    outcome: Outcome,
) -> Payment {
    let Decision::Do(effect) = given(capabilities, payment, second(at), decide) else {
        panic!("nothing to do")
    };
    assert!(matches!(effect, Effect::Next { kind: OperationKind::Confirm, .. }), "{effect:?}");
    let (attempt, operation) = (AttemptId(Uuid::from_u128(70)), OperationId(Uuid::from_u128(id)));
    let asked = then(payment, Input::Intend(Intent { effect, attempt, operation, rendered: vec![2] }), at);
    assert_eq!(asked.attempts[0].state, AttemptState::Authorising);
    then(&asked, Input::Outcome { operation, replay: false, outcome }, at)
}

fn state(payment: &Payment) -> &AttemptState {
    &payment.attempts[0].state
}

fn kept(payment: &Payment) -> Option<&Vec<u8>> {
    payment.attempts[0].after_action.as_ref().and_then(|after| after.brought_back.as_ref())
}

fn action() -> Status {
    Status::ActionNeeded { redirect_url: "https://bank.test/again".to_owned() }
}

#[test]
fn what_was_brought_back_changes_nothing_but_the_question() {
    let before = awaiting(Goal::Hold);
    let after = returned(&before, 20);
    assert!(matches!(state(&after), AttemptState::AwaitingAction { signalled: true, .. }));
    assert!(matches!(given(&SEES, &after, second(20), verdict), Verdict::AwaitingAction { .. }));
    assert_eq!(after.attempts[0].operations, before.attempts[0].operations);
    assert_eq!((after.captured_minor(), kept(&after)), (0, Some(&vec![7])));
}

#[test]
fn where_a_look_can_tell_it_is_asked_first_and_only_an_approval_leads_to_the_money() {
    let back = returned(&awaiting(Goal::Hold), 20);
    assert_eq!(given(&SEES, &back, second(20), decide), look(&back));
    let waits = looked(&back, action(), 20);
    assert!(!confirms(&SEES, &waits, 20));
    let approved = looked(&back, Status::Approved, 20);
    assert!(confirms(&SEES, &approved, 20));
    let held = confirmed(&SEES, &approved, 20, 20, view(&approved, Status::Authorised));
    assert_eq!((state(&held), kept(&held)), (&AttemptState::Authorised, None));
    // An approval of something else is none.
    let mut other = back.clone();
    other.amount.minor += 1;
    let (attempt, outcome) = (back.attempts[0].id, view(&other, Status::Approved));
    let unapproved = then(&back, Input::Looked { attempt, operation: None, outcome }, 20);
    assert!(!confirms(&SEES, &unapproved, 20));
    // A gateway that takes the money by itself is never asked for it.
    assert!(!confirms(&GatewayCapabilities::stripe(), &approved, 20));
}

#[test]
fn where_nothing_can_be_looked_at_the_return_leads_to_the_question_and_a_signal_without_one_to_nothing() {
    let signalled = then(&awaiting(Goal::Hold), Input::Signalled, 20);
    assert_eq!(given(&BLIND, &signalled, second(20), decide), Decision::Wait { until: second(900) });
    let back = returned(&signalled, 21);
    assert!(confirms(&BLIND, &back, 21));
    let declined = Decline::new(DeclineClass::ScaRequired, "no".to_owned());
    let ended = confirmed(&BLIND, &back, 20, 21, view(&back, Status::Declined(declined.clone())));
    assert_eq!((state(&ended), kept(&ended)), (&AttemptState::Declined(declined), None));
}

#[test]
fn a_further_action_has_no_more_time_than_the_first_and_needs_a_return_of_its_own() {
    let back = returned(&awaiting(Goal::Hold), 20);
    let again = confirmed(&BLIND, &back, 20, 20, view(&back, action()));
    let AttemptState::AwaitingAction { redirect_url, expires_at, signalled } = state(&again) else {
        panic!()
    };
    assert_eq!(
        (redirect_url.as_str(), *expires_at, *signalled),
        ("https://bank.test/again", second(900), false)
    );
    assert_eq!(kept(&again), None);
    assert!(!confirms(&BLIND, &again, 21));
    let held = confirmed(&BLIND, &returned(&again, 30), 21, 30, view(&again, Status::Authorised));
    assert_eq!(state(&held), &AttemptState::Authorised);
}

#[test]
fn i27_nothing_confirms_after_the_end_of_the_action_and_the_send_window_is_cut_by_it() {
    let back = looked(&returned(&awaiting(Goal::Hold), 20), Status::Approved, 20);
    assert!(confirms(&SEES, &back, 899));
    let attempt = &back.attempts[0];
    let by = |at| back.leaves_by(Some(attempt), OperationKind::Confirm, second(at), &Policy::default());
    assert_eq!((by(20), by(898)), (second(25), second(900)));
    for at in [900, 901, 5_000] {
        assert!(!confirms(&SEES, &back, at) && !confirms(&BLIND, &returned(&awaiting(Goal::Hold), 20), at));
    }
    // Nor is one whose outcome is unknown sent again.
    let asked = confirmed(&SEES, &back, 20, 890, Outcome::Unknown(UnknownCause::Timeout));
    assert_eq!(state(&asked), &AttemptState::Unknown);
    let nothing = Outcome::Unknown(UnknownCause::Reset);
    for (at, replays) in [(891, true), (900, false)] {
        let operation = OperationId(Uuid::from_u128(20));
        let (attempt, outcome) = (asked.attempts[0].id, nothing.clone());
        let looked = then(&asked, Input::Looked { attempt, operation: Some(operation), outcome }, at);
        let decided = given(&SEES, &looked, second(at), decide);
        assert_eq!(decided == Decision::Do(Effect::Replay { operation }), replays, "{at}: {decided:?}");
    }
}

#[test]
fn a_confirm_of_which_nothing_left_is_asked_again_by_the_schedule() {
    let back = looked(&returned(&awaiting(Goal::Hold), 20), Status::Approved, 20);
    let unsent = confirmed(&SEES, &back, 20, 20, Outcome::NotSent(NotSent::BreakerOpen));
    assert!(matches!(state(&unsent), AttemptState::AwaitingAction { .. }));
    assert_eq!(kept(&unsent), Some(&vec![7]), "it goes along with the next one");
    assert_eq!(given(&SEES, &unsent, second(20), decide), Decision::Wait { until: second(25) });
    let unsent = confirmed(&SEES, &unsent, 21, 25, Outcome::NotSent(NotSent::BreakerOpen));
    assert_eq!(given(&SEES, &unsent, second(25), decide), Decision::Wait { until: second(40) });
    assert!(confirms(&SEES, &returned(&unsent, 26), 26), "who comes back again is asked for at once");
}

#[test]
fn a_question_that_makes_no_sense_ends_no_payment() {
    let nonsense = || {
        Outcome::Refused(Refusal { code: "422".to_owned(), class: None, not_found: false, retry_after: None })
    };
    let back = returned(&awaiting(Goal::Hold), 20);
    let refused = confirmed(&BLIND, &back, 20, 20, nonsense());
    assert!(matches!(state(&refused), AttemptState::AwaitingAction { signalled: false, .. }));
    assert_eq!(kept(&refused), None);
    assert_eq!(given(&BLIND, &refused, second(20), decide), Decision::Wait { until: second(900) });
    let held = confirmed(&BLIND, &returned(&refused, 30), 21, 30, view(&refused, Status::Authorised));
    assert_eq!(state(&held), &AttemptState::Authorised);
}

#[test]
fn an_action_that_is_given_up_holds_nothing_and_no_void_is_waited_for() {
    let unasked =
        |payment: &Payment| Decision::Conclude(Conclusion::Unasked { attempt: payment.attempts[0].id });
    for (capabilities, at) in [(&BLIND, 900), (&SEES, 901)] {
        let mut row = returned(&awaiting(Goal::Hold), 20);
        if capabilities == &SEES {
            assert_eq!(given(capabilities, &row, second(at), decide), look(&row));
            row = looked(&row, action(), at);
        }
        assert_eq!(given(capabilities, &row, second(at), decide), unasked(&row));
        let attempt = row.attempts[0].id;
        let ended = then(&row, Input::Conclude(Conclusion::Unasked { attempt }), at);
        assert_eq!((state(&ended), kept(&ended)), (&AttemptState::Voided, None));
        assert_eq!(given(capabilities, &ended, second(at), verdict), Verdict::Failed(Failure::ActionExpired));
    }
    let released = awaiting(Goal::Release);
    assert_eq!(given(&SEES, &released, second(20), decide), unasked(&released));
    let attempt = released.attempts[0].id;
    let ended = then(&released, Input::Conclude(Conclusion::Unasked { attempt }), 20);
    assert_eq!(ended.attempts[0].void_reason, Some(VoidReason::Release));
    let edited = awaiting(Goal::Hold);
    assert_eq!(given(&BLIND, &edited, second(20), end_action), unasked(&edited));
    let cards = given(&GatewayCapabilities::stripe(), &edited, second(20), end_action);
    assert!(matches!(cards, Decision::Do(Effect::Next { kind: OperationKind::Void, .. })));
}

#[test]
fn a_created_object_may_ask_for_the_customer_or_be_approved_already() {
    let creating = {
        let mut row =
            payment(OperationKind::Create, UnknownCause::Timeout, Probe::begin(START), Goal::Hold, false);
        row.attempts[0].state = AttemptState::Creating;
        row.attempts[0].operations[0].state = OperationState::Sending;
        row.attempts[0].operations[0].probe = None;
        row
    };
    let operation = creating.attempts[0].operations[0].id;
    let told = |status| {
        let outcome = view(&creating, status);
        then(&creating, Input::Outcome { operation, replay: false, outcome }, 1)
    };
    assert_eq!(state(&told(Status::Approved)), &AttemptState::Created);
    let waits = told(action());
    assert!(matches!(state(&waits), AttemptState::AwaitingAction { .. }));
    let created = looked(&then(&waits, Input::Signalled, 20), Status::Created, 20);
    assert!(matches!(state(&created), AttemptState::AwaitingAction { .. }), "not yet");
    assert!(confirms(&SEES, &looked(&created, Status::Approved, 25), 25));
}
