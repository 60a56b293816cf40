//! A unit of work as the one JSON value that `cashwrap_commit_v1` takes.
//!
//! The names here and in the migrations are one format. A pod of the previous version still calls its own
//! version of the function, so a change of meaning is a new function.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::super::columns::{clash_within, columns_of};
use crate::ports::document::{Columns, Document};
use crate::ports::store::{
    CounterChange, CounterMove, ReplyWrite, TimerChange, TimerWrite, UnitOfWork, Write,
};

/// A hundred years, in microseconds: the longest life or lease, so that the database's calendar holds it.
const LONGEST_US: u64 = 100 * 365 * 24 * 3600 * 1_000_000;

/// `duration` in microseconds, as the database counts.
pub(super) fn micros(duration: Duration) -> i64 {
    let bounded = u64::try_from(duration.as_micros()).unwrap_or(LONGEST_US).min(LONGEST_US);
    i64::try_from(bounded).unwrap_or(i64::MAX)
}

/// The unit as JSON, or what is wrong with it: a document that is not JSON is a bug of ours.
pub(super) fn envelope(unit: &UnitOfWork<Document>) -> Result<Value, serde_json::Error> {
    let writes: Result<Vec<Value>, _> = unit.writes.iter().enumerate().map(write_json).collect();
    let events: Vec<Value> = unit.writes.iter().flat_map(event_json).collect();
    let columns = |wanted: fn(&Columns) -> Option<Value>| -> Vec<Value> {
        let all = columns_of(unit).into_iter();
        all.filter_map(|(at, columns)| {
            let mut value = wanted(columns)?;
            value["write_at"] = at.into();
            Some(value)
        })
        .collect()
    };
    let mut counters: Vec<&CounterMove> = unit.counters.iter().collect();
    counters.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(json!({
        "id": unit.id.0,
        "store": unit.store.as_str(),
        "fence": unit.fence.as_ref().map(|fence| json!({
            "kind": fence.key.kind.as_str(), "id": fence.key.id, "fence": fence.fence,
        })),
        "writes": writes?,
        "events": events,
        "attempts": columns(attempt_json),
        "operations": columns(operation_json),
        "orders": columns(order_json),
        "placements": columns(placement_json),
        "clash": clash_within(unit),
        "counters": counters.into_iter().map(counter_json).collect::<Vec<_>>(),
        "reply": unit.reply.as_ref().map(reply_json),
        "timers": unit.timers.iter().map(|timer| timer_json(unit, timer)).collect::<Vec<_>>(),
    }))
}

fn write_json((at, write): (usize, &Write<Document>)) -> Result<Value, serde_json::Error> {
    let document = &write.row;
    let links: Vec<Value> = document.links.iter().map(|(kind, id)| json!([kind.as_str(), id])).collect();
    let personal: Option<Value> = document.personal.as_deref().map(serde_json::from_str).transpose()?;
    Ok(json!({
        "write_at": at,
        "kind": write.key.kind.as_str(),
        "id": write.key.id,
        "expected": write.expected,
        "emitted": write.events.len(),
        "label": document.label,
        "links": links,
        "document": serde_json::from_str::<Value>(&document.text)?,
        "personal": personal,
        "void_at": document.void_at.map(|time| time.to_string()),
    }))
}

fn event_json(write: &Write<Document>) -> Vec<Value> {
    let numbered = (1_u64..).zip(&write.events);
    numbered
        .map(|(nth, event)| {
            json!({
                "kind": write.key.kind.as_str(),
                "id": write.key.id,
                "nth": nth,
                "type": event.kind,
                "data": event.data,
            })
        })
        .collect()
}

fn attempt_json(columns: &Columns) -> Option<Value> {
    let Columns::Attempt(attempt) = columns else { return None };
    Some(json!({
        "id": attempt.id, "payment": attempt.payment, "tender": attempt.tender, "account": attempt.account,
        "state": attempt.state, "live": attempt.live, "amount_minor": attempt.amount_minor,
        "currency": attempt.currency, "object": attempt.object,
    }))
}

fn operation_json(columns: &Columns) -> Option<Value> {
    let Columns::Operation(operation) = columns else { return None };
    Some(json!({
        "id": operation.id, "attempt": operation.attempt, "kind": operation.kind, "state": operation.state,
        "amount_minor": operation.amount_minor, "currency": operation.currency,
        "reference": operation.reference, "idempotency_key": operation.idempotency_key,
        "send_by": operation.send_by.map(|time| time.to_string()),
    }))
}

fn order_json(columns: &Columns) -> Option<Value> {
    let Columns::Order(order) = columns else { return None };
    Some(json!({
        "id": order.id, "checkout": order.checkout, "cart": order.cart, "total_minor": order.total_minor,
        "currency": order.currency, "state": order.state, "payment_state": order.payment_state,
        "placed_at": order.placed_at.to_string(),
    }))
}

fn placement_json(columns: &Columns) -> Option<Value> {
    let Columns::Placement(placement) = columns else { return None };
    Some(json!({
        "id": placement.id, "checkout": placement.checkout, "cart": placement.cart,
        "state": placement.state, "live": placement.live,
    }))
}

fn counter_json(counter: &CounterMove) -> Value {
    let (op, quantity) = match counter.change {
        CounterChange::Hold(quantity) => ("hold", quantity),
        CounterChange::Consume(quantity) => ("consume", quantity),
        CounterChange::Release(quantity) => ("release", quantity),
        CounterChange::Limit(quantity) => ("limit", quantity),
    };
    json!({ "name": counter.name, "op": op, "quantity": quantity })
}

fn reply_json(write: &ReplyWrite) -> Value {
    let key = write.key();
    let mut value = json!({ "method": key.method, "request_id": key.request_id });
    match write {
        ReplyWrite::Claim { reply, keep, .. } => {
            value["op"] = "claim".into();
            value["fingerprint"] = BASE64.encode(reply.fingerprint).into();
            value["subject_kind"] = reply.subject.as_ref().map(|subject| subject.kind.as_str()).into();
            value["subject_id"] = reply.subject.as_ref().map(|subject| subject.id.as_str()).into();
            value["body"] = reply.body.as_ref().map(|body| BASE64.encode(body)).into();
            value["keep_us"] = micros(*keep).into();
        }
        ReplyWrite::Finish { body, .. } => {
            value["op"] = "finish".into();
            value["body"] = BASE64.encode(body).into();
        }
        ReplyWrite::Release { .. } => value["op"] = "release".into(),
    }
    value
}

fn timer_json(unit: &UnitOfWork<Document>, TimerWrite { key, change }: &TimerWrite) -> Value {
    let own = unit.fence.as_ref().is_some_and(|fence| fence.key == *key);
    let mut value = json!({ "kind": key.kind.as_str(), "id": key.id, "own": own });
    match change {
        TimerChange::Lease { worker, lease } => {
            value["op"] = "lease".into();
            value["worker"] = json!(worker.0);
            value["span_us"] = micros(*lease).into();
        }
        TimerChange::Due(after) => {
            value["op"] = "due".into();
            value["span_us"] = micros(*after).into();
        }
        TimerChange::Clear => value["op"] = "clear".into(),
    }
    value
}
