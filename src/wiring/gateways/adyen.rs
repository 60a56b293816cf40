//! What an account at Adyen has of its own in the settings, and what becomes of it.

use secrecy::SecretString;
use serde::Deserialize;

use super::{plain_http, sealed};
use crate::config::{GatewaySettings, Secret, Secrets, SettingProblem};
use crate::partners::gateway::LineError;
use crate::partners::gateway::adyen::{Adyen, AdyenError, AdyenSettings, AdyenWebhooks, live_base_url};

/// The keys beside the common ones.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdyenOptions {
    api_key: Secret,
    merchant_account: String,
    base_url: Option<String>,
    live_url_prefix: Option<String>,
    return_url: Option<String>,
    webhook_secrets: Option<Secrets>,
}

fn options(settings: &GatewaySettings) -> Result<AdyenOptions, Vec<SettingProblem>> {
    settings.options.read(&["api_key", "webhook_secrets"])
}

/// Where the account is reached: the live platform by its prefix, another address, or the test platform.
fn base_url(settings: &GatewaySettings, options: &AdyenOptions) -> Result<String, SettingProblem> {
    match (&options.live_url_prefix, &options.base_url) {
        (Some(_), Some(_)) => {
            let reason = "stands beside base_url";
            Err(settings.options.problem("live_url_prefix", reason, "keep the one that is meant"))
        }
        (Some(prefix), None) => live_base_url(prefix).ok_or_else(|| {
            let remedy =
                "give what the Customer Area shows under API URLs, such as 1797a841fbb37ca7-AdyenDemo";
            settings.options.problem("live_url_prefix", "is no prefix of a host", remedy)
        }),
        (None, Some(base_url)) => Ok(base_url.clone()),
        (None, None) => Ok(AdyenSettings::TEST_BASE_URL.to_owned()),
    }
}

/// Where the account is reached, for who only wants to know whether it can be; `None` where the settings are wrong.
pub(in crate::wiring) fn address(settings: &GatewaySettings) -> Option<String> {
    let text = |key| settings.options.text(key).map(str::to_owned);
    match text("live_url_prefix") {
        Some(prefix) => live_base_url(&prefix),
        None => Some(text("base_url").unwrap_or_else(|| AdyenSettings::TEST_BASE_URL.to_owned())),
    }
}

/// The adapter of the account.
pub(super) fn adapter(settings: &GatewaySettings) -> Result<Adyen, Vec<SettingProblem>> {
    let options = options(settings)?;
    let base_url = base_url(settings, &options).map_err(|problem| vec![problem])?;
    if let Some(url) = &options.return_url
        && !web(url)
    {
        let remedy = "give the page of the shop that customers come back to, beginning with https://";
        return Err(vec![settings.options.problem("return_url", "is no address of the web", remedy)]);
    }
    let key = SecretString::from(options.api_key.expose().to_owned());
    let adyen = AdyenSettings {
        base_url,
        allow_plain_http: settings.allow_plain_http,
        return_url: options.return_url,
        connect_timeout: settings.connect_timeout,
        capabilities: settings.capabilities.clone(),
        ..AdyenSettings::new(options.merchant_account, key)
    };
    Adyen::new(&adyen).map_err(|error| {
        if let AdyenError::Line(LineError::PlainHttp(_)) = &error {
            return vec![plain_http(settings)];
        }
        let key = match &error {
            AdyenError::Line(LineError::BaseUrl(_) | LineError::PlainHttp(_)) => "base_url",
            AdyenError::ApiKey => "api_key",
            AdyenError::MerchantAccount => "merchant_account",
            AdyenError::Line(LineError::NoTls | LineError::Client(_) | LineError::Certificates(_)) => "",
        };
        vec![settings.options.problem(key, error.to_string(), "correct it")]
    })
}

fn web(url: &str) -> bool {
    url.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("https" | "http")) && uri.host().is_some() && url.len() <= 1_024
    })
}

