//! The envelope: `1 | number of the key (4 bytes) | nonce (12 bytes) | ciphertext with its tag`.
//!
//! What is sealed is bound to its context and to the head of the envelope, so that no row's secret can be put
//! into another row and no envelope be passed off as one of another key.
//!
//! A nonce must never serve twice under one key. It is an HMAC over fresh randomness, the context and the
//! plain text, under a key derived from the data key. With randomness it is as good as random; should the
//! system ever give none, two different texts still get different nonces, and the same text sealed twice
//! gives the same envelope, which tells no more than that. So sealing has no way to fail for want of
//! randomness, and no panic. A key serves at most 2³² texts, after which a higher number should seal.

use std::fmt;

use ring::aead::{Aad, NONCE_LEN, Nonce};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::keys::{DataKey, Keys, KeysError, Sealer};
use super::signing;
use crate::ports::Vault;
use crate::ports::vault::CannotOpen;

/// The version of the envelope.
const VERSION: u8 = 1;

const HEAD_BYTES: usize = 5;

/// The vault over keys of the configuration.
pub struct KeyVault {
    keys: Keys,
    signing: hmac::Key,
    random: SystemRandom,
}

impl KeyVault {
    /// A vault that seals under the key with the highest number, opens under each, and signs under `signing`.
    pub fn new(keys: &[DataKey], signing: &[u8; 32]) -> Result<Self, KeysError> {
        let signing = hmac::Key::new(hmac::HMAC_SHA256, signing);
        Ok(Self { keys: Keys::new(keys)?, signing, random: SystemRandom::new() })
    }

    fn nonce(&self, sealer: &Sealer, bound: &[u8], plain: &[u8]) -> [u8; NONCE_LEN] {
        let mut fresh = [0; 32];
        if self.random.fill(&mut fresh).is_err() {
            tracing::error!("the system gives no randomness: nonces are made from what they seal alone");
        }
        nonce(sealer, &fresh, bound, plain)
    }
}

fn nonce(sealer: &Sealer, fresh: &[u8; 32], bound: &[u8], plain: &[u8]) -> [u8; NONCE_LEN] {
    let mut context = hmac::Context::with_key(&sealer.nonces);
    context.update(fresh);
    context.update(&(bound.len() as u64).to_be_bytes());
    context.update(bound);
    context.update(plain);
    let mut nonce = [0; NONCE_LEN];
    for (to, from) in nonce.iter_mut().zip(context.sign().as_ref()) {
        *to = *from;
    }
    nonce
}

fn head(number: u32) -> [u8; HEAD_BYTES] {
    let [a, b, c, d] = number.to_be_bytes();
    [VERSION, a, b, c, d]
}

fn bound(head: &[u8], context: &str) -> Vec<u8> {
    [head, context.as_bytes()].concat()
}

impl Vault for KeyVault {
    /// A text too long for the cipher (64 GiB) gives an envelope that does not open.
    fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let number = self.keys.newest();
        let head = head(number);
        // The newest number is always that of a key.
        let Some(sealer) = self.keys.get(number) else { return Vec::new() };
        let bound = bound(&head, context);
        let nonce = self.nonce(sealer, &bound, plain);
        let mut text = plain.to_vec();
        let ciphered = sealer.cipher.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(&bound),
            &mut text,
        );
        match ciphered {
            Ok(()) => [&head[..], &nonce, &text].concat(),
            Err(_) => Vec::new(),
        }
    }

    fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let (head, rest) = sealed.split_at_checked(HEAD_BYTES).ok_or(CannotOpen)?;
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or(CannotOpen)?;
        let &[VERSION, a, b, c, d] = head else { return Err(CannotOpen) };
        let key = self.keys.get(u32::from_be_bytes([a, b, c, d])).ok_or(CannotOpen)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CannotOpen)?;
        let mut text = text.to_vec();
        let aad = Aad::from(bound(head, context));
        let plain = key.cipher.open_in_place(nonce, aad, &mut text).map_err(|_| CannotOpen)?;
        Ok(plain.to_vec())
    }

    fn sign(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        signing::sign(&self.signing, purpose, message)
    }
}

impl fmt::Debug for KeyVault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("KeyVault").field("newest", &self.keys.newest()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(number: u32) -> DataKey {
        DataKey { number, key: [u8::try_from(number).unwrap(); 32] }
    }

    fn vault(numbers: &[u32]) -> KeyVault {
        let keys: Vec<DataKey> = numbers.iter().map(|number| key(*number)).collect();
        KeyVault::new(&keys, &[9; 32]).unwrap()
    }

    #[test]
    fn the_newest_key_seals_and_an_older_one_still_opens() {
        let old = vault(&[1]).seal("op_1", b"secret");
        let both = vault(&[2, 1]);
        assert_eq!(both.open("op_1", &old), Ok(b"secret".to_vec()));
        let new = both.seal("op_1", b"secret");
        assert_eq!(vault(&[2]).open("op_1", &new), Ok(b"secret".to_vec()));
        assert_eq!(vault(&[1]).open("op_1", &new), Err(CannotOpen));
    }

    #[test]
    fn what_is_sealed_opens_in_its_own_context_only() {
        let vault = vault(&[1]);
        let sealed = vault.seal("op_1", b"secret");
        assert_eq!(vault.open("op_2", &sealed), Err(CannotOpen));
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time() {
        let vault = vault(&[1]);
        assert_ne!(vault.seal("op_1", b"secret"), vault.seal("op_1", b"secret"));
    }

    #[test]
    fn without_randomness_different_texts_and_contexts_still_get_different_nonces() {
        let keys = Keys::new(&[key(1)]).unwrap();
        let sealer = keys.get(1).unwrap();
        let first = nonce(sealer, &[0; 32], b"op_1", b"secret");
        assert_ne!(first, nonce(sealer, &[0; 32], b"op_1", b"secreu"));
        assert_ne!(first, nonce(sealer, &[0; 32], b"op_2", b"secret"));
        assert_ne!(first, nonce(sealer, &[0; 32], b"op_1s", b"ecret"));
    }

    #[test]
    fn keys_that_are_none_or_named_twice_are_refused() {
        assert_eq!(KeyVault::new(&[], &[9; 32]).unwrap_err(), KeysError::None);
        assert_eq!(KeyVault::new(&[key(3), key(3)], &[9; 32]).unwrap_err(), KeysError::Twice(3));
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_again_and_not_after_any_change(
            plain in proptest::collection::vec(any::<u8>(), 0..64),
            at: prop::sample::Index,
            flip in 1_u8..,
        ) {
            let vault = vault(&[1, 2]);
            let mut sealed = vault.seal("c", &plain);
            prop_assert_eq!(vault.open("c", &sealed), Ok(plain));
            let place = at.index(sealed.len());
            sealed[place] ^= flip;
            prop_assert_eq!(vault.open("c", &sealed), Err(CannotOpen));
        }

        #[test]
        fn arbitrary_bytes_do_not_open(sealed in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(vault(&[1]).open("c", &sealed), Err(CannotOpen));
        }
    }
}
