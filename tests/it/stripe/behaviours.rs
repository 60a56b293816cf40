//! Each token of the sandbox gateway, and the outcome that it must have.

use cashwrap::domain::payment::Network;
use cashwrap::domain::payment::outcome::CardReference;
use cashwrap::domain::payment::outcome::Refusal;
use cashwrap::domain::payment::{DeclineClass, NotSent, Outcome, Status, UnknownCause, View};
use cashwrap::ports::gateway::{BreakerState, Call, Gateway as _, Guard, Operable as _};

use super::rig::{REFERENCE, Rig, euros, view};

fn held(object: &str) -> View {
    View {
        object: Some(object.to_owned()),
        status: Status::Authorised,
        amount: euros(1_000),
        reference: Some(REFERENCE.to_owned()),
        capturable_minor: 1_000,
        captured_minor: 0,
        refunded_minor: None,
        card: None,
    }
}

#[tokio::test]
async fn an_approval_is_created_held_captured_and_looked_at() {
    let rig = Rig::start().await;
    let teller = &rig.teller;
    let object = rig.create("approve").await;
    assert_eq!(view(teller.look(&object).await).status, Status::Created);
    assert_eq!(view(teller.confirm(&object).await), held(&object));
    assert_eq!(view(teller.look(&object).await), held(&object));
    assert_eq!(view(teller.search().await), held(&object));
    let captured =
        View { status: Status::Captured, capturable_minor: 0, captured_minor: 700, ..held(&object) };
    assert_eq!(view(teller.capture(&object, 700).await), captured);
    assert_eq!(view(teller.look(&object).await), captured);
}

#[tokio::test]
async fn creating_and_confirming_at_once_holds_the_amount_too() {
    let rig = Rig::start().await;
    let call = Call::Authorise {
        token: "tok_primary_approve".into(),
        return_url: Some("https://shop.example/back?a=1&b=2".into()),
    };
    let told = view(rig.teller.send("authorise", call).await);
    assert_eq!(told, held(told.object.as_deref().unwrap()));
}

#[tokio::test]
async fn a_void_leaves_nothing_that_could_be_confirmed() {
    let rig = Rig::start().await;
    let (object, _) = rig.confirmed("approve").await;
    assert_eq!(view(rig.teller.void(&object).await).status, Status::Voided);
    assert_eq!(view(rig.teller.look(&object).await).capturable_minor, 0);
    let again = Call::Confirm { object: Some(object.clone()), return_url: None, brought_back: vec![] };
    assert_eq!(view(rig.teller.send("another", again).await).status, Status::Voided);
    let twice = Call::Void { object };
    assert_eq!(view(rig.teller.send("void again", twice).await).status, Status::Voided);
    assert_eq!(rig.count("authorised").await, 1);
}

#[tokio::test]
async fn a_confirm_of_what_is_held_already_tells_of_the_hold_and_not_of_a_decline() {
    let rig = Rig::start().await;
    let (object, _) = rig.confirmed("approve").await;
    let again = Call::Confirm { object: Some(object.clone()), return_url: None, brought_back: vec![] };
    assert_eq!(view(rig.teller.send("another", again).await), held(&object));
}

#[tokio::test]
async fn r19_a_decline_tells_whose_card_it_was_and_what_the_scheme_advises() {
    let rig = Rig::start().await;
    let (object, outcome) = rig.confirmed("declineiso_51_mac24.mc7").await;
    let told = view(outcome);
    let Status::Declined(decline) = &told.status else { panic!("{told:?}") };
    assert_eq!(decline.advice.map(|advice| advice.to_string()).as_deref(), Some("24"));
    let card = told.card.clone().unwrap();
    assert_eq!(card.network, Network::Mastercard);
    assert!(matches!(&card.reference, Some(CardReference::Fingerprint(text)) if text.len() == 16));
    assert!(!format!("{card:?}").contains("Fingerprint"), "it stands in no log");
    assert_eq!(view(rig.teller.look(&object).await).card, told.card, "a look tells the same");
}

#[tokio::test]
async fn declines_are_definite_with_the_class_of_their_codes() {
    let rig = Rig::start().await;
    for (behaviour, class) in [
        ("decline_insufficient_funds", DeclineClass::InsufficientFunds),
        ("decline_lost_card", DeclineClass::LostStolenPickup),
        ("decline_authentication_required", DeclineClass::ScaRequired),
        ("decline_generic_decline", DeclineClass::DoNotHonor),
        ("decline_moon_phase", DeclineClass::Generic),
        ("declineiso_05", DeclineClass::DoNotHonor),
        ("declineiso_05_mac03", DeclineClass::SchemeStop),
        ("declineiso_14", DeclineClass::AccountInvalid),
        ("declineiso_51_mac24", DeclineClass::LimitVelocity),
    ] {
        let (object, outcome) = rig.confirmed(behaviour).await;
        let told = view(outcome);
        let Status::Declined(decline) = &told.status else { panic!("{behaviour}: {told:?}") };
        assert_eq!(decline.class, class, "{behaviour}");
        assert_eq!(told.object, Some(object.clone()));
        assert_eq!(view(rig.teller.look(&object).await).status, told.status, "{behaviour}");
    }
    assert_eq!(rig.teller.account.unavailable(Guard::Heeded), None, "declines never open a breaker");
}

