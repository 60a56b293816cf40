//! The books: what was held, captured, refunded and given back, by payment.

use std::collections::BTreeMap;

use super::behaviour::Behaviour;

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The shopper is at the bank.
    Waiting,
    /// Nobody knows yet.
    Pending,
    /// The amount is held.
    Authorised,
    /// Refused, by the bank or by Adyen.
    Refused,
    /// Given back, or closed before it held anything.
    Cancelled,
}

/// A payment, in Adyen's unit.
#[derive(Debug, Clone)]
pub struct Payment {
    /// The merchant's reference.
    pub reference: String,
    /// What was asked for.
    pub value: i64,
    /// In this currency.
    pub currency: String,
    /// Where it stands.
    pub phase: Phase,
    /// What was authorised.
    pub authorised: i64,
    /// What of it was captured.
    pub captured: i64,
    /// What of that was given back.
    pub refunded: i64,
    /// How often something was captured.
    pub captures: u32,
    /// How often something was given back.
    pub refunds: u32,
    pub(super) behaviour: Behaviour,
}

impl Payment {
    /// What is held and not captured.
    pub fn held(&self) -> i64 {
        if self.phase == Phase::Authorised { self.authorised - self.captured } else { 0 }
    }
}

/// All payments by their pspReference.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// The payments.
    pub payments: BTreeMap<String, Payment>,
    /// What the browser may bring back, with the payment that it is about and whether the bank allowed it.
    pub(super) results: BTreeMap<String, (String, bool)>,
    issued: u64,
}

impl Books {
    /// A pspReference that nothing has yet: sixteen characters, as Adyen's.
    pub(super) fn issue(&mut self) -> String {
        self.issued += 1;
        format!("PSP{:013}", self.issued)
    }

    /// The payments under a reference: more than one that holds or took money is a double charge.
    pub fn of<'a>(&'a self, reference: &'a str) -> impl Iterator<Item = &'a Payment> {
        self.payments.values().filter(move |payment| payment.reference == reference)
    }

    /// How many payments hold money, or took some and did not give all of it back.
    pub fn charged(&self, reference: &str) -> usize {
        self.of(reference).filter(|payment| payment.held() > 0 || payment.captured > payment.refunded).count()
    }
}
