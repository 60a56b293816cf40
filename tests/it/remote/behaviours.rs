//! What goes well, and what an honest partner refuses.

use cashwrap::domain::payment::outcome::Refusal;
use cashwrap::domain::payment::{DeclineClass, NotSent, OperationKind, Outcome, Status, UnknownCause, View};
use cashwrap::ports::gateway::{Call, Gateway as _, Guard, Operable as _, Rendered};

use super::rig::{REFERENCE, Rig, Teller, account_at, euros, view};
use crate::support::vendors::remote::{Book, Promises};

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
async fn an_approval_is_held_captured_refunded_and_looked_at() {
    let rig = Rig::start().await;
    let teller = &rig.teller;
    let object = teller.hold().await;
    assert_eq!(view(teller.look(&object).await), held(&object));
    assert_eq!(view(teller.look_payment().await), held(&object));
    let captured =
        View { status: Status::Captured, capturable_minor: 0, captured_minor: 700, ..held(&object) };
    assert_eq!(view(teller.capture("opn_capture", &object, 700).await), captured);
    let refunded = View { refunded_minor: Some(300), ..captured };
    assert_eq!(view(teller.refund("opn_refund", &object, 300).await), refunded);
    assert_eq!(view(teller.look_refund(&object, "opn_refund").await), refunded);
    assert_eq!(view(teller.look_refund(&object, "opn_other").await).refunded_minor, Some(0));
    let expected = Book {
        holds: 1,
        captures: 1,
        captured_minor: 700,
        refunds: 1,
        refunded_minor: 300,
        ..Book::default()
    };
    assert_eq!(rig.partner.book(), expected);
}

#[tokio::test]
async fn two_steps_are_created_and_then_confirmed() {
    let rig = Rig::promising(Promises { two_step: true, ..Promises::STRONG }).await;
    rig.teller.account.tend(false).await;
    assert!(rig.teller.account.capabilities().two_step);
    let create = Call::Create { token: "tok_partner_approve".into(), return_url: None };
    let created = view(rig.teller.send("opn_create", create).await);
    assert_eq!((created.status, rig.partner.book()), (Status::Created, Book::default()));
    let object = created.object.unwrap();
    let confirm = Call::Confirm { object: Some(object.clone()), return_url: None, brought_back: Vec::new() };
    assert_eq!(view(rig.teller.send("opn_confirm", confirm).await), held(&object));
}

#[tokio::test]
async fn a_void_by_payment_leaves_a_tombstone_where_nothing_was() {
    let rig = Rig::start().await;
    let buried = view(rig.teller.send("opn_void", Call::VoidReference).await);
    assert_eq!((buried.status, buried.object), (Status::Voided, None));
    let late = view(rig.teller.authorise("opn_late", "tok_partner_approve").await);
    assert_eq!(late.status, Status::Voided);
    assert_eq!(rig.partner.book(), Book::default());
}

#[tokio::test]
async fn a_decline_is_definite_and_opens_no_breaker() {
    let rig = Rig::start().await;
    let told = view(rig.teller.authorise("opn_1", "tok_partner_decline").await);
    let Status::Declined(decline) = told.status else { panic!("not declined") };
    assert_eq!((decline.class, decline.code.as_str()), (DeclineClass::InsufficientFunds, "51"));
    assert_eq!(rig.teller.account.unavailable(Guard::Heeded), None);
}

#[tokio::test]
async fn what_an_honest_partner_refuses_is_refused_with_its_code_and_class() {
    let rig = Rig::start().await;
    let object = rig.teller.hold().await;
    let refused = |code: &str| {
        Outcome::Refused(Refusal { code: code.to_owned(), class: None, not_found: false, retry_after: None })
    };
    assert_eq!(rig.teller.capture("opn_1", &object, 1_001).await, refused("more_than_is_held"));
    assert_eq!(rig.teller.refund("opn_2", &object, 1).await, refused("more_than_was_captured"));
    let Outcome::Refused(foreign) = rig.teller.authorise("opn_3", "tok_other").await else { panic!("taken") };
    assert_eq!(foreign.class, Some(DeclineClass::TokenInvalid));
    let Outcome::Refused(missing) = rig.teller.void("opn_4", "p_99").await else { panic!("voided") };
    assert!(missing.not_found);
    let Outcome::Refused(missing) = rig.teller.look("p_99").await else { panic!("seen") };
    assert!(missing.not_found);
}

#[tokio::test]
async fn r1_a_replay_sends_the_stored_bytes_and_nothing_else() {
    let rig = Rig::start().await;
    let call = Call::Authorise { token: "tok_partner_approve".into(), return_url: None };
    let rendered = rig.teller.render("opn_1", call);
    for _ in 0..2 {
        let told = view(rig.teller.send_rendered(OperationKind::Authorise, &rendered).await);
        assert_eq!(told.status, Status::Authorised);
    }
    assert_eq!(rig.partner.executed(), [rendered.0.clone(), rendered.0.clone()], "byte for byte");
    assert_eq!(rig.partner.book().holds, 1);
    let text = String::from_utf8_lossy(&rendered.0).into_owned();
    assert!(!text.contains("partner-credential"), "the credential stands in no rendering");
    let other = Call::Authorise { token: "tok_partner_decline".into(), return_url: None };
    let reused = rig.teller.send("opn_1", other).await;
    assert_eq!(reused, Outcome::Unknown(UnknownCause::NotConclusive), "the key was spent on other bytes");
}

#[tokio::test]
async fn a_call_carries_the_credential_and_how_long_it_is_waited_for() {
    let rig = Rig::start().await;
    rig.teller.hold().await;
    let heads = rig.partner.heads();
    let head = heads.last().unwrap();
    assert_eq!(head["authorization"], "Bearer partner-credential");
    assert_eq!(head["content-type"], "application/grpc");
    assert_eq!(head["te"], "trailers");
    assert_eq!(head["user-agent"], "cashwrap/0.1.0");
    let told: u64 = head["grpc-timeout"].to_str().unwrap().strip_suffix('m').unwrap().parse().unwrap();
    assert!((1_000..=2_000).contains(&told), "{told} ms of the account's two seconds");
}

#[tokio::test]
async fn a_wrong_credential_is_refused_before_anything_is_executed_and_latches() {
    let rig = Rig::start().await;
    let stranger = Teller { account: account_at(&rig.partner.base_url(), "another") };
    stranger.account.tend(false).await;
    assert_eq!(stranger.account.unavailable(Guard::Overruled), Some(NotSent::Credentials));
    let told = stranger.authorise("opn_1", "tok_partner_approve").await;
    assert_eq!(told, Outcome::NotSent(NotSent::Credentials));
    assert_eq!(rig.partner.book(), Book::default());
}

#[tokio::test]
async fn a_rendering_that_is_no_request_never_leaves() {
    let rig = Rig::start().await;
    let told = rig.teller.send_rendered(OperationKind::Capture, &Rendered(b"{}".to_vec())).await;
    assert!(matches!(told, Outcome::Refused(refusal) if refusal.code == "rendering_cannot_be_sent"));
    assert!(rig.partner.executed().is_empty());
}
