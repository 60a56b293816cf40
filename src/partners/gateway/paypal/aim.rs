//! Where a capture, void or refund goes: at what the order shows. Pure, and the same for the same order.
//!
//! An order that shows the operation's own capture or refund already is the answer: the operation's id stands on both, and
//! outlives PayPal's memory of the request's id. A refund goes to one capture, and the same operation to the same one as
//! long as the order shows what it did.

use super::order::{Fate, Movement, Seen};
use super::parse::{captured, refunded, voided};
use super::render::{Request, Verb};
use crate::domain::money::Money;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{Outcome, Status, UnknownCause};

/// What a request comes to, over the order as it is.
pub(super) enum Aim {
    /// It goes there.
    At(String),
    /// The order tells the answer, and nothing is sent.
    Answered(Outcome),
}

/// Aims a request at what the order shows; `asked` is the payment's whole amount.
pub(super) fn aim(request: &Request, seen: &Seen, asked: Money) -> Aim {
    let own =
        |among: &[Movement]| among.iter().find(|each| each.key.as_deref() == Some(&request.key)).cloned();
    match request.verb {
        Verb::Capture => match (own(&seen.captures), &seen.authorization) {
            (Some(own), _) => Aim::Answered(captured(&own, seen)),
            (None, Some(id)) => Aim::At(format!("/v2/payments/authorizations/{id}/capture")),
            (None, None) => refused("NOT_AUTHORIZED"),
        },
        Verb::Void => void(seen),
        Verb::Refund => match own(&seen.refunds) {
            Some(own) => Aim::Answered(refunded(&own, seen.view.object.as_deref(), asked)),
            None => refund(request, seen),
        },
        // These go by the order's own id.
        Verb::Create | Verb::Authorize => refused("NOT_AIMED"),
    }
}

fn void(seen: &Seen) -> Aim {
    match (&seen.view.status, &seen.authorization) {
        (Status::Authorised | Status::Processing, Some(id)) if seen.captures.iter().all(failed) => {
            Aim::At(format!("/v2/payments/authorizations/{id}/void"))
        }
        (Status::Voided | Status::Declined(_) | Status::Captured, _) => {
            Aim::Answered(Outcome::Definite(seen.view.clone()))
        }
        // Nothing was asked for, and PayPal has no way to cancel an order: it lapses by itself, and holds nothing meanwhile.
        (Status::Created | Status::ActionNeeded { .. } | Status::Approved, _) => Aim::Answered(voided(seen)),
        (Status::Authorised | Status::Processing, _) => {
            Aim::Answered(Outcome::Unknown(UnknownCause::Processing))
        }
    }
}

fn failed(movement: &Movement) -> bool {
    matches!(movement.fate, Fate::Failed(_))
}

/// A refund is of one capture: the first that has enough left.
fn refund(request: &Request, seen: &Seen) -> Aim {
    let wanted = request.amount_minor.unwrap_or(i64::MAX);
    let taken: Vec<&Movement> = seen.captures.iter().filter(|capture| !failed(capture)).collect();
    let back = |id: &str| {
        let of = |refund: &&Movement| refund.of.as_deref() == Some(id) && !failed(refund);
        seen.refunds.iter().filter(of).map(|refund| refund.amount.minor).fold(0_i64, i64::saturating_add)
    };
    let chosen = match taken.as_slice() {
        [] => return refused("NOT_CAPTURED"),
        // Whether enough is left is PayPal's to say.
        [only] => Some(*only),
        several => several
            .iter()
            .find(|capture| capture.amount.minor.saturating_sub(back(&capture.id)) >= wanted)
            .copied(),
    };
    match chosen {
        Some(capture) => Aim::At(format!("/v2/payments/captures/{}/refund", capture.id)),
        None => refused("REFUND_SPANS_CAPTURES"),
    }
}

