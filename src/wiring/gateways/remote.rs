//! What an account at a partner's server has of its own in the settings, and what becomes of it.

use secrecy::SecretString;
use serde::Deserialize;

use super::{plain_http, sealed};
use crate::config::{GatewaySettings, Secret, Secrets, SettingProblem};
use crate::partners::gateway::LineError;
use crate::partners::gateway::remote::{RemoteError, RemoteGateway, RemoteSettings, RemoteWebhooks};

/// The keys beside the common ones.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoteOptions {
    base_url: String,
    credential: Secret,
    webhook_secrets: Option<Secrets>,
}

fn options(settings: &GatewaySettings) -> Result<RemoteOptions, Vec<SettingProblem>> {
    settings.options.read(&["credential", "webhook_secrets"])
}

/// The adapter of the account.
pub(super) fn adapter(settings: &GatewaySettings) -> Result<RemoteGateway, Vec<SettingProblem>> {
    let options = options(settings)?;
    // Told with every other mistake, and not when the listener opens.
    webhooks(settings)?;
    let remote = RemoteSettings {
        base_url: options.base_url,
        allow_plain_http: settings.allow_plain_http,
        credential: SecretString::from(options.credential.expose().to_owned()),
        connect_timeout: settings.connect_timeout,
        timeout: settings.capabilities.timeout,
    };
    RemoteGateway::new(&remote).map_err(|error| {
        let (key, remedy) = match &error {
            RemoteError::Line(LineError::PlainHttp(_)) => return vec![plain_http(settings)],
            RemoteError::Line(LineError::BaseUrl(_)) => {
                ("base_url", "give scheme, host and port alone, such as https://gateway.example:443")
            }
            RemoteError::Credential => ("credential", "use printable ASCII"),
            RemoteError::Line(LineError::NoTls | LineError::Client(_) | LineError::Certificates(_)) => {
                ("", "correct it")
            }
        };
        vec![settings.options.problem(key, error.to_string(), remedy)]
    })
}

/// What reads the account's notifications, where it has secrets for them.
pub(super) fn webhooks(settings: &GatewaySettings) -> Result<Option<RemoteWebhooks>, Vec<SettingProblem>> {
    let options = options(settings)?;
    let Some(secrets) = &options.webhook_secrets else { return Ok(None) };
    RemoteWebhooks::new(&sealed(secrets)).map(Some).map_err(|error| {
        let remedy = "make one with: echo whsec_$(openssl rand -base64 32)";
        vec![settings.options.problem("webhook_secrets", error.to_string(), remedy)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    const EXAMPLE: &str = include_str!("../../../examples/cashwrap.toml");
    const BACKUP: &str =
        "kind = \"stripe\"\nbase_url = \"http://127.0.0.1:12112\"\nsecret_key = \"sk_sandbox_backup\"\n";
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// The example with a remote account of these settings for its backup.
    fn account(given: &str) -> Result<GatewaySettings, String> {
        assert!(EXAMPLE.contains(BACKUP));
        let given = format!("kind = \"remote\"\n{given}\n");
        let read = Settings::parse("test.toml", &EXAMPLE.replace(BACKUP, &given), []);
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
    fn an_address_and_a_credential_are_enough_and_no_secret_is_shown() {
        let least = "base_url = \"https://gateway.example\"\ncredential = \"hush-hush\"";
        assert_eq!(problems(least), "");
        let least = account(least).unwrap();
        assert!(webhooks(&least).unwrap().is_none(), "no secret, no door");
        assert!(!format!("{least:?}").contains("hush-hush"));
        let rotated = format!(
            "base_url = \"http://127.0.0.1:50071\"\ncredential = \"x\"\nwebhook_secrets = [\"{SECRET}\", \"{SECRET}\"]"
        );
        assert_eq!(problems(&rotated), "");
        assert!(webhooks(&account(&rotated).unwrap()).unwrap().is_some());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_key_and_a_remedy() {
        let with = |more: &str| format!("base_url = \"https://gateway.example\"\ncredential = \"x\"\n{more}");
        for (given, expected) in [
            ("credential = \"x\"".to_owned(), "base_url"),
            ("base_url = \"https://gateway.example\"".to_owned(), "credential"),
            ("base_url = \"gateway.example\"\ncredential = \"x\"".to_owned(), "base_url: names no protocol"),
            (
                "base_url = \"http://gateway.example\"\ncredential = \"x\"".to_owned(),
                "base_url: sends keys and tokens in plain text",
            ),
            (
                "base_url = \"https://gateway.example/v1\"\ncredential = \"x\"".to_owned(),
                "give scheme, host and port alone",
            ),
            (
                "base_url = \"https://gateway.example\"\ncredential = \"a\\nb\"".to_owned(),
                "use printable ASCII",
            ),
            (
                with("webhook_secrets = [\"whsec_of_another_vendor_and_no_base64\"]"),
                "webhook_secrets: is no secret of Standard Webhooks",
            ),
            (with("secret_key = \"sk_1\""), "secret_key: unknown key"),
            (
                with("[partners.gateways.backup.capabilities]\ntwo_step = true"),
                "capabilities: a remote gateway tells its own",
            ),
        ] {
            let told = problems(&given);
            assert!(told.contains(expected), "{given}: {told}");
        }
    }
}
