//! Capability tokens: what a guest proves with that a resource is theirs.
//!
//! A token is an HMAC by the server's key over the resource's name and a generation. It is derived again
//! whenever it is needed, so that no row and no stored reply holds one.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::auth::same;
use crate::ports::Vault;

/// Keeps these signatures apart from every other that the vault makes.
const PURPOSE: &str = "capability";

/// Raising it makes every token given so far worthless.
const GENERATION: u32 = 1;

/// What a token begins with, so that a leaked one is recognised.
const PREFIX: &str = "cap_";

/// Gives and checks capability tokens.
#[derive(Clone)]
pub struct Capabilities(Arc<dyn Vault>);

impl Capabilities {
    /// Signs with this vault.
    pub fn new(vault: Arc<dyn Vault>) -> Self {
        Self(vault)
    }

    /// The token of a resource, by its full name: `stores/demo/carts/crt_…`. The same every time.
    pub fn token(&self, resource: &str) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.signature(resource)))
    }

    /// Whether `token` is the one of `resource`.
    pub fn holds(&self, token: &str, resource: &str) -> bool {
        let given = token.strip_prefix(PREFIX).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let given: Option<[u8; 32]> = given.and_then(|bytes| bytes.try_into().ok());
        given.is_some_and(|given| same(&given, &self.signature(resource)))
    }

    fn signature(&self, resource: &str) -> [u8; 32] {
        self.0.sign(PURPOSE, format!("{GENERATION}:{resource}").as_bytes())
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use crate::ports::Vault;
    use crate::ports::vault::CannotOpen;

    /// Signs by mixing purpose and message; good enough to tell messages of a test apart.
    pub(crate) struct Xor;

    impl Vault for Xor {
        fn seal(&self, _: &str, plain: &[u8]) -> Vec<u8> {
            plain.to_vec()
        }

        fn open(&self, _: &str, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
            Ok(sealed.to_vec())
        }

        fn sign(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
            let mut signature = [0_u8; 32];
            for (place, byte) in purpose.bytes().chain(message.iter().copied()).enumerate() {
                let slot = &mut signature[place % 32];
                *slot = slot.rotate_left(3) ^ byte;
            }
            signature
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::Xor;
    use super::*;

    #[test]
    fn a_token_is_the_same_every_time_and_fits_one_resource() {
        let capabilities = Capabilities::new(Arc::new(Xor));
        let token = capabilities.token("stores/a/carts/crt_1");
        assert_eq!(token, capabilities.token("stores/a/carts/crt_1"));
        assert!(token.starts_with("cap_"), "{token}");
        assert!(capabilities.holds(&token, "stores/a/carts/crt_1"));
        assert!(!capabilities.holds(&token, "stores/b/carts/crt_1"));
    }

    #[test]
    fn what_is_not_a_token_holds_nothing() {
        let capabilities = Capabilities::new(Arc::new(Xor));
        let token = capabilities.token("r");
        for text in ["", "cap_", "cap_AAAA", &token[4..], &format!("{token}A"), &token[..token.len() - 1]] {
            assert!(!capabilities.holds(text, "r"), "{text}");
        }
    }
}
