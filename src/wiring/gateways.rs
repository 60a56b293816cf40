//! The gateway accounts of the settings, each behind its stack. `adyen`, `paypal`, `remote`: what an
//! account there has of its own.

pub(super) mod adyen;
mod paypal;
mod remote;

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;
use serde::Deserialize;

use crate::config::{GatewayKind, GatewaySettings, Secret, Secrets, SettingProblem};
use crate::domain::ids::AccountId;
use crate::partners::gateway::stripe::{Stripe, StripeError, StripeSettings, StripeWebhooks};
use crate::partners::gateway::{GatewayAccount, LineError, StackSettings};
use crate::ports::gateway::Operable;
use crate::ports::webhook::Webhooks;
use crate::resilience::Entropy;

/// The gateways by account; operators reach their breakers.
pub type Gateways = BTreeMap<AccountId, Arc<dyn Operable>>;

/// What reads the webhooks of each account that has a secret for them.
pub type WebhooksByAccount = BTreeMap<AccountId, Arc<dyn Webhooks>>;

/// What an account that speaks Stripe's wire has of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StripeOptions {
    base_url: Option<String>,
    secret_key: Secret,
    api_version: Option<String>,
    webhook_secrets: Option<Secrets>,
}

/// Builds every account, or tells everything that is wrong with any.
pub fn gateways(settings: &[GatewaySettings], entropy: &Entropy) -> Result<Gateways, Vec<SettingProblem>> {
    let mut gateways = Gateways::new();
    let mut problems = Vec::new();
    for account in settings {
        match gateway(account, entropy) {
            Ok(gateway) => drop(gateways.insert(account.account.clone(), gateway)),
            Err(mut wrong) => problems.append(&mut wrong),
        }
    }
    if problems.is_empty() { Ok(gateways) } else { Err(problems) }
}

fn gateway(settings: &GatewaySettings, entropy: &Entropy) -> Result<Arc<dyn Operable>, Vec<SettingProblem>> {
    let stack = StackSettings {
        max_in_flight: usize::try_from(settings.max_in_flight).unwrap_or(usize::MAX),
        breaker: settings.breaker,
        ..StackSettings::default()
    };
    let account = &settings.account;
    Ok(Arc::new(match settings.kind {
        GatewayKind::Stripe => GatewayAccount::new(account, stripe(settings)?, &stack, entropy),
        GatewayKind::Adyen => GatewayAccount::new(account, adyen::adapter(settings)?, &stack, entropy),
        GatewayKind::Paypal => GatewayAccount::new(account, paypal::adapter(settings)?, &stack, entropy),
        GatewayKind::Remote => GatewayAccount::new(account, remote::adapter(settings)?, &stack, entropy),
    }))
}

/// The accounts that may be sent webhooks.
pub fn webhooks(settings: &[GatewaySettings]) -> Result<WebhooksByAccount, Vec<SettingProblem>> {
    let mut found = WebhooksByAccount::new();
    for account in settings {
        let webhooks: Option<Arc<dyn Webhooks>> = match account.kind {
            GatewayKind::Stripe => {
                let secrets = stripe_options(account)?.webhook_secrets;
                secrets.map(|secrets| Arc::new(StripeWebhooks::new(&sealed(&secrets))) as _)
            }
            GatewayKind::Adyen => adyen::webhooks(account)?.map(|webhooks| Arc::new(webhooks) as _),
            // What it would tell is found by looks.
            GatewayKind::Paypal => None,
            GatewayKind::Remote => remote::webhooks(account)?.map(|webhooks| Arc::new(webhooks) as _),
        };
        if let Some(webhooks) = webhooks {
            found.insert(account.account.clone(), webhooks);
        }
    }
    Ok(found)
}

/// Secrets as the partners hold them.
fn sealed(secrets: &Secrets) -> Vec<SecretString> {
    secrets.iter().map(|secret| SecretString::from(secret.expose().to_owned())).collect()
}

fn stripe_options(settings: &GatewaySettings) -> Result<StripeOptions, Vec<SettingProblem>> {
    settings.options.read(&["secret_key", "webhook_secrets"])
}

fn stripe(settings: &GatewaySettings) -> Result<Stripe, Vec<SettingProblem>> {
    let options = stripe_options(settings)?;
    let defaults = StripeSettings::new(SecretString::from(options.secret_key.expose().to_owned()));
    let stripe = StripeSettings {
        base_url: options.base_url.unwrap_or_else(|| defaults.base_url.clone()),
        api_version: options.api_version.unwrap_or_else(|| defaults.api_version.clone()),
        allow_plain_http: settings.allow_plain_http,
        connect_timeout: settings.connect_timeout,
        capabilities: settings.capabilities.clone(),
        ..defaults
    };
    Stripe::new(&stripe).map_err(|error| {
        if let StripeError::Line(LineError::PlainHttp(_)) = &error {
            return vec![plain_http(settings)];
        }
        let key = match &error {
            StripeError::Line(LineError::BaseUrl(_) | LineError::PlainHttp(_))
            | StripeError::PlainText(_) => "base_url",
            StripeError::SecretKey => "secret_key",
            StripeError::Line(LineError::NoTls | LineError::Client(_) | LineError::Certificates(_)) => "",
        };
        vec![settings.options.problem(key, error.to_string(), "correct it")]
    })
}

fn plain_http(settings: &GatewaySettings) -> SettingProblem {
    settings.options.problem(
        "base_url",
        "sends keys and tokens in plain text to another machine",
        "begin it with https://, or set allow_plain_http = true beside it where nobody else can read the network, such \
         as for a sandbox in a cluster",
    )
}
