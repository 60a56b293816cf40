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
            let remedy = "give what the Customer Area shows under API URLs, such as 1797a841fbb37ca7-AdyenDemo";
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
            AdyenError::Line(LineError::NoTls | LineError::Client(_)) => "",
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
