//! How a payment came to be what it is, for operators.

use jiff::Timestamp;

use super::money::amount;
use super::{payment, time};
use crate::app::Versioned;
use crate::domain::money::Money;
use crate::domain::payment::attempt::VoidReason;
use crate::domain::payment::gate::{self, Closed, Gate};
use crate::domain::payment::operation::{Probe, Rung};
use crate::domain::payment::{
    Attempt, AttemptState, Books, NotSent, Operation, OperationState, Payment, UnknownCause,
};
use crate::domain::placement::Placement;
use crate::grpc::names;
use crate::proto::cashwrap::v1;

mod routing;
mod scheme;

/// Everything that a payment knows of itself.
pub fn explanation(
    held: &Versioned<Payment>,
    placement: Option<&Placement>,
    books: &Books,
    now: Timestamp,
) -> v1::ExplainPaymentResponse {
    let row = &held.row;
    v1::ExplainPaymentResponse {
        payment: Some(payment::payment(held)),
        placement: Some(v1::PlacementExplanation {
            id: row.placement.to_string(),
            state: placement.map(|row| row.state.as_str().to_owned()).unwrap_or_default(),
            wish: placement.map(|row| row.wish.as_str().to_owned()).unwrap_or_default(),
            claim_time: Some(time::timestamp(row.claimed_at)),
            place_by_time: Some(time::timestamp(row.place_by)),
            complete_by_time: placement.map(|row| time::timestamp(row.complete_by)),
        }),
        candidates: row
            .routes
            .iter()
            .map(|account| v1::Candidate {
                partner_account: account.to_string(),
                has_token: row.token(account).is_some(),
            })
            .collect(),
        skipped_accounts: row
            .skipped
            .iter()
            .map(|skipped| v1::SkippedAccount {
                partner_account: skipped.account.to_string(),
                reason: not_sent(skipped.reason).to_owned(),
                time: Some(time::timestamp(skipped.at)),
            })
            .collect(),
        attempts: (0..row.attempts.len()).filter_map(|place| attempt(row, place, books, now)).collect(),
        scheme: scheme::scheme(row, books, now),
        routing: row.routing.as_ref().map(|routed| routing::routing(row, routed)),
    }
}

/// A payment whose outcome is not known, by the attempt that keeps it so.
pub fn unresolved(held: &Versioned<Payment>) -> v1::UnresolvedPayment {
    let row = &held.row;
    let open = |attempt: &&Attempt| {
        attempt.needs_review || attempt.outstanding().is_some() || attempt.state == AttemptState::Unknown
    };
    let attempt = row.attempts.iter().find(open);
    let outstanding = attempt.and_then(Attempt::outstanding);
    let probe = outstanding.and_then(|operation| operation.probe.as_ref());
    let needs_review = row.needs_review();
    let asked = outstanding.map_or(row.amount.minor, |operation| operation.amount_minor);
    v1::UnresolvedPayment {
        payment: names::of_payment(&row.store, row.id),
        attempt_id: attempt.map(|attempt| attempt.id.to_string()).unwrap_or_default(),
        partner_account: attempt.map(|attempt| attempt.account.to_string()).unwrap_or_default(),
        attempt_state: attempt.map(|attempt| attempt.state.as_str().to_owned()).unwrap_or_default(),
        amount: Some(amount(Money::new(asked, row.amount.currency))),
        unresolved_time: probe.map(|probe| time::timestamp(probe.since)),
        next_check_time: probe.filter(|_| !needs_review).map(|probe| time::timestamp(probe.next_at)),
        needs_review,
    }
}

fn attempt(payment: &Payment, place: usize, books: &Books, now: Timestamp) -> Option<v1::AttemptExplanation> {
    let attempt = payment.attempts.get(place)?;
    let money = |minor: i64| Some(amount(Money::new(minor, payment.amount.currency)));
    let (class, code) = match &attempt.state {
        AttemptState::Declined(decline) => (decline.class.as_str(), decline.code.as_str()),
        _ => ("", ""),
    };
    let unsent = match attempt.state {
        AttemptState::NotSent(reason) => not_sent(reason),
        _ => "",
    };
    Some(v1::AttemptExplanation {
        id: attempt.id.to_string(),
        partner_account: attempt.account.to_string(),
        state: attempt.state.as_str().to_owned(),
        gateway_reference: attempt.object.clone().unwrap_or_default(),
        decline_class: class.to_owned(),
        decline_code: code.to_owned(),
        not_sent_reason: unsent.to_owned(),
        void_reason: attempt.void_reason.map(void_reason).unwrap_or_default().to_owned(),
        failover_decision: failover(payment, place, books, now).to_owned(),
        needs_review: attempt.needs_review,
        captured_amount: money(attempt.captured_minor),
        refunded_amount: money(attempt.refunded_minor),
        operations: attempt.operations.iter().map(|each| operation(each, payment)).collect(),
        create_time: time::made(attempt.id.0),
        passed_over: routing::passed_over(payment, place),
    })
}

