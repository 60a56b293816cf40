//! Messages as an honest partner answers, and as none should.

use prost::Message as _;

use super::answer::{Question, meaning, read};
use crate::domain::money::Money;
use crate::domain::payment::{DeclineClass, NotSent, OperationKind, Outcome, Status, UnknownCause, View};
use crate::proto::partner::v1 as wire;
use crate::proto::partner::v1::outcome::Outcome as Told;
use crate::proto::partner::v1::view::State;

const GARBAGE: Outcome = Outcome::Unknown(UnknownCause::Garbage);

fn bytes(told: Told) -> Vec<u8> {
    let outcome = Some(wire::Outcome { outcome: Some(told) });
    wire::ExecuteResponse { outcome }.encode_to_vec()
}

fn euros(minor_units: i64) -> wire::Money {
    wire::Money { currency_code: "EUR".into(), minor_units }
}

fn view(state: State) -> wire::View {
    wire::View {
        object: "p_1".into(),
        payment: "pay_1".into(),
        amount: Some(euros(1_000)),
        state: Some(state),
        ..wire::View::default()
    }
}

fn held() -> State {
    State::Authorised(wire::Authorised { capturable_minor: 1_000 })
}

fn authorised(view: wire::View) -> Outcome {
    meaning(OperationKind::Authorise, None, &bytes(Told::View(view)))
}

