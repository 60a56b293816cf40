//! Secrets of the house: sealing what must not lie in plain text, and signing what must not be forged.

/// What was sealed cannot be opened: another key, or somebody changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value cannot be opened: the data-encryption key that sealed it is not configured")]
pub struct CannotOpen;

/// Seals and signs.
///
/// An implementation MUST seal with an authenticated cipher under the newest data-encryption key, open under
/// any that is configured, and bind what it seals to `context`.
pub trait Vault: Send + Sync + 'static {
    /// Seals `plain`; it opens only with the same context.
    fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8>;

    /// Opens what was sealed.
    fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen>;

    /// An HMAC over `message`, bound to `purpose`.
    fn sign(&self, purpose: &str, message: &[u8]) -> [u8; 32];
}
