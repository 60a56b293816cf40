//! Where a payment may be tried next, and what its owner may rely on.

use super::super::aggregate::{Failure, Goal, Payment, Skipped, Verdict};
use super::super::attempt::{Attempt, AttemptState, VoidReason};
use super::super::gate::{self, Gate};
use super::super::outcome::NotSent;
use super::Facts;
use crate::domain::ids::AccountId;

/// What the owner of the payment may rely on now.
pub fn verdict(payment: &Payment, facts: &Facts<'_>) -> Verdict {
    let live = payment.live();
    match live.map(|attempt| &attempt.state) {
        // What was captured and goes back is nothing to rely on.
        Some(AttemptState::Captured) if live.is_some_and(|attempt| payment.owes_back(attempt)) => {
            Verdict::Working
        }
        Some(AttemptState::Authorised | AttemptState::Captured) => Verdict::Held,
        Some(AttemptState::AwaitingAction { redirect_url, expires_at, .. }) => {
            Verdict::AwaitingAction { redirect_url: redirect_url.clone(), expires_at: *expires_at }
        }
        Some(_) => Verdict::Working,
        None if payment.goal == Goal::Hold => match next_route(payment, facts) {
            Route::Try { .. } => Verdict::Working,
            Route::End(failure) => Verdict::Failed(failure),
        },
        None => Verdict::Failed(Failure::Released),
    }
}

/// Where the payment may be tried next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// At this account.
    Try {
        /// The account.
        account: AccountId,
        /// Accounts passed over on the way.
        skipped: Vec<Skipped>,
    },
    /// Nowhere.
    End(Failure),
}

/// The next account by the flow's order, if the gate lets one take over.
pub fn next_route(payment: &Payment, facts: &Facts<'_>) -> Route {
    let last = payment.attempts.last();
    if payment.live().is_some() {
        return Route::End(Failure::Released);
    }
    let limited = facts.books.forbids(payment, facts.now);
    if let Some(last) = last {
        let gate = gate::after_last(payment, facts.now >= payment.place_by, limited.is_some());
        if gate != Some(Gate::Open) {
            return Route::End(failure_of(last));
        }
    } else if facts.now >= payment.place_by {
        return Route::End(Failure::Unreachable(NotSent::TooLate));
    } else if let Some(limited) = limited {
        return Route::End(Failure::Limited(limited));
    }
    let mut skipped = Vec::new();
    let mut reenter = None;
    for account in &payment.routes {
        let unavailable = match facts.gateways.get(account) {
            None => Some(NotSent::Drained),
            Some(known) if !known.capabilities.takes(payment.amount) => Some(NotSent::AmountNotTaken),
            Some(known) => known.unavailable,
        };
        if payment.attempts.iter().any(|attempt| &attempt.account == account) {
            continue;
        }
        match unavailable {
            Some(reason) => skipped.push(Skipped { account: account.clone(), reason, at: facts.now }),
            None if payment.token(account).is_none() => {
                reenter.get_or_insert_with(|| account.clone());
            }
            None => return Route::Try { account: account.clone(), skipped },
        }
    }
    Route::End(match (reenter, last, skipped.first()) {
        (Some(account), _, _) => Failure::Reenter(account),
        (None, Some(last), _) => failure_of(last),
        (None, None, Some(first)) => Failure::Unreachable(first.reason),
        (None, None, None) => Failure::Unreachable(NotSent::Drained),
    })
}

fn failure_of(attempt: &Attempt) -> Failure {
    match (&attempt.state, attempt.void_reason) {
        (AttemptState::Declined(decline), _) => Failure::Declined(decline.clone()),
        (AttemptState::NotSent(reason), _) => Failure::Unreachable(*reason),
        (AttemptState::Voided, Some(VoidReason::ActionExpired)) => Failure::ActionExpired,
        (AttemptState::Voided | AttemptState::Refunded, Some(VoidReason::Mismatch)) => Failure::Mismatched,
        (AttemptState::Voided, Some(VoidReason::Release)) => Failure::Released,
        _ => Failure::Absent,
    }
}
