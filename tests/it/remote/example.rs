//! The example partner in Python behind the adapter: each promise that it makes is one that it keeps, as its ledger shows.

use cashwrap::domain::payment::{DeclineClass, NotSent, Outcome, Status, UnknownCause};
use cashwrap::ports::gateway::{Call, Gateway as _, Guard, Operable as _};

use super::rig::{REFERENCE, Teller, account_at, euros, view};
use crate::support::vendors::example::{CREDENTIAL, ExampleGateway};
use crate::support::vendors::remote::Book;

const APPROVE: &str = "tok_partner_approve";

async fn example() -> (ExampleGateway, Teller) {
    let mut example = ExampleGateway::of("partner", None);
    example.start().await;
    let teller = Teller { account: account_at(&example.base_url(), CREDENTIAL) };
    teller.account.tend(false).await;
    assert_eq!(teller.account.unavailable(Guard::Heeded), None);
    (example, teller)
}

#[tokio::test]
async fn what_the_example_holds_takes_and_gives_back_adds_up_and_happens_once_for_a_key() {
    let (example, teller) = example().await;
    let row = teller.account.capabilities();
    assert!(row.void_tombstones && row.void_by_reference && !row.two_step && !row.tells_later);
    let held = view(teller.authorise("opn_1", APPROVE).await);
    assert_eq!((held.status, held.amount, held.capturable_minor), (Status::Authorised, euros(1_000), 1_000));
    assert_eq!(held.reference.as_deref(), Some(REFERENCE));
    let object = held.object.unwrap();
    for _ in 0..2 {
        assert_eq!(view(teller.authorise("opn_1", APPROVE).await).object.as_ref(), Some(&object));
        assert_eq!(view(teller.capture("opn_2", &object, 700).await).captured_minor, 700);
        assert_eq!(view(teller.refund("opn_3", &object, 300).await).refunded_minor, Some(300));
    }
    assert_eq!(view(teller.refund("opn_4", &object, 400).await).refunded_minor, Some(400));
    assert_eq!(view(teller.look_refund(&object, "opn_3").await).refunded_minor, Some(300));
    assert_eq!(view(teller.look_refund(&object, "opn_5").await).refunded_minor, Some(0), "there is none");
    let looked = view(teller.look_payment().await);
    assert_eq!((looked.status, looked.captured_minor), (Status::Captured, 700));
    let expected = Book {
        holds: 1,
        captures: 1,
        captured_minor: 700,
        refunds: 2,
        refunded_minor: 700,
        ..Book::default()
    };
    assert_eq!(example.book(), expected, "what was not captured is given back");
    let other = Call::Refund { object, amount_minor: 1 };
    assert_eq!(teller.send("opn_1", other).await, Outcome::Unknown(UnknownCause::NotConclusive));
    assert!(!example.kept().contains(APPROVE), "a token is the customer's secret");
}

#[tokio::test]
async fn the_example_refuses_what_there_is_not_and_moves_nothing() {
    let (example, teller) = example().await;
    let object = teller.hold().await;
    let refused = |outcome| match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    };
    assert_eq!(refused(teller.capture("opn_1", &object, 1_001).await).code, "more_than_is_held");
    assert_eq!(refused(teller.refund("opn_2", &object, 1).await).code, "more_than_was_captured");
    let foreign = refused(teller.authorise("opn_3", "tok_other_approve").await);
    assert_eq!(foreign.class, Some(DeclineClass::TokenInvalid));
    assert!(refused(teller.void("opn_4", "obj_99").await).not_found);
    assert!(refused(teller.look("obj_99").await).not_found);
    let create = Call::Create { token: APPROVE.into(), return_url: None };
    assert_eq!(refused(teller.send("opn_5", create).await).code, "operation_not_supported");
    let Status::Declined(decline) = view(teller.authorise("opn_6", "tok_partner_decline").await).status
    else {
        panic!("taken")
    };
    assert_eq!(
        (decline.class, decline.code.as_str()),
        (DeclineClass::InsufficientFunds, "insufficient_funds")
    );
    let book = Book { holds: 1, held_minor: 1_000, ..Book::default() };
    assert_eq!(example.book(), book);
    assert_eq!(view(teller.capture("opn_7", &object, 1_000).await).status, Status::Captured);
    let late = view(teller.void("opn_8", &object).await);
    assert_eq!((late.status, late.captured_minor), (Status::Captured, 1_000), "a void refunds nothing");
    let stranger = Teller { account: account_at(&example.base_url(), "another") };
    stranger.account.tend(false).await;
    assert_eq!(stranger.account.unavailable(Guard::Heeded), Some(NotSent::Credentials));
    let told = stranger.authorise("opn_9", APPROVE).await;
    assert_eq!(told, Outcome::NotSent(NotSent::Credentials));
    assert_eq!(example.book().holds, 1);
}

