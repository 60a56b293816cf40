//! A customer who acts at the gateway (R15): what is looked at, when, and what follows.

use super::super::super::decide::{decide, verdict};
use super::super::super::outcome::{Outcome, Status, UnknownCause};
use super::super::super::react::Input;
use super::super::super::{Decision, Effect, Goal, NotSent, OperationKind, Verdict};
use super::super::second;
use super::{at_rest, awaiting, given, intend, looked, then, view};

#[test]
fn r15_a_look_that_tells_nothing_is_repeated_by_the_schedule_and_a_new_signal_looks_at_once() {
    let mut payment = then(&at_rest(awaiting(), Goal::Hold), Input::Signalled, 20);
    let look = Decision::Do(Effect::Look { attempt: payment.attempts[0].id, operation: None });
    assert_eq!(given(&payment, second(20), decide), look);
    payment = then(&payment, looked(&payment, 0, Outcome::Unknown(UnknownCause::Timeout)), 20);
    assert_eq!(given(&payment, second(20), decide), Decision::Wait { until: second(25) });
    assert_eq!(given(&payment, second(25), decide), look);
    let needed = Status::ActionNeeded { redirect_url: "https://bank.test/".to_owned() };
    payment = then(&payment, looked(&payment, 0, view(&payment, needed, 1_000)), 25);
    assert_eq!(given(&payment, second(25), decide), Decision::Wait { until: second(900) });
    payment = then(&payment, Input::Signalled, 26);
    assert_eq!(given(&payment, second(26), decide), look);
}

#[test]
fn r15_an_action_that_succeeded_unseen_is_found_at_its_end_and_not_cancelled() {
    let payment = at_rest(awaiting(), Goal::Hold);
    let look = Decision::Do(Effect::Look { attempt: payment.attempts[0].id, operation: None });
    assert_eq!(given(&payment, second(900), decide), look);
    let seen = then(&payment, looked(&payment, 0, view(&payment, Status::Authorised, 1_000)), 900);
    assert_eq!(given(&seen, second(900), verdict), Verdict::Held);
    let unseen = then(&payment, looked(&payment, 0, Outcome::NotSent(NotSent::BreakerOpen)), 900);
    intend(&unseen, OperationKind::Void, 20, 900);
}
