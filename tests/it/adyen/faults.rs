//! What is lost on the way: unknown until a replay tells, and never taken for unsent.

use std::time::Duration;

use cashwrap::domain::payment::{NotSent, OperationKind, Outcome, Status, UnknownCause};
use cashwrap::ports::gateway::{BreakerState, Call, Gateway as _, Guard, Operable as _};

use super::rig::{REFERENCE, Rig, authorising, euros, key, stored, view};
use crate::support::vendors::adyen::Fault;

/// What an authorisation comes to under a fault, how many payments it charged, and what the same bytes come to then.
async fn struck(fault: Fault) -> (Outcome, usize, Outcome) {
    let rig = Rig::start().await;
    let authorise = rig.render(&key(1), authorising(&stored("OK")));
    rig.adyen.arm(fault);
    let first = rig.send_rendered(OperationKind::Authorise, &authorise).await;
    let charged = rig.adyen.books().charged(REFERENCE);
    let again = rig.send_rendered(OperationKind::Authorise, &authorise).await;
    assert!(rig.adyen.books().charged(REFERENCE) <= 1, "{fault:?}: charged twice");
    (first, charged, again)
}

async fn unknown_then_held(fault: Fault, cause: UnknownCause, charged: usize) {
    let (first, did, again) = struck(fault).await;
    assert_eq!((first, did), (Outcome::Unknown(cause), charged), "{fault:?}");
    assert_eq!(view(again).status, Status::Authorised, "{fault:?}: a replay forces an outcome");
}

#[tokio::test]
async fn a_timeout_is_unknown_on_both_sides_of_the_effect_and_a_replay_tells() {
    unknown_then_held(Fault::TimeoutBefore, UnknownCause::Timeout, 0).await;
    unknown_then_held(Fault::TimeoutAfter, UnknownCause::Timeout, 1).await;
}

#[tokio::test]
async fn a_reset_is_unknown_on_both_sides_of_the_effect_and_a_replay_tells() {
    unknown_then_held(Fault::ResetBefore, UnknownCause::Reset, 0).await;
    unknown_then_held(Fault::ResetAfter, UnknownCause::Reset, 1).await;
}

#[tokio::test]
async fn a_server_error_and_a_page_of_html_are_unknown() {
    unknown_then_held(Fault::FiveBefore, UnknownCause::ServerError, 0).await;
    unknown_then_held(Fault::Garbage, UnknownCause::Garbage, 1).await;
    let (first, charged, again) = struck(Fault::FiveAfter).await;
    let lost = Outcome::Unknown(UnknownCause::ServerError);
    assert_eq!((first, charged, again), (lost.clone(), 1, lost), "a stored 500 comes again");
}

#[tokio::test]
async fn a_limit_is_unknown_and_refused_credentials_are_not_sent() {
    unknown_then_held(Fault::TooMany, UnknownCause::NotConclusive, 0).await;
    let (first, charged, again) = struck(Fault::Unauthorised).await;
    let refused = Outcome::NotSent(NotSent::Credentials);
    assert_eq!((first, charged, again), (refused.clone(), 0, refused), "the breaker has latched");
}

#[tokio::test]
async fn another_amount_or_reference_is_told_as_it_is() {
    let (amount, _, _) = struck(Fault::WrongAmount).await;
    assert_eq!(view(amount).amount, euros(1_001));
    let (reference, _, _) = struck(Fault::WrongReference).await;
    assert_eq!(view(reference).reference.as_deref(), Some("another-reference"));
}

#[tokio::test]
async fn a_receipt_with_another_amount_or_reference_is_no_receipt() {
    for fault in [Fault::WrongAmount, Fault::WrongReference] {
        let rig = Rig::start().await;
        let object = rig.held("OK").await;
        rig.adyen.arm(fault);
        let outcome = rig.capture(3, &object, 700).await;
        assert_eq!(outcome, Outcome::Unknown(UnknownCause::Garbage), "{fault:?}");
    }
}

#[tokio::test]
async fn a_modification_that_goes_silent_is_unknown_and_its_replay_moves_nothing_more() {
    for fault in [Fault::TimeoutAfter, Fault::ResetAfter, Fault::Garbage, Fault::FiveBefore] {
        let rig = Rig::start().await;
        let object = rig.held("OK").await;
        rig.adyen.arm(fault);
        assert!(matches!(rig.capture(3, &object, 600).await, Outcome::Unknown(_)), "{fault:?}");
        assert_eq!(
            rig.capture(3, &object, 600).await,
            Outcome::Unknown(UnknownCause::Processing),
            "{fault:?}"
        );
        assert_eq!(rig.adyen.books().payments[&object].captured, 600, "{fault:?}");
    }
}

#[tokio::test]
async fn a_key_that_is_in_use_is_unknown_while_the_first_request_runs() {
    let rig = Rig::start().await;
    let authorise = rig.render(&key(1), authorising(&stored("OK")));
    rig.adyen.arm(Fault::Slow);
    let send = || rig.send_rendered(OperationKind::Authorise, &authorise);
    let (first, second) = tokio::join!(send(), send());
    let busy = Outcome::Unknown(UnknownCause::InProgress);
    assert!(first == busy || second == busy, "{first:?} {second:?}");
    let held = if first == busy { second } else { first };
    assert_eq!(view(held).status, Status::Authorised);
    assert_eq!(rig.adyen.books().charged(REFERENCE), 1);
}

#[tokio::test]
async fn a_question_without_an_effect_finds_out_that_adyen_is_back() {
    let rig = Rig::start().await;
    for _ in 0..5 {
        rig.adyen.arm(Fault::FiveBefore);
    }
    for number in 0..5 {
        let call = authorising(&stored("OK"));
        let _ = rig.send(&key(100 + number), call).await;
    }
    assert_eq!(rig.account.unavailable(Guard::Heeded), Some(NotSent::BreakerOpen));
    let back = async || {
        rig.account.tend(false).await;
        rig.account.breakers().first().unwrap().state == BreakerState::Closed
            || rig.account.unavailable(Guard::Heeded).is_none()
    };
    crate::support::patience::until("Adyen is back", Duration::from_secs(30), back).await;
    let asked = rig.adyen.requests();
    assert!(asked.iter().any(|(path, _)| path == "/v71/paymentMethods"), "{asked:?}");
    let call = Call::Authorise { token: stored("OK"), return_url: Some(super::rig::BACK.to_owned()) };
    assert_eq!(view(rig.send(&key(200), call).await).status, Status::Authorised);
}
