//! Each token of the look-alike, and the outcome that it must have.

use cashwrap::domain::payment::outcome::Refusal;
use cashwrap::domain::payment::{DeclineClass, NotSent, OperationKind, Outcome, Status, UnknownCause, View};
use cashwrap::ports::gateway::{Call, Gateway as _, Guard, Look, Window};
use tokio::time::Instant;

use super::rig::{REFERENCE, Rig, account_at, authorising, euros, key, stored, view};
use crate::support::vendors::adyen::{Adyen, Phase};

#[tokio::test]
async fn an_approval_is_held_and_tells_whose_card_it_was() {
    let rig = Rig::start().await;
    let told = view(rig.authorise("OK").await);
    assert_eq!((told.status, told.amount, told.capturable_minor), (Status::Authorised, euros(1_000), 1_000));
    assert_eq!(told.reference.as_deref(), Some(REFERENCE));
    assert!(told.card.is_some() && told.object.is_some());
    assert_eq!(rig.adyen.books().charged(REFERENCE), 1);
}

#[tokio::test]
async fn an_encrypted_card_is_held_too() {
    let rig = Rig::start().await;
    let told = view(rig.send(&key(1), authorising("card:eyJ.n:eyJ.m:eyJ.y:eyJ.c:Zoë Jones")).await);
    assert_eq!(told.status, Status::Authorised);
}

#[tokio::test]
async fn declines_are_definite_inside_a_200_with_the_class_of_their_codes() {
    for (word, class) in [
        ("DECLINED", DeclineClass::DoNotHonor),
        ("NOTENOUGHBALANCE", DeclineClass::InsufficientFunds),
        ("CARDEXPIRED", DeclineClass::CardExpired),
        ("BLOCKEDCARD", DeclineClass::LostStolenPickup),
        ("ERROR", DeclineClass::SystemMalfunction),
        ("RAW51", DeclineClass::InsufficientFunds),
        ("RAW05MAC03", DeclineClass::SchemeStop),
        ("RAW05MAC24", DeclineClass::LimitVelocity),
        ("RAW57", DeclineClass::NotPermittedCard),
    ] {
        let rig = Rig::start().await;
        let told = view(rig.authorise(word).await);
        let Status::Declined(decline) = told.status else { panic!("{word}: {told:?}") };
        assert_eq!(decline.class, class, "{word}");
        assert_eq!(rig.adyen.books().charged(REFERENCE), 0, "{word}");
    }
    let rig = Rig::start().await;
    let told = view(rig.send(&key(1), authorising("card:eyJ.n:eyJ.m:eyJ.y:eyJ.c:NOT_ENOUGH_BALANCE")).await);
    assert!(
        matches!(told.status, Status::Declined(decline) if decline.class == DeclineClass::InsufficientFunds)
    );
}

#[tokio::test]
async fn what_adyen_still_processes_is_no_success() {
    let rig = Rig::start().await;
    let told = view(rig.authorise("PENDING").await);
    assert_eq!((told.status, told.capturable_minor), (Status::Processing, 0));
}

#[tokio::test]
async fn a_part_is_told_as_a_part() {
    let rig = Rig::start().await;
    let told = view(rig.authorise("PARTIAL").await);
    assert_eq!((told.status, told.amount, told.capturable_minor), (Status::Authorised, euros(1_000), 500));
}

#[tokio::test]
async fn r15_a_shopper_comes_back_and_adyens_answer_to_what_they_brought_counts() {
    for (allows, held) in [(true, 1), (false, 0)] {
        let rig = Rig::start().await;
        let told = view(rig.authorise("REDIRECT").await);
        let Status::ActionNeeded { redirect_url } = &told.status else { panic!("{told:?}") };
        assert_eq!((told.object, rig.adyen.books().charged(REFERENCE)), (None, 0));
        let result = rig.adyen.shopper(redirect_url, allows).await;
        let after = view(rig.confirm(&result).await);
        assert_eq!(after.status == Status::Authorised, allows, "{after:?}");
        assert_eq!(rig.adyen.books().charged(REFERENCE), held);
    }
}

