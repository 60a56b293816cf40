//! A notification, in protobuf's JSON mapping, becomes a notice.
//!
//! As the mapping asks, names come in camel case or as the proto writes them, whole numbers as numbers or as text, and
//! enums by name or number. What we do not know is passed over. A told outcome that cannot be understood leaves the hint,
//! which leads to a look.

use serde_json::Value;

use super::answer::refused;
use super::text::is_id;
use super::view::{money, understand};
use crate::domain::ids::OperationId;
use crate::domain::payment::{Hint, Said, Status, Told};
use crate::ports::webhook::{About, Notice};
use crate::proto::partner::v1 as wire;
use crate::proto::partner::v1::notification::Told as Wire;
use crate::proto::partner::v1::view::State;

/// Reads a notification with this id; `None` where it is none.
pub(super) fn read(event: &str, body: &[u8]) -> Option<Notice> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let notification = notification(&json)?;
    let about = about(&notification);
    let told = about.as_ref().and_then(|about| told(&notification, about));
    let hint = hint(notification.change).or_else(|| told.as_ref().map(hinted)).unwrap_or(Hint::Moved);
    Some(Notice { event: event.to_owned(), about, hint: Some(hint), told })
}

fn about(notification: &wire::Notification) -> Option<About> {
    Some(About {
        store: Some(notification.store.parse().ok()?),
        payment: notification.payment.parse().ok()?,
        object: is_id(&notification.object).then(|| notification.object.clone()),
    })
}

fn told(notification: &wire::Notification, about: &About) -> Option<Told> {
    let operation: Option<OperationId> = notification.idempotency_key.parse().ok();
    let said = match notification.told.as_ref()? {
        Wire::Seen(view) => {
            let view = understand(view)?.view;
            let ours = view.reference.as_ref() == Some(&about.payment.to_string());
            let same = about.object.is_none() || view.object.is_none() || about.object == view.object;
            if !ours || !same {
                return None;
            }
            Said::Seen(view)
        }
        Wire::Executed(executed) => {
            // Of which call must be said: it is what ends it.
            operation?;
            let amount = match &executed.amount {
                Some(amount) => Some(money(amount)?),
                None => None,
            };
            Said::Done { amount }
        }
        Wire::Refused(refusal) => {
            operation?;
            Said::Refused(refused(refusal))
        }
    };
    Some(Told { operation, said })
}

fn hint(change: i32) -> Option<Hint> {
    match wire::Change::try_from(change) {
        Ok(wire::Change::Moved) => Some(Hint::Moved),
        Ok(wire::Change::Gone) => Some(Hint::Gone),
        Ok(wire::Change::Held) => Some(Hint::Held),
        Ok(wire::Change::Taken) => Some(Hint::Taken),
        Ok(wire::Change::Unspecified) | Err(_) => None,
    }
}

fn hinted(told: &Told) -> Hint {
    match &told.said {
        Said::Seen(view) => match view.status {
            Status::Authorised => Hint::Held,
            Status::Captured => Hint::Taken,
            Status::Voided | Status::Declined(_) => Hint::Gone,
            Status::Created | Status::ActionNeeded { .. } | Status::Approved | Status::Processing => {
                Hint::Moved
            }
        },
        Said::Done { .. } | Said::Refused(_) => Hint::Moved,
    }
}

fn notification(json: &Value) -> Option<wire::Notification> {
    json.is_object().then_some(())?;
    let told = match (field(json, "seen"), field(json, "executed"), field(json, "refused")) {
        (Some(seen), None, None) => view(seen).map(Wire::Seen),
        (None, Some(executed), None) => {
            Some(Wire::Executed(wire::Executed { amount: field(executed, "amount").map(amount) }))
        }
        (None, None, Some(refusal)) => Some(Wire::Refused(wire::Refusal {
            code: text(refusal, "code"),
            class: number(refusal, "class", |name| Some(wire::DeclineClass::from_str_name(name)? as i32)),
            retry_after: None,
        })),
        _ => None,
    };
    Some(wire::Notification {
        store: text(json, "store"),
        payment: text(json, "payment"),
        object: text(json, "object"),
        change: number(json, "change", |name| Some(wire::Change::from_str_name(name)? as i32)),
        idempotency_key: text(json, "idempotency_key"),
        told,
    })
}

fn view(json: &Value) -> Option<wire::View> {
    let states: Vec<State> = STATES.iter().filter_map(|(name, read)| read(field(json, name)?)).collect();
    let [state] = states.as_slice() else { return None };
    Some(wire::View {
        object: text(json, "object"),
        payment: text(json, "payment"),
        amount: field(json, "amount").map(amount),
        refunded_minor: None,
        card: None,
        state: Some(state.clone()),
    })
}

type ReadState = fn(&Value) -> Option<State>;

/// A view's states, by the names of their fields.
const STATES: [(&str, ReadState); 8] = [
    ("created", |_| Some(State::Created(wire::Created {}))),
    ("action_needed", |json| {
        Some(State::ActionNeeded(wire::ActionNeeded { redirect_url: text(json, "redirect_url") }))
    }),
    ("approved", |_| Some(State::Approved(wire::Approved {}))),
    ("processing", |_| Some(State::Processing(wire::Processing {}))),
    ("authorised", |json| {
        Some(State::Authorised(wire::Authorised { capturable_minor: whole(json, "capturable_minor")? }))
    }),
    ("captured", |json| {
        let (captured_minor, capturable_minor) =
            (whole(json, "captured_minor")?, whole(json, "capturable_minor")?);
        Some(State::Captured(wire::Captured { captured_minor, capturable_minor }))
    }),
    ("voided", |_| Some(State::Voided(wire::Voided {}))),
    ("declined", |json| {
        Some(State::Declined(wire::Declined {
            class: number(json, "class", |name| Some(wire::DeclineClass::from_str_name(name)? as i32)),
            code: text(json, "code"),
            iso_code: text(json, "iso_code"),
            advice_code: text(json, "advice_code"),
            gateway_is_down: false,
        }))
    }),
];

fn amount(json: &Value) -> wire::Money {
    // What is no number is no amount of any currency, and is refused with the rest.
    let minor_units = whole(json, "minor_units").unwrap_or(-1);
    wire::Money { currency_code: text(json, "currency_code"), minor_units }
}

/// A field by its name in the proto, or in camel case; `null` is its absence.
fn field<'a>(json: &'a Value, name: &str) -> Option<&'a Value> {
    let mut parts = name.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (first, rest) = part.split_at(1);
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    json.get(&camel).or_else(|| json.get(name)).filter(|value| !value.is_null())
}

fn text(json: &Value, name: &str) -> String {
    field(json, name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A whole number, nought where it is left out; `None` where it is something else.
fn whole(json: &Value, name: &str) -> Option<i64> {
    match field(json, name) {
        None => Some(0),
        Some(Value::String(digits)) => digits.parse().ok(),
        Some(value) => value.as_i64(),
    }
}

/// An enum's number; what is no such thing is a number that no version knows.
fn number(json: &Value, name: &str, by_name: fn(&str) -> Option<i32>) -> i32 {
    match field(json, name) {
        None => 0,
        Some(Value::String(name)) => by_name(name).unwrap_or(-1),
        Some(value) => value.as_i64().and_then(|number| i32::try_from(number).ok()).unwrap_or(-1),
    }
}
