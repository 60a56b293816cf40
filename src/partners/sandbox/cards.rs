//! Whose token it is: a name of a card behind the behaviour.
//!
//! Two tokens with one name are of one card. The wire shows it as Stripe does, by a fingerprint that means
//! something at this account alone.

use std::fmt::Write as _;

use super::entry::Card;

/// The longest name of a card.
const MAX_CARD_CHARS: usize = 64;

/// What stands before the card's name; nothing where that is not a name.
pub(super) fn behaviour_of(named: &str) -> Option<&str> {
    match named.split_once('.') {
        None => Some(named),
        Some((behaviour, card)) => is_name(card).then_some(behaviour),
    }
}

/// The card of a token, where the token names one.
pub(super) fn card_of(token: &str, account: &str) -> Option<Card> {
    let name = token.split_once('.')?.1;
    let brand = if name.starts_with("visa") {
        "visa"
    } else if name.starts_with("mc") {
        "mastercard"
    } else {
        "unknown"
    };
    let digest = ring::digest::digest(&ring::digest::SHA256, format!("{account}/{name}").as_bytes());
    let fingerprint = digest.as_ref().iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    Some(Card { fingerprint, brand: brand.to_owned() })
}

fn is_name(card: &str) -> bool {
    let letters = card.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    letters && (1..=MAX_CARD_CHARS).contains(&card.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_of_one_card_at_one_account() {
        let of = |token, account| card_of(token, account).unwrap();
        let first = of("tok_primary_approve.visa1", "primary");
        assert_eq!(first, of("tok_primary_decline_lost_card.visa1", "primary"));
        assert_eq!(first.brand, "visa");
        assert_ne!(first.fingerprint, of("tok_primary_approve.visa2", "primary").fingerprint);
        assert_ne!(first.fingerprint, of("tok_backup_approve.visa1", "backup").fingerprint);
        assert_eq!(of("tok_primary_approve.mc1", "primary").brand, "mastercard");
        assert_eq!(card_of("tok_primary_approve", "primary"), None);
    }
}
