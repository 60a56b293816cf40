//! Refunds: the answer to one, and the search for one whose answer was lost.
//!
//! A refund tells its own amount and the intent that it belongs to, and nothing else of the intent: the view
//! repeats the amount that was asked about, with the currency that Stripe says.

use super::amounts::money_from_wire;
use super::parse::is_id;
use super::wire::{IntentRef, Page, Refund};
use crate::domain::money::Money;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{Outcome, Status, UnknownCause, View};
use crate::partners::gateway::exchange::printable;

/// What became of one refund.
enum Fate {
    Done(Money),
    Under,
    Failed,
}

fn fate(refund: &Refund, object: &str) -> Option<Fate> {
    let amount = money_from_wire(refund.amount, &refund.currency)?;
    let other = refund.payment_intent.as_ref().map(IntentRef::id).is_some_and(|id| id != object);
    if other || refund.object != "refund" || !is_id(&refund.id) {
        return None;
    }
    match refund.status.as_deref()? {
        "succeeded" => Some(Fate::Done(amount)),
        "pending" | "requires_action" => Some(Fate::Under),
        "failed" | "canceled" => Some(Fate::Failed),
        _ => None,
    }
}

/// The answer to a refund.
pub(super) fn made(refund: &Refund, object: &str, asked: Money) -> Outcome {
    match fate(refund, object) {
        Some(Fate::Done(refunded)) => {
            seen(object, Money::new(asked.minor, refunded.currency), refunded.minor)
        }
        Some(Fate::Under) => Outcome::Unknown(UnknownCause::Processing),
        Some(Fate::Failed) => Outcome::Refused(Refusal {
            code: printable(refund.failure_reason.as_deref().unwrap_or("refund_failed")),
            class: None,
            not_found: false,
            retry_after: None,
        }),
        None => Outcome::Unknown(UnknownCause::Garbage),
    }
}

/// Whether a refund under `key` is among those of the intent.
pub(super) fn listed(page: &Page<Refund>, object: &str, key: &str, asked: Money) -> Outcome {
    let mine = |refund: &&Refund| {
        refund.metadata.as_ref().and_then(|metadata| metadata.get("key")).is_some_and(|found| found == key)
    };
    let mut refunded = Money::zero(asked.currency);
    let mut known = false;
    for refund in page.data.iter().filter(mine) {
        known = true;
        refunded = match fate(refund, object) {
            Some(Fate::Done(amount)) => match refunded.plus(amount) {
                Ok(sum) => sum,
                Err(_) => return Outcome::Unknown(UnknownCause::Garbage),
            },
            Some(Fate::Failed) => refunded,
            Some(Fate::Under) => return Outcome::Unknown(UnknownCause::Processing),
            None => return Outcome::Unknown(UnknownCause::Garbage),
        };
    }
    if page.has_more && !known {
        // It may stand on a further page: that it is absent was not seen.
        return Outcome::Unknown(UnknownCause::NotConclusive);
    }
    seen(object, asked, refunded.minor)
}

/// Only what was captured can be refunded; how much was captured is not told here.
fn seen(object: &str, amount: Money, refunded_minor: i64) -> Outcome {
    Outcome::Definite(View {
        object: Some(object.to_owned()),
        status: Status::Captured,
        amount,
        reference: None,
        capturable_minor: 0,
        captured_minor: refunded_minor,
        refunded_minor: Some(refunded_minor),
        card: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn euros(minor: i64) -> Money {
        Money::new(minor, "EUR".parse().unwrap())
    }

    fn refund(key: &str, status: &str) -> Value {
        json!({"id": "re_1", "object": "refund", "amount": 300, "currency": "eur", "status": status,
               "payment_intent": "pi_1", "metadata": {"key": key}})
    }

    fn look(refunds: &[Value], has_more: bool) -> Outcome {
        let page = json!({"object": "list", "data": refunds, "has_more": has_more});
        listed(&serde_json::from_value(page).unwrap(), "pi_1", "op_1", euros(1_000))
    }

    fn answer(refund: Value) -> Outcome {
        made(&serde_json::from_value(refund).unwrap(), "pi_1", euros(1_000))
    }

    fn refunded(outcome: &Outcome) -> Option<i64> {
        match outcome {
            Outcome::Definite(view) => view.refunded_minor,
            Outcome::NotSent(_) | Outcome::Refused(_) | Outcome::Unknown(_) => None,
        }
    }

    #[test]
    fn a_refund_is_found_by_its_key_among_others() {
        let others = [refund("op_2", "succeeded"), refund("op_1", "succeeded")];
        assert_eq!(refunded(&look(&others, false)), Some(300));
        assert_eq!(refunded(&look(&others[..1], false)), Some(0), "another key's refund is not this one");
        assert_eq!(refunded(&look(&[], false)), Some(0));
    }

    #[test]
    fn a_refund_that_failed_gave_nothing_back() {
        assert_eq!(refunded(&look(&[refund("op_1", "failed")], false)), Some(0));
        assert!(matches!(answer(refund("op_1", "failed")), Outcome::Refused(_)));
    }

    #[test]
    fn a_refund_that_is_under_way_is_unknown() {
        let processing = Outcome::Unknown(UnknownCause::Processing);
        assert_eq!(answer(refund("op_1", "pending")), processing);
        assert_eq!(look(&[refund("op_1", "pending")], false), processing);
    }

    #[test]
    fn absence_is_not_concluded_from_the_first_of_several_pages() {
        assert_eq!(look(&[], true), Outcome::Unknown(UnknownCause::NotConclusive));
    }

    #[test]
    fn a_refund_of_another_intent_is_no_answer() {
        let mut other = refund("op_1", "succeeded");
        other["payment_intent"] = json!({"id": "pi_2"});
        assert_eq!(answer(other), Outcome::Unknown(UnknownCause::Garbage));
    }

    #[test]
    fn a_refund_in_another_currency_shows_it() {
        let mut other = refund("op_1", "succeeded");
        other["currency"] = json!("usd");
        let Outcome::Definite(view) = answer(other) else { panic!("it was refunded") };
        assert_ne!(view.amount.currency, euros(0).currency);
    }
}
