//! What Adyen shows of the card that was tried: the account's reference (PAR) where the account is set up to be told,
//! else the alias under which Adyen knows the card for this company. A network's transaction reference names a
//! transaction and not a card, so it is none of these.

use super::wire::Payment;
use crate::domain::payment::Network;
use crate::domain::payment::outcome::{CardReference, SeenCard};

/// A PAR has 29 characters (EMVCo), capitals and digits.
const PAR_BYTES: usize = 29;

/// Adyen's aliases have 16 characters; what is much longer is none.
const MAX_ALIAS_BYTES: usize = 64;

/// The card of a reply, where it shows one.
pub(super) fn of_payment(payment: &Payment) -> Option<SeenCard> {
    let additional = payment.additional_data.as_ref();
    let text = |names: &[&str]| additional.and_then(|data| data.text(names));
    let alphanumeric = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let par = text(&["paymentAccountReference", "PaymentAccountReference"])
        .filter(|par| par.len() == PAR_BYTES && alphanumeric(par))
        .map(|par| CardReference::Par(par.to_owned()));
    let alias = || {
        let sound = |alias: &&str| (1..=MAX_ALIAS_BYTES).contains(&alias.len()) && alphanumeric(alias);
        text(&["alias"]).filter(sound).map(|alias| CardReference::Fingerprint(alias.to_owned()))
    };
    let reference = par.or_else(alias);
    let brand = payment.method.as_ref().and_then(|method| method.brand.as_deref());
    let brand = brand.or_else(|| text(&["paymentMethod", "cardPaymentMethod"]));
    (reference.is_some() || brand.is_some()).then(|| SeenCard { reference, network: network(brand) })
}

/// The scheme of a brand; what is not known has the strictest rules.
fn network(brand: Option<&str>) -> Network {
    match brand {
        Some("visa") => Network::Visa,
        Some("mc") => Network::Mastercard,
        Some(_) | None => Network::Other,
    }
}
