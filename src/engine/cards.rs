//! The names of cards: keyed digests, made where the plain text is at hand and nowhere kept (R19).
//!
//! Each kind of name is signed for a purpose of its own, and each part carries its length, so that no two
//! things can have one name by accident.

use super::case::{Case, LearntCard};
use super::driver::Driver;
use crate::domain::ids::{AccountId, CheckoutId};
use crate::domain::payment::outcome::{CardReference, Outcome, View};
use crate::domain::payment::scheme::{CardName, Description, Digest};
use crate::domain::payment::{Input, Payment, Said, Told};

impl Driver {
    /// The name that a token gives a card.
    pub fn card_of_token(&self, account: &AccountId, token: &str) -> CardName {
        CardName::token(self.digest("card-token-v1", &[account.as_str(), token]))
    }

    /// The name that a description gives a card of this buyer: a customer, or a guest in this checkout.
    pub fn card_of_description(
        &self,
        description: &Description,
        customer: Option<&str>,
        checkout: CheckoutId,
    ) -> CardName {
        let parts = description.parts();
        let mut parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let guest = checkout.to_string();
        parts.push(customer.unwrap_or(&guest));
        match customer {
            Some(id) => CardName::of_customer(id.to_owned(), self.digest("card-of-customer-v1", &parts)),
            None => CardName::guest(self.digest("card-of-guest-v1", &parts)),
        }
    }

    /// What an input told of a payment's card.
    pub(super) fn card_of_input(&self, case: &Case, index: usize, input: &Input) -> Option<LearntCard> {
        let payment = case.payment(index)?;
        let (account, view) = answered(payment, input)?;
        let seen = view.card.as_ref()?;
        let name = seen.reference.as_ref().map(|reference| match reference {
            CardReference::Par(text) => CardName::par(self.digest("card-par-v1", &[text])),
            CardReference::Fingerprint(text) => {
                CardName::fingerprint(self.digest("card-fingerprint-v1", &[account.as_str(), text]))
            }
        });
        Some(LearntCard { name, network: seen.network })
    }

    fn digest(&self, purpose: &str, parts: &[&str]) -> Digest {
        let mut text = Vec::new();
        for part in parts {
            text.extend(u64::try_from(part.len()).unwrap_or_default().to_be_bytes());
            text.extend(part.as_bytes());
        }
        Digest(self.vault.sign(purpose, &text))
    }
}

/// The account that answered, and the object as it sees it.
fn answered<'a>(payment: &'a Payment, input: &'a Input) -> Option<(&'a AccountId, &'a View)> {
    match input {
        Input::Outcome { operation, outcome: Outcome::Definite(view), .. } => {
            Some((&payment.attempt_of(*operation)?.account, view))
        }
        Input::Looked { attempt, outcome: Outcome::Definite(view), .. } => {
            let attempt = payment.attempts.iter().find(|each| each.id == *attempt)?;
            Some((&attempt.account, view))
        }
        Input::Told { account, told: Told { said: Said::Seen(view), .. }, .. } => Some((account, view)),
        Input::Outcome { .. }
        | Input::Looked { .. }
        | Input::Told { .. }
        | Input::Intend(_)
        | Input::Conclude(_)
        | Input::Recovered
        | Input::Goal(_)
        | Input::Ordered(_)
        | Input::Capture { .. }
        | Input::Refund { .. }
        | Input::Signalled
        | Input::Returned { .. }
        | Input::Hinted { .. } => None,
    }
}