#[tokio::test]
async fn a_shopper_who_brings_nothing_back_leaves_the_payment_unknown_and_sends_nothing() {
    let rig = Rig::start().await;
    view(rig.authorise("REDIRECT").await);
    let call = Call::Confirm { object: None, return_url: None, brought_back: Vec::new() };
    assert_eq!(rig.send(&key(2), call).await, Outcome::Unknown(UnknownCause::NotConclusive));
    let forged = vec![("resultCode".to_owned(), "Authorised".to_owned())];
    let call = Call::Confirm { object: None, return_url: None, brought_back: forged };
    assert_eq!(rig.send(&key(2), call).await, Outcome::Unknown(UnknownCause::NotConclusive));
    assert_eq!(rig.adyen.requests().len(), 1);
}

#[tokio::test]
async fn a_challenge_within_the_page_asks_for_another_way_and_holds_nothing() {
    let rig = Rig::start().await;
    let told = view(rig.authorise("NATIVE").await);
    assert!(
        matches!(told.status, Status::Declined(decline) if decline.class == DeclineClass::MethodUnsupported)
    );
    assert_eq!(rig.adyen.books().charged(REFERENCE), 0);
}

#[tokio::test]
async fn captures_refunds_and_cancels_are_only_received() {
    let rig = Rig::start().await;
    let object = rig.held("OK").await;
    let received = Outcome::Unknown(UnknownCause::Processing);
    assert_eq!(rig.capture(3, &object, 700).await, received);
    assert_eq!(rig.refund(4, &object, 300).await, received);
    let books = rig.adyen.books();
    assert_eq!((books.payments[&object].captured, books.payments[&object].refunded), (700, 300));

    let rig = Rig::start().await;
    let object = rig.held("OK").await;
    assert_eq!(rig.send(&key(3), Call::Void { object: object.clone() }).await, received);
    assert_eq!(rig.adyen.books().payments[&object].phase, Phase::Cancelled);

    let rig = Rig::start().await;
    let object = rig.held("OK").await;
    assert_eq!(rig.send(&key(3), Call::VoidReference).await, received);
    assert_eq!(rig.adyen.books().payments[&object].phase, Phase::Cancelled);
}

#[tokio::test]
async fn a_payment_that_is_not_there_and_a_token_that_is_none_are_refused() {
    let rig = Rig::start().await;
    let Outcome::Refused(refusal) = rig.capture(3, "NOWHERE", 700).await else { panic!("not refused") };
    assert!(refusal.not_found);
    let Outcome::Refused(refusal) = rig.send(&key(1), authorising("tok_primary_approve")).await else {
        panic!("not refused")
    };
    assert_eq!(refusal.class, Some(DeclineClass::TokenInvalid));
    let bare = Call::Authorise { token: stored("OK"), return_url: None };
    let missing =
        Refusal { code: "return_url_is_missing".into(), class: None, not_found: false, retry_after: None };
    assert_eq!(rig.send(&key(1), bare).await, Outcome::Refused(missing));
    assert_eq!(rig.adyen.requests().len(), 1, "only the capture was sent");
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_latches() {
    let adyen = Adyen::start().await;
    let rig = Rig { account: account_at(&adyen.base_url, "wrong"), adyen };
    assert_eq!(rig.authorise("OK").await, Outcome::NotSent(NotSent::Credentials));
    assert_eq!(rig.account.unavailable(Guard::Heeded), Some(NotSent::Credentials));
}

#[tokio::test]
async fn a_payment_cannot_be_looked_at_and_nobody_is_asked() {
    let rig = Rig::start().await;
    let look = Look::Reference { reference: REFERENCE.to_owned(), amount: euros(1_000) };
    let window = Window { send_by: Instant::now(), answer_by: Instant::now() };
    let _ = rig.account.look(&look, window, Guard::Heeded).await;
    assert!(rig.adyen.requests().is_empty());
}

#[tokio::test]
async fn the_same_bytes_again_get_the_first_answer_and_move_nothing() {
    let rig = Rig::start().await;
    let authorise = rig.render(&key(1), authorising(&stored("OK")));
    let first = view(rig.send_rendered(OperationKind::Authorise, &authorise).await);
    let again: View = view(rig.send_rendered(OperationKind::Authorise, &authorise).await);
    assert_eq!(first, again);
    let object = first.object.unwrap();
    for _ in 0..2 {
        assert_eq!(rig.capture(3, &object, 600).await, Outcome::Unknown(UnknownCause::Processing));
    }
    let books = rig.adyen.books();
    assert_eq!((books.payments.len(), books.payments[&object].captured), (1, 600));
}
