//! An intent and its refunds, folded from entries.
//!
//! Folding is checked although the entries are our own: a ledger that was edited, or a bug in a decision, must
//! stop the gateway rather than let it testify to amounts that never were.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::partners::sandbox::entry::{CaptureMethod, Entry, Failure};

/// Where an intent stands, named as Stripe names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::partners::sandbox) enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Canceled,
    Succeeded,
}

/// An intent. Amounts are in minor units, and `authorised − captured − voided` is what is held on the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::partners::sandbox) struct Intent {
    pub(in crate::partners::sandbox) id: String,
    pub(in crate::partners::sandbox) created_ms: i64,
    pub(in crate::partners::sandbox) amount: i64,
    pub(in crate::partners::sandbox) currency: String,
    pub(in crate::partners::sandbox) capture_method: CaptureMethod,
    pub(in crate::partners::sandbox) payment_method: Option<String>,
    /// The method that was charged: it decides how captures and refunds behave.
    pub(in crate::partners::sandbox) charged_method: Option<String>,
    pub(in crate::partners::sandbox) return_url: Option<String>,
    pub(in crate::partners::sandbox) description: Option<String>,
    pub(in crate::partners::sandbox) metadata: BTreeMap<String, String>,
    pub(in crate::partners::sandbox) status: Status,
    pub(in crate::partners::sandbox) authorised: i64,
    pub(in crate::partners::sandbox) captured: i64,
    pub(in crate::partners::sandbox) voided: i64,
    pub(in crate::partners::sandbox) refunded: i64,
    pub(in crate::partners::sandbox) charge: Option<String>,
    pub(in crate::partners::sandbox) failure: Option<Failure>,
    pub(in crate::partners::sandbox) canceled_ms: Option<i64>,
    pub(in crate::partners::sandbox) cancellation_reason: Option<String>,
}

/// A refund; one with a reason of failure moved no money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::partners::sandbox) struct Refund {
    pub(in crate::partners::sandbox) id: String,
    pub(in crate::partners::sandbox) intent: String,
    pub(in crate::partners::sandbox) charge: Option<String>,
    pub(in crate::partners::sandbox) amount: i64,
    pub(in crate::partners::sandbox) currency: String,
    pub(in crate::partners::sandbox) created_ms: i64,
    pub(in crate::partners::sandbox) metadata: BTreeMap<String, String>,
    pub(in crate::partners::sandbox) failure_reason: Option<String>,
}

/// An entry that cannot follow the ones before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("intent {intent} cannot take this entry in state {status:?}")]
pub(in crate::partners::sandbox) struct Impossible {
    pub(in crate::partners::sandbox) intent: String,
    pub(in crate::partners::sandbox) status: Option<Status>,
}

impl Intent {
    /// The intent that a `created` entry makes; nothing from any other entry.
    pub(in crate::partners::sandbox) fn created(entry: &Entry, at_ms: i64) -> Option<Self> {
        let Entry::Created {
            intent,
            amount,
            currency,
            capture_method,
            payment_method,
            return_url,
            description,
            metadata,
        } = entry
        else {
            return None;
        };
        let status = match payment_method {
            Some(_) => Status::RequiresConfirmation,
            None => Status::RequiresPaymentMethod,
        };
        Some(Self {
            id: intent.clone(),
            created_ms: at_ms,
            amount: *amount,
            currency: currency.clone(),
            capture_method: *capture_method,
            payment_method: payment_method.clone(),
            charged_method: None,
            return_url: return_url.clone(),
            description: description.clone(),
            metadata: metadata.clone(),
            status,
            authorised: 0,
            captured: 0,
            voided: 0,
            refunded: 0,
            charge: None,
            failure: None,
            canceled_ms: None,
            cancellation_reason: None,
        })
    }

