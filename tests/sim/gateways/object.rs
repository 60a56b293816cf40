//! What a vendor holds for one payment, and what a request makes of it.

use std::collections::BTreeMap;

use cashwrap::domain::money::Money;
use cashwrap::domain::payment::outcome::Refusal;
use cashwrap::domain::payment::{Decline, DeclineClass, OperationKind, Outcome, Status, View};
use tokio::time::Instant;

/// What the issuer says when asked to hold the amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issuer {
    /// Yes.
    Approves,
    /// No.
    Declines(DeclineClass),
    /// The customer must act first.
    AsksTheCustomer,
    /// Yes, to a part of it.
    ApprovesAPart,
    /// Yes, and another amount is echoed.
    EchoesAnotherAmount,
    /// Yes, and another reference is echoed.
    EchoesAnotherReference,
}

/// A request as it was rendered, taken apart again.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What it does.
    pub kind: OperationKind,
    /// The object it names, if it names one.
    pub object: Option<String>,
    /// How much, for captures and refunds.
    pub amount_minor: i64,
    /// The idempotency key.
    pub key: String,
    /// Our reference.
    pub reference: String,
    /// The token, where one is given.
    pub token: String,
    /// The payment's whole amount.
    pub whole: Money,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Where an object stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Created and never confirmed.
    Created,
    /// Waits for the customer.
    Action,
    /// Allowed by the customer, and not asked for yet.
    Approved,
    /// Holds money.
    Held,
    /// Took money.
    Captured,
    /// Cancelled.
    Voided,
    /// Refused.
    Declined(Decline),
}

/// One object of a vendor.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub phase: Phase,
    /// The amount that it echoes.
    pub amount: Money,
    /// The reference that it echoes.
    pub reference: String,
    /// Held now, in minor units.
    pub held: i64,
    /// Held at any time, in minor units.
    pub authorised: i64,
    /// Given back before it was captured, in minor units.
    pub voided: i64,
    /// Captures by key.
    pub captures: BTreeMap<String, i64>,
    /// Refunds by key.
    pub refunds: BTreeMap<String, i64>,
    /// What it holds, or echoes, is not what was asked for.
    pub wrong: bool,
    /// The token makes the issuer ask the customer.
    pub challenges: bool,
    /// When it last changed.
    pub written: Instant,
}

impl Object {
    /// Captured, in minor units.
    pub fn captured(&self) -> i64 {
        self.captures.values().sum()
    }

    /// Captured and not given back, in minor units.
    pub fn kept(&self) -> i64 {
        self.captured() - self.refunds.values().sum::<i64>()
    }

    /// The issuer is asked for the amount.
    pub fn authorise(&mut self, issuer: Issuer) {
        let asked = self.amount.minor;
        let held = match issuer {
            Issuer::Declines(class) => {
                let code = class.as_str().to_lowercase();
                self.phase = Phase::Declined(Decline { class, code, advice: None });
                return;
            }
            Issuer::AsksTheCustomer => {
                self.phase = Phase::Action;
                return;
            }
            Issuer::Approves => asked,
            Issuer::ApprovesAPart => asked - 1,
            Issuer::EchoesAnotherAmount => {
                self.amount.minor = asked + 7;
                asked + 7
            }
            Issuer::EchoesAnotherReference => {
                self.reference.push_str("_x");
                asked
            }
        };
        self.wrong |= issuer != Issuer::Approves;
        self.phase = Phase::Held;
        self.held = held;
        self.authorised = held;
    }

    /// What a request on it makes of it; false where its state does not allow that.
    pub fn act(&mut self, asked: &Asked, issuer: Issuer, tombstones: bool) -> bool {
        match (asked.kind, &self.phase) {
            (OperationKind::Confirm, Phase::Created | Phase::Approved) => self.authorise(issuer),
            (OperationKind::Void, Phase::Created | Phase::Approved) if !tombstones => return false,
            (OperationKind::Void, Phase::Created | Phase::Action | Phase::Approved | Phase::Held) => {
                self.phase = Phase::Voided;
                self.voided += self.held;
                self.held = 0;
            }
            (OperationKind::Capture, Phase::Held) if self.held >= asked.amount_minor => {
                self.phase = Phase::Captured;
                self.captures.insert(asked.key.clone(), asked.amount_minor);
                self.voided += self.held - asked.amount_minor;
                self.held = 0;
            }
            (OperationKind::Refund, Phase::Captured) if self.kept() >= asked.amount_minor => {
                *self.refunds.entry(asked.key.clone()).or_default() += asked.amount_minor;
            }
            _ => return false,
        }
        true
    }

    /// The object as an answer describes it; `refund` is the key of the refund that is asked about.
    pub fn view(&self, refund: Option<&str>) -> Outcome {
        let status = match &self.phase {
            Phase::Created => Status::Created,
            Phase::Action => Status::ActionNeeded { redirect_url: "https://bank.example/".to_owned() },
            Phase::Approved => Status::Approved,
            Phase::Held => Status::Authorised,
            Phase::Captured => Status::Captured,
            Phase::Voided => Status::Voided,
            Phase::Declined(decline) => Status::Declined(decline.clone()),
        };
        Outcome::Definite(View {
            object: Some(self.id.clone()),
            status,
            amount: self.amount,
            reference: Some(self.reference.clone()),
            capturable_minor: self.held,
            captured_minor: self.captured(),
            refunded_minor: refund.map(|key| self.refunds.get(key).copied().unwrap_or(0)),
            card: None,
        })
    }
}

/// A definite refusal.
pub fn refusal(code: &str, not_found: bool) -> Outcome {
    Outcome::Refused(Refusal { code: code.to_owned(), class: None, not_found, retry_after: None })
}
