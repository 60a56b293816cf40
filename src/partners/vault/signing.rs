//! HMACs that are apart for each purpose: one made for a capability token is nothing elsewhere.

use ring::hmac;

/// An HMAC over the purpose, its length and the message; the length keeps them apart whatever they hold.
pub(super) fn sign(key: &hmac::Key, purpose: &str, message: &[u8]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    context.update(&(purpose.len() as u64).to_be_bytes());
    context.update(purpose.as_bytes());
    context.update(message);
    let mut signature = [0; 32];
    for (to, from) in signature.iter_mut().zip(context.sign().as_ref()) {
        *to = *from;
    }
    signature
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[7; 32])
    }

    #[test]
    fn a_signature_is_for_one_purpose_and_one_message() {
        let signature = sign(&key(), "checkout", b"chk_1");
        assert_eq!(signature, sign(&key(), "checkout", b"chk_1"));
        assert_ne!(signature, sign(&key(), "order", b"chk_1"));
        assert_ne!(signature, sign(&key(), "checkout", b"chk_2"));
    }

    #[test]
    fn a_purpose_cannot_take_a_part_of_the_message() {
        assert_ne!(sign(&key(), "ab", b"c"), sign(&key(), "a", b"bc"));
    }
}