#[tokio::test]
async fn an_action_is_finished_by_the_customer_and_a_look_tells() {
    let rig = Rig::start().await;
    let (object, outcome) = rig.confirmed("action").await;
    let Status::ActionNeeded { redirect_url } = view(outcome).status else { panic!("no action") };
    rig.visit(&format!("{redirect_url}?result=success")).await;
    assert_eq!(view(rig.teller.look(&object).await), held(&object));
}

#[tokio::test]
async fn what_the_gateway_still_processes_and_what_it_answers_late_is_told() {
    let rig = Rig::start().await;
    let (_, processing) = rig.confirmed("processing").await;
    assert_eq!(view(processing).status, Status::Processing);
    let (object, slow) = rig.confirmed("slow").await;
    assert_eq!(view(slow), held(&object));
}

#[tokio::test]
async fn a_partial_hold_and_another_amount_are_told_as_they_are() {
    let rig = Rig::start().await;
    let (object, partial) = rig.confirmed("partial").await;
    assert_eq!(view(partial), View { capturable_minor: 500, ..held(&object) });
    let (object, wrong) = rig.confirmed("wrongamount").await;
    assert_eq!(view(wrong), View { amount: euros(1_001), capturable_minor: 1_001, ..held(&object) });
}

#[tokio::test]
async fn refusals_before_execution_are_told_apart() {
    let rig = Rig::start().await;
    let (_, limited) = rig.confirmed("ratelimited").await;
    assert_eq!(limited, Outcome::NotSent(NotSent::RateLimited));
    for behaviour in ["unauthorised", "forbidden"] {
        // The breaker latches, so each has an account of its own.
        let rig = Rig::start().await;
        let (_, refused) = rig.confirmed(behaviour).await;
        assert_eq!(refused, Outcome::NotSent(NotSent::Credentials), "{behaviour}");
        assert_eq!(rig.teller.account.unavailable(Guard::Heeded), Some(NotSent::Credentials));
    }
    let (_, malformed) = Rig::start().await.confirmed("badrequest").await;
    let refusal =
        Refusal { code: "parameter_invalid_empty".into(), class: None, not_found: false, retry_after: None };
    assert_eq!(malformed, Outcome::Refused(refusal));
}

#[tokio::test]
async fn another_accounts_token_is_no_token_here() {
    let rig = Rig::start().await;
    let call = Call::Create { token: "tok_backup_approve".into(), return_url: None };
    let Outcome::Refused(refusal) = rig.teller.send("create", call).await else { panic!("not refused") };
    assert_eq!(refusal.class, Some(DeclineClass::TokenInvalid));
    assert!(!refusal.not_found);
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_latches() {
    let rig = Rig::with_key("sk_sandbox_wrong").await;
    let call = Call::Create { token: "tok_primary_approve".into(), return_url: None };
    let refused = Outcome::NotSent(NotSent::Credentials);
    assert_eq!(rig.teller.send("create", call).await, refused);
    let states = rig.teller.account.breakers();
    assert_eq!(states.first().unwrap().state, BreakerState::Misconfigured);
}

#[tokio::test]
async fn an_object_that_does_not_exist_is_not_found_and_an_unknown_reference_neither() {
    let rig = Rig::start().await;
    for looked in [rig.teller.look("pi_nowhere").await, rig.teller.search().await] {
        let Outcome::Refused(refusal) = looked else { panic!("{looked:?}") };
        assert!(refusal.not_found);
    }
}

#[tokio::test]
async fn several_intents_under_one_reference_leave_a_search_unsure() {
    let rig = Rig::start().await;
    rig.create("approve").await;
    let call = Call::Create { token: "tok_primary_approve".into(), return_url: None };
    view(rig.teller.send("a second attempt", call).await);
    assert_eq!(rig.teller.search().await, Outcome::Unknown(UnknownCause::NotConclusive));
}

#[tokio::test]
async fn a_capture_that_fails_is_refused_and_the_hold_stays() {
    let rig = Rig::start().await;
    let (object, _) = rig.confirmed("capturefails").await;
    let Outcome::Refused(refusal) = rig.teller.capture(&object, 1_000).await else { panic!("captured") };
    assert_eq!(refusal.code, "charge_expired_for_capture");
    assert_eq!(view(rig.teller.look(&object).await), held(&object));
}
