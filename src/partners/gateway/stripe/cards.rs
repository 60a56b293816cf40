//! What Stripe shows of the card that was tried. It returns no payment account reference: its fingerprint tells
//! cards apart within one account.

use super::wire::{Card, ChargeRef, Failure, Intent};
use crate::domain::payment::Network;
use crate::domain::payment::outcome::{CardReference, SeenCard};

/// Stripe's fingerprints have 16 characters; what is much longer is none.
const MAX_FINGERPRINT_BYTES: usize = 128;

/// The card of an intent: of the method that failed last, else of the charge.
pub(super) fn of_intent(intent: &Intent) -> Option<SeenCard> {
    let charged = match &intent.latest_charge {
        Some(ChargeRef::Charge(charge)) => charge.payment_method_details.as_ref(),
        Some(ChargeRef::Id(_)) | None => None,
    };
    let failed = intent.last_payment_error.as_ref().and_then(of_failure);
    failed.or_else(|| charged?.card.as_ref().map(seen))
}

/// The card that an error speaks of.
pub(super) fn of_failure(failure: &Failure) -> Option<SeenCard> {
    failure.payment_method.as_ref()?.card.as_ref().map(seen)
}

fn seen(card: &Card) -> SeenCard {
    let fingerprint = card.fingerprint.as_ref();
    let sound = fingerprint.filter(|text| !text.is_empty() && text.len() <= MAX_FINGERPRINT_BYTES);
    // A card of two schemes is counted by the one that was asked.
    let network = match card.network.as_deref().or(card.brand.as_deref()) {
        Some("visa") => Network::Visa,
        Some("mastercard") => Network::Mastercard,
        _ => Network::Other,
    };
    SeenCard { reference: sound.cloned().map(CardReference::Fingerprint), network }
}
