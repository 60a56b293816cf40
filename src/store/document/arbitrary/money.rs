//! Arbitrary payments and failures.

use std::time::Duration;

use super::Tape;
use crate::domain::flow::{EvaluationError, Routed, RoutingStep, RuleVerdict};
use crate::domain::ids::{AttemptId, CheckoutId, OperationId, OrderId, PaymentId, PlacementId};
use crate::domain::payment::aggregate::{Failure, Skipped};
use crate::domain::payment::attempt::AfterAction;
use crate::domain::payment::gate::{Closed, Gate};
use crate::domain::payment::operation::Probe;
use crate::domain::payment::{
    Attempt, AttemptState, Decline, Hinted, Instrument, Operation, OperationState, Payment,
};

fn decline(tape: &mut Tape) -> Decline {
    Decline { class: tape.word(), code: tape.text(), advice: tape.option(super::cards::advice) }
}

pub fn failure(tape: &mut Tape) -> Failure {
    match tape.byte() % 8 {
        0 => Failure::Absent,
        1 => Failure::Declined(decline(tape)),
        2 => Failure::Unreachable(tape.word()),
        3 => Failure::Reenter(tape.name()),
        4 => Failure::ActionExpired,
        5 => Failure::Mismatched,
        6 => Failure::Limited(super::cards::limited(tape)),
        _ => Failure::Released,
    }
}

fn attempt_state(tape: &mut Tape) -> AttemptState {
    match tape.byte() % 19 {
        0 => AttemptState::Creating,
        1 => AttemptState::Created,
        2 => AttemptState::Authorising,
        3 => AttemptState::Unknown,
        4 => AttemptState::AwaitingAction {
            redirect_url: tape.text(),
            expires_at: tape.time(),
            signalled: tape.flag(),
        },
        5 => AttemptState::Authorised,
        6 => AttemptState::Mismatched,
        7 => AttemptState::Voiding,
        8 => AttemptState::Voided,
        9 => AttemptState::Captured,
        10 => AttemptState::Refunded,
        11 => AttemptState::Declined(decline(tape)),
        12 => AttemptState::NotSent(tape.word()),
        13 => AttemptState::ConfirmedAbsent { checks: tape.u32(), next_check_at: tape.option(Tape::time) },
        14 => AttemptState::LateSuccess,
        15 => AttemptState::LateVoiding,
        16 => AttemptState::LateRefunding,
        17 => AttemptState::LateVoided,
        _ => AttemptState::LateRefunded,
    }
}

fn operation_state(tape: &mut Tape) -> OperationState {
    match tape.byte() % 6 {
        0 => OperationState::Pending,
        1 => OperationState::Sending,
        2 => OperationState::Unknown(tape.word()),
        3 => OperationState::Succeeded,
        4 => OperationState::Failed,
        _ => OperationState::NotSent,
    }
}

fn probe(tape: &mut Tape) -> Probe {
    Probe {
        since: tape.time(),
        rung: tape.word(),
        rounds: tape.u32(),
        next_at: tape.time(),
        replays: tape.u32(),
        replay_failed: tape.flag(),
        seen_absent_at: tape.option(Tape::time),
    }
}

fn operation(tape: &mut Tape) -> Operation {
    Operation {
        id: tape.id(OperationId),
        kind: tape.word(),
        amount_minor: tape.i64(),
        state: operation_state(tape),
        due_at: tape.time(),
        send_by: tape.option(Tape::time),
        rendered: tape.option(Tape::bytes),
        probe: tape.option(probe),
        tries: tape.u32(),
        code: tape.option(Tape::text),
    }
}

fn gate(tape: &mut Tape) -> Gate {
    match tape.byte() % 8 {
        0 => Gate::Open,
        1 => Gate::Closed(Closed::Live),
        2 => Gate::Closed(Closed::TooLate),
        3 => Gate::Closed(Closed::Decline),
        4 => Gate::Closed(Closed::Once),
        5 => Gate::Closed(Closed::AbsentByLookup),
        6 => Gate::Closed(Closed::Scheme),
        _ => Gate::Closed(Closed::GivenUp),
    }
}

fn attempt(tape: &mut Tape) -> Attempt {
    Attempt {
        id: tape.id(AttemptId),
        account: tape.name(),
        state: attempt_state(tape),
        object: tape.option(Tape::text),
        captured_minor: tape.i64(),
        refunded_minor: tape.i64(),
        operations: tape.list(operation),
        needs_review: tape.flag(),
        void_reason: tape.option(Tape::word),
        failover: tape.option(gate),
        hinted: tape.option(hinted),
        after_action: tape.option(after_action),
    }
}

fn after_action(tape: &mut Tape) -> AfterAction {
    AfterAction {
        redirect_url: tape.text(),
        expires_at: tape.time(),
        approved: tape.flag(),
        brought_back: tape.option(Tape::bytes),
    }
}

fn routed(tape: &mut Tape) -> Routed {
    Routed { flow: tape.name(), version: tape.u32(), steps: tape.list(step) }
}

fn step(tape: &mut Tape) -> RoutingStep {
    let verdict = match tape.byte() % 4 {
        0 => RuleVerdict::Matched,
        1 => RuleVerdict::NotMatched,
        2 => RuleVerdict::Failed(EvaluationError::Missing(tape.word())),
        _ => RuleVerdict::Failed(EvaluationError::Arithmetic),
    };
    RoutingStep { rule: tape.u32(), name: tape.option(Tape::name), verdict }
}

fn hinted(tape: &mut Tape) -> Hinted {
    Hinted { hint: tape.word(), at: tape.time(), tries: tape.u32(), due_at: tape.time() }
}

pub fn payment(tape: &mut Tape) -> Payment {
    Payment {
        id: tape.id(PaymentId),
        store: tape.name(),
        placement: tape.id(PlacementId),
        checkout: tape.id(CheckoutId),
        order: tape.option(|tape| tape.id(OrderId)),
        amount: tape.money(),
        routes: tape.list(Tape::name),
        routing: tape.option(routed),
        instruments: tape.list(|tape| Instrument { account: tape.name(), token: tape.bytes() }),
        card: super::cards::tender_card(tape),
        capture_policy: tape.word(),
        action_window: tape.option(|tape| Duration::from_secs(tape.u32().into())),
        return_url: tape.option(Tape::text),
        claimed_at: tape.time(),
        place_by: tape.time(),
        goal: tape.word(),
        skipped: tape.list(|tape| Skipped { account: tape.name(), reason: tape.word(), at: tape.time() }),
        attempts: tape.list(attempt),
    }
}