#[tokio::test]
async fn a_tombstone_of_the_example_refuses_what_comes_late_under_any_key() {
    let (example, teller) = example().await;
    let buried = view(teller.send("opn_void", Call::VoidReference).await);
    assert_eq!((buried.status, buried.object), (Status::Voided, None));
    for key in ["opn_late", "opn_later"] {
        assert_eq!(view(teller.authorise(key, APPROVE).await).status, Status::Voided);
    }
    assert_eq!(example.book(), Book::default());
    let (example, teller) = self::example().await;
    let object = teller.hold().await;
    let voided = view(teller.send("opn_void", Call::VoidReference).await);
    assert_eq!((voided.status, voided.object.as_ref()), (Status::Voided, Some(&object)));
    assert_eq!((example.book().holds, example.book().held_minor), (1, 0));
    let again = view(teller.authorise("opn_hold", APPROVE).await);
    assert_eq!(again.status, Status::Voided, "what is known now");
}

#[tokio::test]
async fn an_answer_of_the_example_that_is_lost_is_found_again_by_payment_and_by_key() {
    let (example, teller) = example().await;
    let lost = teller.authorise("opn_1", "tok_partner_lost").await;
    assert_eq!(lost, Outcome::Unknown(UnknownCause::Reset));
    let found = view(teller.look_payment().await);
    assert_eq!(found.status, Status::Authorised);
    assert_eq!(view(teller.authorise("opn_1", "tok_partner_lost").await).object, found.object);
    assert_eq!(example.book().holds, 1);
}

#[tokio::test]
async fn the_example_that_was_killed_comes_back_with_everything_that_it_had_answered() {
    let (mut example, teller) = example().await;
    let held = view(teller.authorise("opn_1", "tok_partner_approve.visa7").await);
    assert!(held.card.as_ref().is_some_and(|card| card.reference.is_some()), "its fingerprint");
    example.kill().await;
    assert_eq!(
        teller.capture("opn_2", held.object.as_ref().unwrap(), 1_000).await,
        Outcome::NotSent(NotSent::Connect)
    );
    example.start().await;
    assert_eq!(view(teller.look_payment().await), held);
    assert_eq!(view(teller.authorise("opn_1", "tok_partner_approve.visa7").await), held);
    assert_eq!(example.book().holds, 1);
}

#[tokio::test]
async fn a_customer_of_the_example_decides_on_its_page() {
    for (allow, holds) in [(true, 1), (false, 0)] {
        let (example, teller) = example().await;
        let told = view(teller.authorise("opn_1", "tok_partner_action").await);
        let Status::ActionNeeded { redirect_url } = told.status else { panic!("no action") };
        assert!(redirect_url.starts_with(example.said()["pages"].as_str().unwrap()), "{redirect_url}");
        assert_eq!(example.book(), Book::default());
        example.act(&redirect_url, allow).await;
        let decided = view(teller.look(told.object.as_ref().unwrap()).await).status;
        assert_eq!(decided == Status::Authorised, allow, "{decided:?}");
        assert_eq!(example.book().holds, holds);
        assert_eq!(example.notifications(), (0, 1), "nobody was to be told");
    }
}
