//! Which merchant account at Adyen, and where and how it is reached.

use std::time::Duration;

use secrecy::SecretString;

use crate::domain::payment::GatewayCapabilities;
use crate::partners::gateway::LineError;

/// Adyen's prefixes have two dozen characters.
const MAX_PREFIX_BYTES: usize = 100;

/// A merchant account at Adyen; the defaults are those of its test platform.
#[derive(Debug, Clone)]
pub struct AdyenSettings {
    /// Where it is reached, without the version: `https://checkout-test.adyen.com`, or [`live_base_url`].
    pub base_url: String,
    /// Whether plain HTTP may lead to another machine.
    pub allow_plain_http: bool,
    /// The API key.
    pub api_key: SecretString,
    /// The merchant account, which every request names.
    pub merchant_account: String,
    /// Where customers come back to when a checkout names no address: Adyen refuses a payment without one.
    pub return_url: Option<String>,
    /// How long resolving, connecting and the TLS handshake may take together.
    pub connect_timeout: Duration,
    /// What the account promises.
    pub capabilities: GatewayCapabilities,
}

impl AdyenSettings {
    /// Where the test platform is reached.
    pub const TEST_BASE_URL: &'static str = "https://checkout-test.adyen.com";

    /// The test platform, with this account and key.
    pub fn new(merchant_account: String, api_key: SecretString) -> Self {
        Self {
            base_url: Self::TEST_BASE_URL.to_owned(),
            allow_plain_http: false,
            api_key,
            merchant_account,
            return_url: None,
            // Well below the five seconds after which nothing may leave (R4), so that one more try fits.
            connect_timeout: Duration::from_secs(2),
            capabilities: GatewayCapabilities::adyen(),
        }
    }
}

/// Where a company is reached on the live platform, by the prefix that Adyen gave it; `None` where that is no prefix.
///
/// Keys are not shared between the regions' endpoints, and a prefix names one region: it is never guessed.
pub fn live_base_url(prefix: &str) -> Option<String> {
    let of_host = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let sound = (1..=MAX_PREFIX_BYTES).contains(&prefix.len()) && prefix.bytes().all(of_host);
    sound.then(|| format!("https://{prefix}-checkout-live.adyenpayments.com/checkout"))
}

/// Why an adapter cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum AdyenError {
    /// There is no line to it.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The key has characters that cannot stand in a header.
    #[error("the API key has characters that cannot be sent: check how it was configured")]
    ApiKey,
    /// The merchant account is empty or too long.
    #[error("the merchant account has 1 to 80 characters, as the Customer Area shows it")]
    MerchantAccount,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_prefix_becomes_a_host_and_nothing_else() {
        let url = live_base_url("1797a841fbb37ca7-AdyenDemo").unwrap();
        assert_eq!(url, "https://1797a841fbb37ca7-AdyenDemo-checkout-live.adyenpayments.com/checkout");
        for wrong in ["", "a.b", "evil.example/", "a b", "a@b", "é", &"x".repeat(101)] {
            assert_eq!(live_base_url(wrong), None, "{wrong}");
        }
    }
}
