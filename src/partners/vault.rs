//! The vault over keys of the configuration: sealing with AES-256-GCM, signing with HMAC-SHA256.
//!
//! - `keys`: the versioned data-encryption keys and the signing key.
//! - `sealing`: the envelope, its nonce and what it is bound to.
//! - `signing`: HMACs, apart for each purpose.
//!
//! Key hashes and keys come from the configuration, never from the database whose rows they protect.

mod keys;
mod sealing;
mod signing;

pub use keys::{DataKey, KeysError};
pub use sealing::KeyVault;
