//! What must hold after every single step, over our state and the gateways' ledgers.

use std::collections::BTreeMap;

use super::gateway::Gateway;
use crate::domain::ids::AccountId;
use crate::domain::payment::gate::Gate;
use crate::domain::payment::{
    Attempt, AttemptState, Goal, OperationKind, OperationState, Payment, invariants,
};

/// Compares a payment with what it was before one reaction (I12).
pub(super) fn changed_by_the_table(before: &Payment, after: &Payment) {
    for (old, new) in before.attempts.iter().zip(&after.attempts) {
        assert_eq!(old.id, new.id, "attempts keep their place");
        assert!(old.state.may_become(&new.state), "I12: {:?} became {:?}", old.state, new.state);
        for (was, is) in old.operations.iter().zip(&new.operations) {
            let same = was.state == is.state;
            assert!(same || was.state.may_become(is.state), "I12: {:?} became {:?}", was.state, is.state);
            assert!(is.rendered == was.rendered || !was.outstanding() || !is.outstanding(), "I6: bytes kept");
        }
    }
}

/// Everything that may be said at any time.
pub(super) fn holds(payment: &Payment, gateways: &BTreeMap<AccountId, Gateway>) {
    invariants::check(payment).unwrap();
    let charged = gateways.values().filter(|gateway| gateway.captured() > 0).count();
    assert!(charged <= 1, "I4: more than one attempt was captured");
    if !gateways.values().any(|g| g.object.as_ref().is_some_and(|object| object.wrong)) {
        let kept: i64 = gateways.values().map(Gateway::kept).sum();
        assert!(kept <= payment.amount.minor, "I2: charged more than was asked for");
    }
    for attempt in &payment.attempts {
        matches_the_ledger(attempt, &gateways[&attempt.account]);
    }
}

fn matches_the_ledger(attempt: &Attempt, gateway: &Gateway) {
    match &attempt.state {
        // Without a tombstone what is still on its way may land behind the void: the vendor tells of it, and no backup
        // was let in (R9).
        AttemptState::Voided
            if gateway.capabilities.tells_later
                && !gateway.capabilities.void_tombstones
                && attempt.failover != Some(Gate::Open)
                && attempt.authorisation().is_some_and(|asked| asked.state == OperationState::Failed) => {}
        AttemptState::Voided | AttemptState::Declined(_) | AttemptState::NotSent(_) => {
            assert_eq!(gateway.may_come_to_hold(), 0, "{attempt:?} ended, and yet it may hold");
        }
        AttemptState::LateVoided | AttemptState::LateRefunded | AttemptState::Refunded => {
            assert_eq!(gateway.held() + gateway.kept(), 0, "{attempt:?} ended, and yet it holds");
        }
        AttemptState::Authorised => {
            let wrong = gateway.object.as_ref().is_none_or(|object| object.wrong);
            assert!(!wrong || attempt.needs_review, "I7: {attempt:?} is not what was asked for");
        }
        _ => {}
    }
    for operation in &attempt.operations {
        if !matches!(operation.kind, OperationKind::Capture | OperationKind::Refund) {
            continue;
        }
        let executed = gateway.executed(operation.id);
        match operation.state {
            OperationState::Failed | OperationState::NotSent | OperationState::Pending => {
                assert!(!executed, "I23: {operation:?} was executed");
            }
            OperationState::Succeeded => assert!(executed, "I23: {operation:?} was not executed"),
            OperationState::Sending | OperationState::Unknown(_) => {}
        }
    }
}

/// I28: nothing of any other account may hold, now or later, when an authorisation leaves for `account`.
pub(super) fn nothing_held_elsewhere(account: &AccountId, gateways: &BTreeMap<AccountId, Gateway>) {
    for (other, gateway) in gateways.iter().filter(|(other, _)| *other != account) {
        assert_eq!(gateway.may_come_to_hold(), 0, "I28: {account} was used while {other} may hold");
    }
}

/// Once faults have stopped and nothing more is to be done (I5, I11, I23).
pub(super) fn all_is_told(payment: &Payment, gateways: &BTreeMap<AccountId, Gateway>) {
    for (account, gateway) in gateways {
        assert!(gateway.quiet(), "everything has landed");
        let attempt = payment.attempts.iter().find(|attempt| &attempt.account == account);
        let Some(attempt) = attempt else {
            assert_eq!(gateway.held() + gateway.captured(), 0, "a charge nobody knows of");
            continue;
        };
        if attempt.needs_review {
            continue;
        }
        assert!(attempt.operations.iter().all(|o| o.state.ended()), "an open end: {attempt:?}");
        let owned = payment.goal != Goal::Release && attempt.void_reason.is_none();
        match &attempt.state {
            AttemptState::Authorised => assert!(owned && gateway.held() > 0, "{attempt:?} {gateway:?}"),
            AttemptState::Captured => {
                assert!(payment.goal != Goal::Release, "{attempt:?}");
                assert_eq!(gateway.captured(), attempt.captured_minor, "I23");
                assert_eq!(gateway.kept(), attempt.captured_minor - attempt.refunded_minor, "I23");
            }
            state => {
                assert!(!state.live(), "still alive: {attempt:?}");
                assert_eq!(gateway.held() + gateway.kept(), 0, "I5: {attempt:?} {gateway:?}");
            }
        }
    }
}
