//! What goes wrong between us and the partner, on either side of the effect: which outcome each fault may have, and what
//! a look and a replay make of it.

use std::time::Duration;

use cashwrap::domain::payment::{NotSent, OperationKind, Outcome, Status, UnknownCause};
use cashwrap::ports::gateway::{Call, Gateway as _, Guard, Window};
use h2::Reason;
use tokio::time::Instant;

use super::rig::{REFERENCE, Rig, Teller, account_at, euros, view};
use crate::support::vendors::remote::server::CREDENTIAL;
use crate::support::vendors::remote::{Book, Fault};

/// An authorisation that is struck: what it comes back with, and what the ledger says.
async fn struck(fault: Fault) -> (Rig, Outcome) {
    let rig = Rig::start().await;
    rig.partner.strike("authorise", fault);
    let outcome = rig.teller.authorise("opn_1", "tok_partner_approve").await;
    (rig, outcome)
}

#[tokio::test]
async fn whatever_may_have_been_executed_is_unknown_and_a_replay_holds_once() {
    use UnknownCause::{Garbage, NotConclusive, Reset, ServerError, Timeout};
    let view_without_state = b"\x0a\x07\x0a\x05\x0a\x03p_1".to_vec();
    for (fault, cause, executed) in [
        (Fault::SilentBefore, Timeout, false),
        (Fault::SilentAfter, Timeout, true),
        (Fault::ResetBefore(Reason::INTERNAL_ERROR), Reset, false),
        (Fault::ResetAfter(Reason::CANCEL), Reset, true),
        (Fault::HangUpAfter, Reset, true),
        (Fault::StatusBefore(14), Reset, false),
        (Fault::StatusAfter(14), Reset, true),
        (Fault::StatusAfter(1), Reset, true),
        (Fault::StatusAfter(4), Timeout, true),
        (Fault::StatusAfter(13), ServerError, true),
        (Fault::StatusBefore(12), ServerError, false),
        (Fault::StatusBefore(8), NotConclusive, false),
        (Fault::StatusAfter(6), NotConclusive, true),
        (Fault::StatusAfter(3), NotConclusive, true),
        (Fault::PageAfter(200), Garbage, true),
        (Fault::PageAfter(502), ServerError, true),
        (Fault::PageAfter(504), Timeout, true),
        (Fault::MessageAfter(Vec::new()), Garbage, true),
        (Fault::MessageAfter(b"\xff\xfe".to_vec()), Garbage, true),
        (Fault::MessageAfter(view_without_state), Garbage, true),
        (Fault::HugeAfter(100_000), Garbage, true),
        (Fault::CutShort, Reset, true),
    ] {
        let name = format!("{fault:?}").chars().take(60).collect::<String>();
        let (rig, outcome) = struck(fault).await;
        assert_eq!(outcome, Outcome::Unknown(cause), "{name}");
        assert_eq!(rig.partner.book().holds, u32::from(executed), "{name}");
        match (executed, rig.teller.look_payment().await) {
            (true, looked) => assert_eq!(view(looked).status, Status::Authorised, "{name}"),
            (false, Outcome::Refused(refusal)) => assert!(refusal.not_found, "{name}"),
            (false, other) => panic!("{name}: {other:?}"),
        }
        let again = view(rig.teller.authorise("opn_1", "tok_partner_approve").await);
        assert_eq!(again.status, Status::Authorised, "{name}");
        assert_eq!(rig.partner.book().holds, 1, "{name}");
    }
}

#[tokio::test]
async fn only_a_refused_stream_and_a_proof_show_that_nothing_was_executed() {
    let (rig, refused) = struck(Fault::ResetBefore(Reason::REFUSED_STREAM)).await;
    // The stack repeats a failed connect once, and this is as good as one.
    assert_eq!(view(refused).status, Status::Authorised);
    assert_eq!((rig.partner.executed().len(), rig.partner.book().holds), (2, 1));
    let (rig, limited) = struck(Fault::LimitedBefore(7)).await;
    assert_eq!(limited, Outcome::NotSent(NotSent::RateLimited));
    assert_eq!(rig.teller.account.unavailable(Guard::Heeded), Some(NotSent::RateLimited));
    assert_eq!(rig.partner.book(), Book::default());
    let (rig, refused) = struck(Fault::StatusBefore(7)).await;
    assert_eq!(refused, Outcome::NotSent(NotSent::Credentials));
    assert_eq!(rig.teller.account.unavailable(Guard::Heeded), Some(NotSent::Credentials));
}

#[tokio::test]
async fn a_slow_answer_is_an_answer() {
    let (_rig, outcome) = struck(Fault::Slow(Duration::from_millis(300))).await;
    assert_eq!(view(outcome).status, Status::Authorised);
}

#[tokio::test]
async fn r10_another_amount_or_payment_is_shown_as_it_is() {
    let (_rig, outcome) = struck(Fault::OtherAmount).await;
    assert_eq!(view(outcome).amount, euros(1_001));
    let other = REFERENCE.replace('7', "8");
    let (_rig, outcome) = struck(Fault::OtherPayment(other.clone())).await;
    assert_eq!(view(outcome).reference, Some(other));
}