/// Whether another account took over after this attempt; for the last one, what the gate said when it ended, or
/// says of one that is live.
fn failover(payment: &Payment, place: usize, books: &Books, now: Timestamp) -> &'static str {
    if place.saturating_add(1) < payment.attempts.len() {
        return "FAILED_OVER";
    }
    let Some(attempt) = payment.attempts.get(place) else { return "" };
    // What the card's books say is no part of the attempt; after `place_by` they were asked no more.
    let limited = || books.forbids(payment, now.min(payment.place_by)).is_some();
    let said = attempt.failover.or_else(|| gate::after_last(payment, false, false)).unwrap_or(Gate::Open);
    match said {
        Gate::Open if limited() => "SCHEME",
        Gate::Open => "OPEN",
        Gate::Closed(Closed::Live) => "LIVE",
        Gate::Closed(Closed::TooLate) => "TOO_LATE",
        Gate::Closed(Closed::Scheme) => "SCHEME",
        Gate::Closed(Closed::Decline) => "DECLINE",
        Gate::Closed(Closed::Once) => "ONCE",
        Gate::Closed(Closed::AbsentByLookup) => "ABSENT_BY_LOOKUP",
        Gate::Closed(Closed::GivenUp) => "GIVEN_UP",
    }
}

fn operation(operation: &Operation, payment: &Payment) -> v1::OperationExplanation {
    let cause = match operation.state {
        OperationState::Unknown(cause) => unknown(cause),
        _ => "",
    };
    v1::OperationExplanation {
        id: operation.id.to_string(),
        kind: operation.kind.as_str().to_owned(),
        state: operation.state.as_str().to_owned(),
        amount: Some(amount(Money::new(operation.amount_minor, payment.amount.currency))),
        idempotency_key: operation.idempotency_key(),
        unknown_cause: cause.to_owned(),
        code: operation.code.clone().unwrap_or_default(),
        tries: count(operation.tries),
        create_time: time::made(operation.id.0),
        due_time: Some(time::timestamp(operation.due_at)),
        send_by_time: operation.send_by.map(time::timestamp),
        ladder: operation.probe.as_ref().map(ladder),
    }
}

fn ladder(probe: &Probe) -> v1::Ladder {
    let rung = match probe.rung {
        Rung::Look => "look",
        Rung::Replay => "replay",
        Rung::Void => "void",
    };
    v1::Ladder {
        unknown_time: Some(time::timestamp(probe.since)),
        rung: rung.to_owned(),
        rounds: count(probe.rounds),
        next_time: Some(time::timestamp(probe.next_at)),
        replays: count(probe.replays),
        replay_failed: probe.replay_failed,
        seen_absent_time: probe.seen_absent_at.map(time::timestamp),
    }
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Why nothing was sent, in UPPER_SNAKE.
pub const fn not_sent(reason: NotSent) -> &'static str {
    match reason {
        NotSent::BreakerOpen => "BREAKER_OPEN",
        NotSent::Drained => "DRAINED",
        NotSent::ForcedOpen => "FORCED_OPEN",
        NotSent::Saturated => "SATURATED",
        NotSent::TooLate => "TOO_LATE",
        NotSent::Connect => "CONNECT",
        NotSent::RateLimited => "RATE_LIMITED",
        NotSent::Credentials => "CREDENTIALS",
        NotSent::Unconfirmed => "UNCONFIRMED",
        NotSent::AmountNotTaken => "AMOUNT_NOT_TAKEN",
    }
}

const fn unknown(cause: UnknownCause) -> &'static str {
    match cause {
        UnknownCause::Timeout => "TIMEOUT",
        UnknownCause::Reset => "RESET",
        UnknownCause::ServerError => "SERVER_ERROR",
        UnknownCause::Garbage => "GARBAGE",
        UnknownCause::InProgress => "IN_PROGRESS",
        UnknownCause::Crashed => "CRASHED",
        UnknownCause::Processing => "PROCESSING",
        UnknownCause::NotConclusive => "NOT_CONCLUSIVE",
    }
}

const fn void_reason(reason: VoidReason) -> &'static str {
    match reason {
        VoidReason::Resolve => "RESOLVE",
        VoidReason::Mismatch => "MISMATCH",
        VoidReason::ActionExpired => "ACTION_EXPIRED",
        VoidReason::Release => "RELEASE",
        VoidReason::Late => "LATE",
    }
}