/// Nothing was sent, and no other try fares better while the order is as it is.
fn refused(code: &str) -> Aim {
    Aim::Answered(Outcome::Refused(Refusal {
        code: code.to_owned(),
        class: None,
        not_found: false,
        retry_after: None,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::partners::gateway::paypal::order::understand;

    fn euros(minor: i64) -> Money {
        Money::new(minor, "EUR".parse().unwrap())
    }

    fn amount(value: &str) -> Value {
        json!({"currency_code": "EUR", "value": value})
    }

    fn capture(id: &str, value: &str, key: &str) -> Value {
        json!({"id": id, "status": "COMPLETED", "amount": amount(value), "invoice_id": key})
    }

    fn refund(of: &str, value: &str, key: &str, status: &str) -> Value {
        let href = format!("https://api-m.paypal.com/v2/payments/captures/{of}");
        json!({"id": "REFUND1", "status": status, "amount": amount(value), "custom_id": key,
               "links": [{"rel": "up", "href": href}]})
    }

    fn seen(status: &str, held: Option<&str>, captures: Value, refunds: Value) -> Seen {
        let held: Vec<Value> = held
            .map(|status| json!({"id": "AUTH1", "status": status, "amount": amount("10.00")}))
            .into_iter()
            .collect();
        let order = json!({"id": "ORDER1", "status": status, "purchase_units": [{
            "amount": amount("10.00"), "custom_id": "pay_1",
            "payments": {"authorizations": held, "captures": captures, "refunds": refunds},
        }]});
        understand(&serde_json::from_value(order).unwrap()).unwrap_or_else(|why| panic!("{why:?}"))
    }

    fn asked(verb: Verb, seen: &Seen, minor: i64) -> Aim {
        let request = Request {
            verb,
            order: Some("ORDER1".into()),
            body: "{}".into(),
            key: "op_1".into(),
            amount_minor: Some(minor),
        };
        aim(&request, seen, euros(1_000))
    }

    #[track_caller]
    fn at(aim: Aim) -> String {
        match aim {
            Aim::At(path) => path,
            Aim::Answered(outcome) => panic!("{outcome:?}"),
        }
    }

    #[track_caller]
    fn answered(aim: Aim) -> Outcome {
        match aim {
            Aim::Answered(outcome) => outcome,
            Aim::At(path) => panic!("{path}"),
        }
    }

    #[test]
    fn a_capture_and_a_void_go_to_the_authorisation() {
        let held = seen("COMPLETED", Some("CREATED"), json!([]), json!([]));
        assert_eq!(at(asked(Verb::Capture, &held, 1_000)), "/v2/payments/authorizations/AUTH1/capture");
        assert_eq!(at(asked(Verb::Void, &held, 1_000)), "/v2/payments/authorizations/AUTH1/void");
    }

    #[test]
    fn a_capture_that_the_order_shows_is_not_asked_for_again() {
        let taken = seen("COMPLETED", Some("CAPTURED"), json!([capture("CAP1", "7.00", "op_1")]), json!([]));
        let Outcome::Definite(view) = answered(asked(Verb::Capture, &taken, 700)) else { panic!("not told") };
        assert_eq!((view.status, view.captured_minor), (Status::Captured, 700));
        let others = seen("COMPLETED", Some("CAPTURED"), json!([capture("CAP1", "7.00", "op_9")]), json!([]));
        at(asked(Verb::Capture, &others, 700));
    }

    #[test]
    fn an_order_that_was_never_authorised_is_voided_by_nobody_and_holds_nothing() {
        for status in ["CREATED", "APPROVED"] {
            let order = seen(status, None, json!([]), json!([]));
            let Outcome::Definite(view) = answered(asked(Verb::Void, &order, 1_000)) else {
                panic!("{status}")
            };
            assert_eq!((view.status, view.capturable_minor), (Status::Voided, 0), "{status}");
            assert!(matches!(answered(asked(Verb::Capture, &order, 1)), Outcome::Refused(_)));
            assert!(matches!(answered(asked(Verb::Refund, &order, 1)), Outcome::Refused(_)));
        }
    }

    #[test]
    fn what_ended_otherwise_answers_a_void_as_it_is() {
        for (held, expected) in [("VOIDED", Status::Voided), ("EXPIRED", Status::Voided)] {
            let order = seen("COMPLETED", Some(held), json!([]), json!([]));
            let Outcome::Definite(view) = answered(asked(Verb::Void, &order, 1)) else { panic!("{held}") };
            assert_eq!(view.status, expected);
        }
        let taken = seen("COMPLETED", Some("CAPTURED"), json!([capture("CAP1", "10.00", "x")]), json!([]));
        let Outcome::Definite(view) = answered(asked(Verb::Void, &taken, 1)) else { panic!("not told") };
        assert_eq!(view.status, Status::Captured);
    }

    #[test]
    fn a_refund_goes_to_the_one_capture_or_to_the_first_that_has_enough_left() {
        let one = seen("COMPLETED", Some("CAPTURED"), json!([capture("CAP1", "10.00", "x")]), json!([]));
        assert_eq!(at(asked(Verb::Refund, &one, 2_000)), "/v2/payments/captures/CAP1/refund");
        let captures = json!([capture("CAP1", "4.00", "x"), capture("CAP2", "6.00", "y")]);
        let refunds = json!([refund("CAP1", "1.50", "z", "COMPLETED")]);
        let two = seen("COMPLETED", Some("CAPTURED"), captures, refunds);
        for (minor, goes_to) in [(250, "CAP1"), (251, "CAP2"), (600, "CAP2")] {
            let path = at(asked(Verb::Refund, &two, minor));
            assert_eq!(path, format!("/v2/payments/captures/{goes_to}/refund"), "{minor}");
        }
        let Outcome::Refused(refusal) = answered(asked(Verb::Refund, &two, 601)) else { panic!("aimed") };
        assert_eq!(refusal.code, "REFUND_SPANS_CAPTURES");
    }

    #[test]
    fn a_refund_that_the_order_shows_is_not_asked_for_again() {
        for (status, refunded) in [("COMPLETED", Some(300)), ("PENDING", None), ("FAILED", None)] {
            let refunds = json!([refund("CAP1", "3.00", "op_1", status)]);
            let back = seen("COMPLETED", Some("CAPTURED"), json!([capture("CAP1", "10.00", "x")]), refunds);
            match (answered(asked(Verb::Refund, &back, 300)), status) {
                (Outcome::Definite(view), _) => assert_eq!(view.refunded_minor, refunded, "{status}"),
                (Outcome::Unknown(UnknownCause::Processing), "PENDING") | (Outcome::Refused(_), "FAILED") => {
                }
                (other, _) => panic!("{status}: {other:?}"),
            }
        }
    }
}
