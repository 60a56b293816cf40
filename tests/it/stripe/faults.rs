//! What is lost on the way: unknown until a look or a replay tells, and never taken for unsent.

use std::time::Duration;

use cashwrap::domain::payment::{NotSent, OperationKind, Outcome, Status, UnknownCause};
use cashwrap::ports::gateway::{BreakerState, Call, Gateway as _, Guard, Operable as _};
use serde_json::json;

use super::rig::{Rig, view};

async fn unknown_then(behaviour: &str, cause: UnknownCause, then: Status) {
    let rig = Rig::start().await;
    let (object, outcome) = rig.confirmed(behaviour).await;
    assert_eq!(outcome, Outcome::Unknown(cause), "{behaviour}");
    assert_eq!(view(rig.teller.look(&object).await).status, then, "{behaviour}");
}

#[tokio::test]
async fn a_timeout_is_unknown_and_a_look_tells_on_which_side_of_the_effect_it_was() {
    unknown_then("timeoutafter", UnknownCause::Timeout, Status::Authorised).await;
    unknown_then("timeoutbefore", UnknownCause::Timeout, Status::Created).await;
}

#[tokio::test]
async fn a_reset_is_unknown_and_a_look_tells_on_which_side_of_the_effect_it_was() {
    unknown_then("resetafter", UnknownCause::Reset, Status::Authorised).await;
    unknown_then("resetbefore", UnknownCause::Reset, Status::Created).await;
}

#[tokio::test]
async fn a_server_error_is_unknown_and_a_look_tells_on_which_side_of_the_effect_it_was() {
    unknown_then("fiveafter", UnknownCause::ServerError, Status::Authorised).await;
    unknown_then("fivebefore", UnknownCause::ServerError, Status::Created).await;
}

#[tokio::test]
async fn html_with_200_is_unknown_although_the_money_is_held() {
    unknown_then("garbage", UnknownCause::Garbage, Status::Authorised).await;
}

#[tokio::test]
async fn a_request_that_lands_late_is_unknown_and_a_void_before_it_leaves_a_tombstone() {
    let rig = Rig::start().await;
    let (object, outcome) = rig.confirmed("lateland").await;
    assert_eq!(outcome, Outcome::Unknown(UnknownCause::Timeout));
    // It has landed while the call was waited for.
    assert_eq!(view(rig.teller.void(&object).await).status, Status::Voided);
    assert_eq!(view(rig.teller.look(&object).await).capturable_minor, 0);
}

#[tokio::test]
async fn a_replay_of_the_same_bytes_tells_the_first_result() {
    let rig = Rig::start().await;
    let object = rig.create("resetafter").await;
    let confirm = rig.teller.render(
        "confirm",
        Call::Confirm { object: Some(object.clone()), return_url: None, brought_back: vec![] },
    );
    let first = rig.teller.send_rendered(OperationKind::Confirm, &confirm).await;
    assert_eq!(first, Outcome::Unknown(UnknownCause::Reset));
    let replay = view(rig.teller.send_rendered(OperationKind::Confirm, &confirm).await);
    assert_eq!((replay.status, replay.object), (Status::Authorised, Some(object)));
    assert_eq!(rig.count("authorised").await, 1, "the ledger shows one hold");
}

#[tokio::test]
async fn a_key_with_other_bytes_is_unknown_since_the_first_ones_may_have_been_executed() {
    let rig = Rig::start().await;
    rig.create("approve").await;
    let other = Call::Create { token: "tok_primary_slow".into(), return_url: None };
    let outcome = rig.teller.send("create-tok_primary_approve", other).await;
    assert_eq!(outcome, Outcome::Unknown(UnknownCause::NotConclusive));
}

#[tokio::test]
async fn a_key_that_is_in_use_is_unknown_while_the_first_request_runs() {
    let rig = Rig::start().await;
    let object = rig.create("lateland").await;
    let confirm = rig
        .teller
        .render("confirm", Call::Confirm { object: Some(object), return_url: None, brought_back: vec![] });
    let send = || rig.teller.send_rendered(OperationKind::Confirm, &confirm);
    let (first, second) = tokio::join!(send(), send());
    assert!([&first, &second].contains(&&Outcome::Unknown(UnknownCause::Timeout)), "{first:?} {second:?}");
    assert!([&first, &second].contains(&&Outcome::Unknown(UnknownCause::InProgress)), "{first:?} {second:?}");
}

#[tokio::test]
async fn captures_and_voids_that_go_silent_are_unknown_and_a_look_tells() {
    let rig = Rig::start().await;
    let (object, _) = rig.confirmed("capturetimeoutafter").await;
    assert_eq!(rig.teller.capture(&object, 1_000).await, Outcome::Unknown(UnknownCause::Timeout));
    assert_eq!(view(rig.teller.look(&object).await).captured_minor, 1_000);
    let (object, _) = rig.confirmed("canceltimeoutafter").await;
    assert_eq!(rig.teller.void(&object).await, Outcome::Unknown(UnknownCause::Timeout));
    assert_eq!(view(rig.teller.look(&object).await).status, Status::Voided);
}

#[tokio::test]
async fn a_look_is_repeated_through_passing_faults_and_money_is_not() {
    let rig = Rig::start().await;
    let object = rig.create("approve").await;
    rig.set_faults(&json!({"refuse": 1, "five_hundred": 1})).await;
    assert_eq!(view(rig.teller.look(&object).await).status, Status::Created);
    rig.set_faults(&json!({"five_hundred": 1})).await;
    assert_eq!(rig.teller.confirm(&object).await, Outcome::Unknown(UnknownCause::ServerError));
    assert_eq!(view(rig.teller.look(&object).await).status, Status::Created, "it was sent once");
}

#[tokio::test]
async fn a_read_of_nothing_finds_out_that_the_gateway_is_back_and_no_payment_has_to() {
    let rig = Rig::start().await;
    let teller = rig.impatient(Duration::from_millis(20));
    let object = teller.create("tok_primary_approve").await;
    rig.set_faults(&json!({"five_hundred": 6})).await;
    for number in 0..5 {
        let confirm = Call::Confirm { object: Some(object.clone()), return_url: None, brought_back: vec![] };
        let outcome = teller.send(&format!("confirm-{number}"), confirm).await;
        assert_eq!(outcome, Outcome::Unknown(UnknownCause::ServerError));
    }
    let state = || teller.account.breakers().first().unwrap().state;
    let mut failed = 0;
    while teller.account.unavailable(Guard::Heeded).is_some() {
        assert_eq!(teller.account.unavailable(Guard::Heeded), Some(NotSent::BreakerOpen));
        tokio::time::sleep(Duration::from_millis(5)).await;
        let waited = state() == BreakerState::HalfOpen;
        teller.account.tend(false).await;
        failed += u32::from(waited && matches!(state(), BreakerState::Open { .. }));
    }
    assert_eq!(failed, 1, "the sixth failure met the first read, and the second found nothing, as it should");
    assert_eq!(rig.count("authorised").await, 0, "the reads moved nothing");
    let confirm = Call::Confirm { object: Some(object.clone()), return_url: None, brought_back: vec![] };
    assert_eq!(view(teller.send("confirm", confirm).await).status, Status::Authorised);
    assert_eq!(state(), BreakerState::Closed);
}