#[track_caller]
fn definite(outcome: Outcome) -> View {
    match outcome {
        Outcome::Definite(view) => view,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_authorisation_is_told_as_it_is() {
    let told = definite(authorised(view(held())));
    assert_eq!(told.object.as_deref(), Some("p_1"));
    assert_eq!((told.status, told.capturable_minor, told.captured_minor), (Status::Authorised, 1_000, 0));
    assert_eq!(told.amount, Money::new(1_000, "EUR".parse().unwrap()));
    assert_eq!(told.reference.as_deref(), Some("pay_1"));
}

#[test]
fn another_amount_currency_or_payment_is_passed_on_for_the_machine_to_void() {
    let other = wire::View { amount: Some(euros(1_001)), payment: "pay_2".into(), ..view(held()) };
    let told = definite(authorised(other));
    assert_eq!((told.amount.minor, told.reference.as_deref()), (1_001, Some("pay_2")));
    let dollars = wire::Money { currency_code: "USD".into(), minor_units: 1_000 };
    let told = definite(authorised(wire::View { amount: Some(dollars), ..view(held()) }));
    assert_eq!(told.amount.currency.code(), "USD");
}

#[test]
fn what_has_no_one_meaning_is_garbage() {
    let negative = State::Authorised(wire::Authorised { capturable_minor: -1 });
    let endless = State::Authorised(wire::Authorised { capturable_minor: i64::MAX });
    let nowhere = |url: &str| State::ActionNeeded(wire::ActionNeeded { redirect_url: url.into() });
    let unknown_currency = wire::Money { currency_code: "EURO".into(), minor_units: 1 };
    for (what, wrong) in [
        ("no state", wire::View { state: None, ..view(held()) }),
        ("no amount", wire::View { amount: None, ..view(held()) }),
        ("no currency", wire::View { amount: Some(unknown_currency), ..view(held()) }),
        ("a negative amount", wire::View { amount: Some(euros(-1)), ..view(held()) }),
        ("a negative hold", view(negative)),
        ("a hold beyond all bounds", view(endless)),
        ("no payment", wire::View { payment: String::new(), ..view(held()) }),
        ("no object", wire::View { object: String::new(), ..view(held()) }),
        ("a long object", wire::View { object: "x".repeat(256), ..view(held()) }),
        ("an object of two lines", wire::View { object: "a\nb".into(), ..view(held()) }),
        ("a script", view(nowhere("javascript:alert(1)"))),
        ("nowhere", view(nowhere(""))),
        ("a long way", view(nowhere(&format!("https://a.example/{}", "x".repeat(5_000))))),
    ] {
        assert_eq!(authorised(wrong), GARBAGE, "{what}");
    }
    let empty = wire::ExecuteResponse { outcome: Some(wire::Outcome { outcome: None }) }.encode_to_vec();
    for bytes in [&b""[..], b"\xff\xff\xff", b"<html>", &empty] {
        assert_eq!(meaning(OperationKind::Authorise, None, bytes), GARBAGE, "{bytes:?}");
    }
}

#[test]
fn an_answer_about_another_object_is_no_answer() {
    let answer = bytes(Told::View(view(held())));
    for kind in [OperationKind::Confirm, OperationKind::Capture, OperationKind::Void] {
        assert_eq!(meaning(kind, Some("p_2"), &answer), GARBAGE, "{kind:?}");
        assert_eq!(definite(meaning(kind, Some("p_1"), &answer)).object.as_deref(), Some("p_1"));
    }
    let asked = |question| read(question, &answer).outcome;
    assert_eq!(asked(Question::Object { object: "p_2" }), GARBAGE);
    assert_eq!(asked(Question::Payment { payment: "pay_2" }), GARBAGE);
    assert!(matches!(asked(Question::Payment { payment: "pay_1" }), Outcome::Definite(_)));
}

#[test]
fn a_refund_is_told_by_its_own_amount_and_by_nothing_else() {
    let captured = State::Captured(wire::Captured { captured_minor: 1_000, capturable_minor: 0 });
    let silent = bytes(Told::View(view(captured.clone())));
    let speaking = bytes(Told::View(wire::View { refunded_minor: Some(300), ..view(captured) }));
    assert_eq!(meaning(OperationKind::Refund, Some("p_1"), &silent), GARBAGE);
    let told = definite(meaning(OperationKind::Refund, Some("p_1"), &speaking));
    assert_eq!(told.refunded_minor, Some(300));
    let told = definite(meaning(OperationKind::Capture, Some("p_1"), &speaking));
    assert_eq!(told.refunded_minor, None, "nobody asked for a refund");
    let amount = Money::new(1_000, "EUR".parse().unwrap());
    let absent = read(Question::Refund { object: "p_1", amount }, &bytes(Told::NotFound(wire::NotFound {})));
    assert_eq!(definite(absent.outcome).refunded_minor, Some(0));
}

#[test]
fn what_is_to_be_made_cannot_be_missing() {
    let missing = bytes(Told::NotFound(wire::NotFound {}));
    assert_eq!(meaning(OperationKind::Authorise, None, &missing), GARBAGE);
    assert_eq!(meaning(OperationKind::Void, None, &missing), GARBAGE);
    let Outcome::Refused(refusal) = meaning(OperationKind::Capture, Some("p_1"), &missing) else {
        panic!("not refused");
    };
    assert!(refusal.not_found);
}

#[test]
fn nothing_was_executed_only_for_a_reason_that_is_known() {
    use wire::not_executed::Reason;
    let told = |reason: i32| {
        let why = wire::NotExecuted { reason, retry_after: None };
        meaning(OperationKind::Authorise, None, &bytes(Told::NotExecuted(why)))
    };
    for (reason, expected) in [
        (Reason::RateLimited, NotSent::RateLimited),
        (Reason::Busy, NotSent::Saturated),
        (Reason::Unreachable, NotSent::Connect),
        (Reason::Credentials, NotSent::Credentials),
        (Reason::TooLate, NotSent::TooLate),
        (Reason::AmountNotTaken, NotSent::AmountNotTaken),
    ] {
        assert_eq!(told(reason.into()), Outcome::NotSent(expected));
    }
    for unknown in [0, 7, -1] {
        assert_eq!(told(unknown), GARBAGE, "{unknown}");
    }
}

#[test]
fn a_decline_tells_its_class_and_whether_the_gateway_is_down() {
    let declined = wire::Declined {
        class: wire::DeclineClass::SystemMalfunction.into(),
        code: "processor_down".into(),
        gateway_is_down: true,
        ..wire::Declined::default()
    };
    let answer = bytes(Told::View(wire::View { object: String::new(), ..view(State::Declined(declined)) }));
    let reply = read(Question::Execute { kind: OperationKind::Authorise, object: None }, &answer);
    assert!(reply.processor_unavailable);
    let told = definite(reply.outcome);
    assert_eq!(told.object, None);
    assert!(
        matches!(told.status, Status::Declined(decline) if decline.class == DeclineClass::SystemMalfunction)
    );
}

#[test]
fn what_is_not_known_is_told_by_its_cause() {
    let told = |cause: i32| {
        meaning(OperationKind::Capture, Some("p_1"), &bytes(Told::Unknown(wire::Unknown { cause })))
    };
    for (cause, expected) in [
        (0, UnknownCause::NotConclusive),
        (1, UnknownCause::Processing),
        (2, UnknownCause::InProgress),
        (3, UnknownCause::Timeout),
        (4, UnknownCause::ServerError),
        (5, UnknownCause::NotConclusive),
    ] {
        assert_eq!(told(cause), Outcome::Unknown(expected), "{cause}");
    }
}
