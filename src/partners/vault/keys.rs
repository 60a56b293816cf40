//! The keys: data-encryption keys by number, of which the highest seals and every one opens.

use std::collections::BTreeMap;
use std::fmt;

use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::hmac;

/// A data-encryption key with its number. A new key gets a higher number; an old one stays configured until
/// nothing is sealed under it any more.
pub struct DataKey {
    /// Stands in each envelope, so it never changes its key.
    pub number: u32,
    /// The key.
    pub key: [u8; 32],
}

impl fmt::Debug for DataKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("DataKey").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Why the keys are no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// There is none.
    #[error("no data-encryption key is configured: give at least one")]
    None,
    /// Two keys have one number.
    #[error("two data-encryption keys have the number {0}: give each its own")]
    Twice(u32),
    /// The cipher refused a key.
    #[error("the data-encryption key {0} cannot be used")]
    Unusable(u32),
}

/// A key as it is used: one part ciphers, the other makes nonces.
pub(super) struct Sealer {
    pub(super) cipher: LessSafeKey,
    pub(super) nonces: hmac::Key,
}

impl Sealer {
    fn new(key: &DataKey) -> Result<Self, KeysError> {
        let unbound = UnboundKey::new(&AES_256_GCM, &key.key).map_err(|_| KeysError::Unusable(key.number))?;
        let root = hmac::Key::new(hmac::HMAC_SHA256, &key.key);
        let derived = hmac::sign(&root, b"cashwrap vault: nonces");
        let nonces = hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref());
        Ok(Self { cipher: LessSafeKey::new(unbound), nonces })
    }
}

/// The keys by number, at least one.
pub(super) struct Keys {
    newest: u32,
    sealers: BTreeMap<u32, Sealer>,
}

impl Keys {
    pub(super) fn new(keys: &[DataKey]) -> Result<Self, KeysError> {
        let mut sealers = BTreeMap::new();
        for key in keys {
            if sealers.insert(key.number, Sealer::new(key)?).is_some() {
                return Err(KeysError::Twice(key.number));
            }
        }
        let newest = *sealers.keys().next_back().ok_or(KeysError::None)?;
        Ok(Self { newest, sealers })
    }

    pub(super) const fn newest(&self) -> u32 {
        self.newest
    }

    pub(super) fn get(&self, number: u32) -> Option<&Sealer> {
        self.sealers.get(&number)
    }
}