#[tokio::test]
async fn captures_voids_and_refunds_that_are_lost_are_unknown_and_a_look_tells() {
    let rig = Rig::start().await;
    let object = rig.teller.hold().await;
    rig.partner.strike("capture", Fault::HangUpAfter);
    let lost = rig.teller.capture("opn_c", &object, 1_000).await;
    assert_eq!(lost, Outcome::Unknown(UnknownCause::Reset));
    assert_eq!(view(rig.teller.look(&object).await).captured_minor, 1_000);
    rig.partner.strike("refund", Fault::ResetAfter(Reason::CANCEL));
    let lost = rig.teller.refund("opn_r", &object, 400).await;
    assert_eq!(lost, Outcome::Unknown(UnknownCause::Reset));
    assert_eq!(view(rig.teller.look_refund(&object, "opn_r").await).refunded_minor, Some(400));
    assert_eq!(view(rig.teller.refund("opn_r", &object, 400).await).refunded_minor, Some(400));
    assert_eq!(rig.partner.book().refunds, 1);
    let rig = Rig::start().await;
    let object = rig.teller.hold().await;
    rig.partner.strike("void", Fault::SilentAfter);
    assert_eq!(rig.teller.void("opn_v", &object).await, Outcome::Unknown(UnknownCause::Timeout));
    assert_eq!(view(rig.teller.look(&object).await).status, Status::Voided);
}

#[tokio::test]
async fn a_look_is_repeated_through_passing_faults_and_money_is_not() {
    let rig = Rig::start().await;
    let object = rig.teller.hold().await;
    rig.partner.strike("find", Fault::HangUpAfter);
    assert_eq!(view(rig.teller.look(&object).await).status, Status::Authorised);
    let calls = rig.partner.executed().len();
    rig.partner.strike("capture", Fault::StatusBefore(13));
    let lost = rig.teller.capture("opn_c", &object, 1_000).await;
    assert_eq!(lost, Outcome::Unknown(UnknownCause::ServerError));
    assert_eq!(rig.partner.executed().len(), calls + 1, "it was sent once");
}

#[tokio::test]
async fn a_void_by_payment_stops_what_lands_late() {
    let (rig, outcome) = struck(Fault::Late).await;
    assert_eq!(outcome, Outcome::Unknown(UnknownCause::Timeout));
    assert_eq!(view(rig.teller.send("opn_v", Call::VoidReference).await).status, Status::Voided);
    rig.partner.let_in();
    assert_eq!(rig.partner.book(), Book::default());
}

/// Sends an authorisation that must leave within `left`.
async fn sent_by(teller: &Teller, left: Duration) -> Outcome {
    let now = Instant::now();
    let call = Call::Authorise { token: "tok_partner_approve".into(), return_url: None };
    let rendered = teller.render("opn_1", call);
    let window = Window { send_by: now + left, answer_by: now + Duration::from_secs(20) };
    teller.account.send(OperationKind::Authorise, euros(1_000), &rendered, window, Guard::Heeded).await
}

#[tokio::test]
async fn r4_nothing_leaves_once_send_by_has_passed() {
    let rig = Rig::start().await;
    assert_eq!(sent_by(&rig.teller, Duration::ZERO).await, Outcome::NotSent(NotSent::TooLate));
    assert!(rig.partner.executed().is_empty());
}

#[tokio::test]
async fn a_refused_connection_a_name_that_is_none_and_a_handshake_that_hangs_are_not_sent() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // It accepts, and never speaks: no TLS, and no HTTP/2.
    for (base_url, left, why) in [
        (format!("http://127.0.0.1:{port}"), Duration::from_secs(5), NotSent::Connect),
        (format!("https://127.0.0.1:{port}"), Duration::from_secs(5), NotSent::Connect),
        (format!("http://127.0.0.1:{port}"), Duration::from_millis(200), NotSent::TooLate),
        ("https://gateway.invalid".to_owned(), Duration::from_secs(5), NotSent::Connect),
        ("http://127.0.0.1:1".to_owned(), Duration::from_secs(5), NotSent::Connect),
    ] {
        let teller = Teller { account: account_at(&base_url, CREDENTIAL) };
        assert_eq!(sent_by(&teller, left).await, Outcome::NotSent(why), "{base_url}");
    }
}

#[tokio::test]
async fn many_calls_at_once_share_one_connection_and_get_each_their_own_answer() {
    let rig = Rig::start().await;
    let calls = (0..40)
        .map(async |number| rig.teller.authorise(&format!("opn_{number}"), "tok_partner_approve").await);
    let mut objects: Vec<_> = futures::future::join_all(calls)
        .await
        .into_iter()
        .map(|outcome| view(outcome).object.unwrap())
        .collect();
    objects.sort();
    objects.dedup();
    assert_eq!((objects.len(), rig.partner.book().holds), (40, 40));
}