    /// Folds one entry in.
    pub(in crate::partners::sandbox) fn apply(
        &mut self,
        entry: &Entry,
        at_ms: i64,
    ) -> Result<(), Impossible> {
        match entry {
            Entry::Created { .. } => return Err(self.impossible()),
            Entry::Authorised { charge, payment_method, authorised, shown, .. } => {
                self.require(self.awaits_authorisation())?;
                self.hold(charge, payment_method, *authorised)?;
                self.amount = *shown;
            }
            Entry::LateLanded { charge, payment_method, authorised, after_void, .. } => {
                let revived = *after_void && self.status == Status::Canceled && self.authorised == 0;
                self.require(revived || (!*after_void && self.awaits_authorisation()))?;
                self.hold(charge, payment_method, *authorised)?;
            }
            Entry::Declined { failure, .. } => {
                self.require(self.awaits_authorisation())?;
                self.fail(failure);
            }
            Entry::ActionRequired { payment_method, .. } => {
                self.require(self.awaits_authorisation())?;
                self.attempt(payment_method, Status::RequiresAction);
            }
            Entry::ActionSucceeded { .. } => self.require(self.status == Status::RequiresAction)?,
            Entry::ActionFailed { failure, .. } => {
                self.require(self.status == Status::RequiresAction)?;
                self.fail(failure);
            }
            Entry::ProcessingStarted { payment_method, .. } => {
                self.require(self.awaits_authorisation())?;
                self.attempt(payment_method, Status::Processing);
            }
            Entry::Captured { amount, released, .. } => self.capture(*amount, *released)?,
            Entry::Voided { released, reason, .. } => {
                self.require(!matches!(
                    self.status,
                    Status::Canceled | Status::Succeeded | Status::Processing
                ))?;
                self.require(*released == self.held())?;
                self.voided += released;
                self.status = Status::Canceled;
                self.canceled_ms = Some(at_ms);
                self.cancellation_reason.clone_from(reason);
            }
            Entry::Refunded { amount, .. } => {
                let refunded = self.refunded.checked_add(*amount).filter(|sum| *sum <= self.captured);
                self.refunded = refunded.filter(|_| *amount > 0).ok_or_else(|| self.impossible())?;
            }
            Entry::LateScheduled { .. }
            | Entry::LateRefused { .. }
            | Entry::CaptureRefused { .. }
            | Entry::RefundFailed { .. }
            | Entry::Keyed { .. } => {}
        }
        Ok(())
    }

    /// What is held on the card.
    pub(in crate::partners::sandbox) fn held(&self) -> i64 {
        self.authorised.saturating_sub(self.captured).saturating_sub(self.voided)
    }

    /// What the wire shows as capturable.
    pub(in crate::partners::sandbox) fn capturable(&self) -> i64 {
        if self.status == Status::RequiresCapture { self.held() } else { 0 }
    }

    /// Whether an authorisation may still be its next entry.
    pub(in crate::partners::sandbox) fn awaits_authorisation(&self) -> bool {
        match self.status {
            Status::RequiresPaymentMethod
            | Status::RequiresConfirmation
            | Status::RequiresAction
            | Status::Processing => true,
            Status::RequiresCapture | Status::Canceled | Status::Succeeded => false,
        }
    }

    fn hold(&mut self, charge: &str, payment_method: &str, authorised: i64) -> Result<(), Impossible> {
        self.require(self.authorised == 0 && authorised > 0)?;
        self.attempt(payment_method, Status::RequiresCapture);
        self.authorised = authorised;
        self.charged_method = Some(payment_method.to_owned());
        self.charge = Some(charge.to_owned());
        self.canceled_ms = None;
        self.cancellation_reason = None;
        Ok(())
    }

    fn capture(&mut self, amount: i64, released: i64) -> Result<(), Impossible> {
        self.require(self.status == Status::RequiresCapture && amount > 0 && released >= 0)?;
        self.require(amount.checked_add(released) == Some(self.held()))?;
        self.captured = amount;
        self.voided += released;
        self.status = Status::Succeeded;
        Ok(())
    }

    fn attempt(&mut self, payment_method: &str, status: Status) {
        self.payment_method = Some(payment_method.to_owned());
        self.failure = None;
        self.status = status;
    }

    /// A failed attempt detaches the method, as Stripe does: the next one has to name its own.
    fn fail(&mut self, failure: &Failure) {
        self.payment_method = None;
        self.failure = Some(failure.clone());
        self.status = Status::RequiresPaymentMethod;
    }

    fn require(&self, holds: bool) -> Result<(), Impossible> {
        if holds { Ok(()) } else { Err(self.impossible()) }
    }

    fn impossible(&self) -> Impossible {
        Impossible { intent: self.id.clone(), status: Some(self.status) }
    }
}