/// What reads the account's notifications, where it has keys for them.
pub(super) fn webhooks(settings: &GatewaySettings) -> Result<Option<AdyenWebhooks>, Vec<SettingProblem>> {
    let options = options(settings)?;
    let Some(secrets) = &options.webhook_secrets else { return Ok(None) };
    AdyenWebhooks::new(&sealed(secrets), &options.merchant_account).map(Some).map_err(|error| {
        vec![settings.options.problem("webhook_secrets", error.to_string(), "copy the keys again")]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::domain::payment::GatewayCapabilities;

    const EXAMPLE: &str = include_str!("../../../examples/cashwrap.toml");
    const BACKUP: &str =
        "kind = \"stripe\"\nbase_url = \"http://127.0.0.1:12112\"\nsecret_key = \"sk_sandbox_backup\"\n";
    const KEY: &str = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
    const LEAST: &str = "kind = \"adyen\"\napi_key = \"AQE_secret\"\nmerchant_account = \"ShopCOM\"\n";

    /// The example with an account at Adyen for its backup, of these settings.
    fn account(given: &str) -> Result<GatewaySettings, String> {
        assert!(EXAMPLE.contains(BACKUP));
        let read = Settings::parse("test.toml", &EXAMPLE.replace(BACKUP, given), []);
        let settings = read.map_err(|refused| refused.to_string())?;
        let mut accounts = settings.partners.gateways.into_iter();
        Ok(accounts.find(|account| account.account.as_str() == "backup").unwrap())
    }

    fn problems(given: &str) -> String {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let account = match account(&format!("{LEAST}{given}")) {
            Ok(account) => account,
            Err(refused) => return refused,
        };
        let told = adapter(&account).err().or_else(|| webhooks(&account).err());
        told.map(|told| told.iter().map(ToString::to_string).collect()).unwrap_or_default()
    }

    #[test]
    fn a_key_and_a_merchant_account_are_enough_for_the_test_platform() {
        let account = account(LEAST).unwrap();
        assert_eq!(account.capabilities, GatewayCapabilities::adyen());
        assert_eq!(address(&account).as_deref(), Some("https://checkout-test.adyen.com"));
        assert_eq!(problems(""), "");
        assert!(webhooks(&account).unwrap().is_none(), "no key, no door");
        assert!(!format!("{account:?}").contains("AQE_secret"));
    }

    #[test]
    fn the_live_platform_is_reached_by_its_prefix() {
        let live = account(&format!("{LEAST}live_url_prefix = \"1797a841-Shop\"\n")).unwrap();
        let expected = "https://1797a841-Shop-checkout-live.adyenpayments.com/checkout";
        assert_eq!(address(&live).as_deref(), Some(expected));
        assert_eq!(base_url(&live, &options(&live).unwrap()).unwrap(), expected);
    }

    #[test]
    fn two_hmac_keys_are_taken_while_one_is_rotated() {
        let rotated = account(&format!("{LEAST}webhook_secrets = [\"{KEY}\", \"{KEY}\"]\n")).unwrap();
        assert!(webhooks(&rotated).unwrap().is_some());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_key_and_a_remedy() {
        for (given, expected) in [
            ("live_url_prefix = \"evil.example/\"", "live_url_prefix: is no prefix of a host"),
            ("live_url_prefix = \"a\"\nbase_url = \"https://b\"", "live_url_prefix: stands beside base_url"),
            ("return_url = \"shop\"", "return_url: is no address of the web"),
            ("base_url = \"http://adyen.example\"", "base_url: sends keys and tokens in plain text"),
            (
                "webhook_secrets = [\"whsec_of_another_vendor_and_no_hex\"]",
                "webhook_secrets: an HMAC key has 32 to 256 hexadecimal digits",
            ),
            ("secret_key = \"sk_1\"", "secret_key: unknown key"),
            (
                "[partners.gateways.backup.capabilities]\ntwo_step = true",
                "capabilities: is what the vendor promises",
            ),
        ] {
            let told = problems(given);
            assert!(told.contains(expected), "{given}: {told}");
        }
        let bare = account("kind = \"adyen\"\napi_key = \"AQE_secret\"\nmerchant_account = \"\"\n").unwrap();
        let told = adapter(&bare).err().unwrap();
        assert!(told[0].to_string().contains("merchant_account"), "{told:?}");
    }
}
