//! The payment of one tender: what was asked for, where it may be tried, and what was tried.

use std::time::Duration;

use jiff::Timestamp;

use super::attempt::{Attempt, AttemptState, VoidReason};
use super::decline::Decline;
use super::operation::OperationKind;
use super::outcome::NotSent;
use super::policy::{Policy, after};
use super::scheme::{Limited, TenderCard};
use crate::domain::flow::Routed;
use crate::domain::ids::{AccountId, CheckoutId, OperationId, OrderId, PaymentId, PlacementId, StoreId};
use crate::domain::money::Money;
use crate::mutants::{Mutant, planted};

/// A token bound to one partner account. The token is sealed: no row, log or event holds it in plain text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Instrument {
    /// The account that issued the token.
    pub account: AccountId,
    /// The token, sealed by the vault.
    pub token: Vec<u8>,
}

/// What the payment's owner wants of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Goal {
    /// Hold the amount: a placement is under way.
    Hold,
    /// The order exists: captures and refunds as they are asked for.
    Settle,
    /// Hold nothing: the placement failed or was cancelled.
    Release,
}

/// When the amount is captured (R17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CapturePolicy {
    /// With the order.
    AtPlacement,
    /// When the goods leave, by CapturePayment.
    AtFulfilment,
}

/// An account that was passed over, and why: an open breaker costs no commit of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Skipped {
    /// The account.
    pub account: AccountId,
    /// Why it was not tried.
    pub reason: NotSent,
    /// When.
    pub at: Timestamp,
}

/// The payment of one tender.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Payment {
    /// Its id; also our reference at the gateways.
    pub id: PaymentId,
    /// The store.
    pub store: StoreId,
    /// The placement that owns it, while that runs.
    pub placement: PlacementId,
    /// The checkout.
    pub checkout: CheckoutId,
    /// The order, once there is one.
    pub order: Option<OrderId>,
    /// What is asked for.
    pub amount: Money,
    /// Accounts in the order in which the flow names them: those of the rule that matched, or its plain list.
    pub routes: Vec<AccountId>,
    /// How the flow's rules chose them; `None` where it has no rules.
    pub routing: Option<Routed>,
    /// The tokens; an account without one cannot take this tender.
    pub instruments: Vec<Instrument>,
    /// Who the card is, for the schemes' limits (R19).
    pub card: TenderCard,
    /// When the amount is captured.
    pub capture_policy: CapturePolicy,
    /// How long an action of the customer may take, where the flow says so; the policy's window otherwise.
    pub action_window: Option<Duration>,
    /// Where the customer comes back to after an action at the gateway.
    pub return_url: Option<String>,
    /// When the placement was claimed.
    pub claimed_at: Timestamp,
    /// Nothing authorises after this (R5).
    pub place_by: Timestamp,
    /// What is wanted of it.
    pub goal: Goal,
    /// Accounts that were passed over.
    pub skipped: Vec<Skipped>,
    /// The tries, oldest first.
    pub attempts: Vec<Attempt>,
}

/// What the payment's owner learns of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Not decided yet.
    Working,
    /// The customer must act.
    AwaitingAction {
        /// Where to send the customer.
        redirect_url: String,
        /// Until when.
        expires_at: Timestamp,
    },
    /// The whole amount is held or captured.
    Held,
    /// Nothing is held, and nothing more will be tried.
    Failed(Failure),
}

/// Why a payment ended without holding the amount.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Failure {
    /// Declined.
    Declined(Decline),
    /// The card's scheme forbids the try, so that no gateway was asked (R19).
    Limited(Limited),
    /// No gateway that has a token could be reached; nothing was executed anywhere.
    Unreachable(NotSent),
    /// The gateways that have a token are used up; another one of the flow needs a token of its own.
    Reenter(AccountId),
    /// The outcome was unknown, and turned out, or was forced, to be nothing.
    Absent,
    /// The customer did not act in time.
    ActionExpired,
    /// The gateway held something else than what was asked for; it was voided.
    Mismatched,
    /// Given up by its owner.
    Released,
}

impl Payment {
    /// The attempt that may hold money, if any.
    pub fn live(&self) -> Option<&Attempt> {
        let taken_for_nothing = |attempt: &Attempt| {
            planted(Mutant::NewTenderWhileUnknown) && attempt.state == AttemptState::Unknown
        };
        self.attempts.iter().find(|attempt| attempt.state.live() && !taken_for_nothing(attempt))
    }

    /// The attempt that holds an operation.
    pub fn attempt_of(&self, operation: OperationId) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.operation(operation).is_some())
    }

    /// Captured over all attempts, in minor units.
    pub fn captured_minor(&self) -> i64 {
        self.attempts.iter().fold(0, |sum, attempt| sum.saturating_add(attempt.captured_minor))
    }

    /// Refunded over all attempts, in minor units.
    pub fn refunded_minor(&self) -> i64 {
        self.attempts.iter().fold(0, |sum, attempt| sum.saturating_add(attempt.refunded_minor))
    }

    /// What may still be refunded: captured − refunds that have not failed (R18).
    pub fn refundable_minor(&self) -> i64 {
        self.attempts.iter().filter(|attempt| attempt.state == AttemptState::Captured).fold(
            0,
            |sum, attempt| {
                sum.saturating_add(attempt.captured_minor.saturating_sub(attempt.refunds_reserved_minor()))
            },
        )
    }

    /// Whether an operator is needed.
    pub fn needs_review(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.needs_review)
    }

    /// Whether some outcome is not known.
    pub fn unresolved(&self) -> bool {
        self.attempts.iter().any(|attempt| {
            attempt.state == AttemptState::Unknown || attempt.needs_review || attempt.outstanding().is_some()
        })
    }

    /// Whether what the attempt captured, or comes to capture, goes back: nobody owns it.
    pub fn owes_back(&self, attempt: &Attempt) -> bool {
        self.goal == Goal::Release
            || attempt.void_reason == Some(VoidReason::Mismatch)
            || attempt.state.gives_back_late()
    }

    /// Nothing of a call of this kind that is begun or repeated `now` leaves at or after this: the send window
    /// ends (R4), and what authorises is bounded by `place_by` too (R5), or by the end of the action that `attempt`
    /// waited for (R15).
    pub fn leaves_by(
        &self,
        attempt: Option<&Attempt>,
        kind: OperationKind,
        now: Timestamp,
        policy: &Policy,
    ) -> Timestamp {
        let window = after(now, policy.send_window);
        if kind.authorises() && !planted(Mutant::FirstChargeAfterPlaceBy) {
            window.min(attempt.map_or(self.place_by, |attempt| attempt.authorises_until(kind, self.place_by)))
        } else {
            window
        }
    }

    /// The token of `account`, sealed.
    pub fn token(&self, account: &AccountId) -> Option<&[u8]> {
        self.instruments
            .iter()
            .find(|instrument| &instrument.account == account)
            .map(|instrument| instrument.token.as_slice())
    }
}
