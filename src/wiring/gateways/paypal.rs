//! What an account at PayPal has of its own in the settings, and what becomes of it.

use secrecy::SecretString;
use serde::Deserialize;

use super::plain_http;
use crate::config::{GatewaySettings, Secret, SettingProblem};
use crate::partners::gateway::LineError;
use crate::partners::gateway::paypal::{Paypal, PaypalError, PaypalSettings};

/// The keys beside the common ones.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaypalOptions {
    client_id: String,
    client_secret: Secret,
    base_url: Option<String>,
}

/// The adapter of the account.
pub(super) fn adapter(settings: &GatewaySettings) -> Result<Paypal, Vec<SettingProblem>> {
    let options: PaypalOptions = settings.options.read(&["client_secret"])?;
    let secret = SecretString::from(options.client_secret.expose().to_owned());
    let defaults = PaypalSettings::new(options.client_id, secret);
    let paypal = PaypalSettings {
        base_url: options.base_url.unwrap_or_else(|| defaults.base_url.clone()),
        allow_plain_http: settings.allow_plain_http,
        connect_timeout: settings.connect_timeout,
        capabilities: settings.capabilities.clone(),
        ..defaults
    };
    Paypal::new(&paypal).map_err(|error| {
        if let PaypalError::Line(LineError::PlainHttp(_)) = &error {
            return vec![plain_http(settings)];
        }
        let key = match &error {
            PaypalError::Line(LineError::BaseUrl(_) | LineError::PlainHttp(_)) => "base_url",
            PaypalError::ClientId => "client_id",
            PaypalError::Line(LineError::NoTls | LineError::Client(_) | LineError::Certificates(_)) => "",
        };
        vec![settings.options.problem(key, error.to_string(), "correct it")]
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
    const LEAST: &str = "kind = \"paypal\"\nclient_id = \"Ab_app\"\nclient_secret = \"EFGHsecret\"\n";

    /// The example with an account at PayPal for its backup, of these settings.
    fn account(given: &str) -> Result<GatewaySettings, String> {
        assert!(EXAMPLE.contains(BACKUP));
        let read = Settings::parse("test.toml", &EXAMPLE.replace(BACKUP, given), []);
        let settings = read.map_err(|refused| refused.to_string())?;
        let mut accounts = settings.partners.gateways.into_iter();
        Ok(accounts.find(|account| account.account.as_str() == "backup").unwrap())
    }

    fn problems(given: &str) -> String {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let account = match account(given) {
            Ok(account) => account,
            Err(refused) => return refused,
        };
        let told = adapter(&account).err().unwrap_or_default();
        told.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_application_and_its_secret_are_enough() {
        let account = account(LEAST).unwrap();
        assert_eq!(account.capabilities, GatewayCapabilities::paypal());
        assert!(!format!("{account:?}").contains("EFGHsecret"));
        assert_eq!(problems(LEAST), "");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_key_and_a_remedy() {
        for (given, expected) in [
            ("base_url = \"http://paypal.example\"", "base_url: sends keys and tokens in plain text"),
            ("secret_key = \"sk_1\"", "secret_key: unknown key"),
            ("webhook_secrets = [\"whsec_1\"]", "webhook_secrets: unknown key"),
            (
                "[partners.gateways.backup.capabilities]\ntwo_step = true",
                "capabilities: is what the vendor promises",
            ),
        ] {
            let told = problems(&format!("{LEAST}{given}\n"));
            assert!(told.contains(expected), "{given}: {told}");
        }
        let colon = problems(&LEAST.replace("Ab_app", "Ab:app"));
        assert!(colon.contains("client_id: a client id has no colon"), "{colon}");
        let nameless = problems("kind = \"paypal\"\nclient_secret = \"EFGHsecret\"\n");
        assert!(nameless.contains("client_id"), "{nameless}");
    }
}
