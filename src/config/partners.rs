//! `[partners.gateways.NAME]`, `[partners.carriers.NAME]`, `[partners.tax.NAME]`: the partner accounts.
//!
//! What every account of a sort has is read here; the rest of its table stays a [`RawTable`], which the
//! implementation reads with a struct of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;

use super::breaker::BreakerKeys;
use super::capabilities::CapabilityKeys;
use super::flow::KnownAccounts;
use super::leaf;
use super::problem::{Problems, SettingProblem};
use super::raw::RawTable;
use crate::domain::ids::AccountId;
use crate::domain::payment::GatewayCapabilities;
use crate::resilience::BreakerSettings;

/// The partner accounts, each sort by name.
#[derive(Debug, Clone, Default)]
pub struct PartnerSettings {
    /// Payment gateways.
    pub gateways: Vec<GatewaySettings>,
    /// Carriers, and places of collection.
    pub carriers: Vec<CarrierSettings>,
    /// Tax providers.
    pub tax: Vec<TaxSettings>,
}

/// A merchant account at a gateway.
#[derive(Debug, Clone)]
pub struct GatewaySettings {
    /// The account's name, by which flows call it.
    pub account: AccountId,
    /// The wire that it speaks.
    pub kind: GatewayKind,
    /// Whether plain HTTP may lead to another machine. Never in the open: keys and tokens would be read on the way.
    pub allow_plain_http: bool,
    /// How long connecting may take; a call that did not connect was never sent.
    pub connect_timeout: Duration,
    /// Calls under way at once.
    pub max_in_flight: u32,
    /// When calls stop for a while.
    pub breaker: BreakerSettings,
    /// What it can do about unknown outcomes, and how long one call may take.
    pub capabilities: GatewayCapabilities,
    /// The rest, for the implementation: `base_url`, `secret_key`, `client_id`.
    pub options: RawTable,
}

/// The wire that a gateway account speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayKind {
    /// Stripe's PaymentIntents.
    Stripe,
    /// Adyen's Checkout.
    Adyen,
    /// PayPal's Orders v2.
    Paypal,
    /// A partner's server of `cashwrap.partner.v1.PaymentGatewayService`.
    Remote,
}

impl GatewayKind {
    /// What the vendor promises, whatever the settings say; `None` where sandboxes play other gateways over its wire, or
    /// where the gateway tells it itself.
    const fn promises(self) -> Option<GatewayCapabilities> {
        match self {
            Self::Stripe | Self::Remote => None,
            Self::Adyen => Some(GatewayCapabilities::adyen()),
            Self::Paypal => Some(GatewayCapabilities::paypal()),
        }
    }
}

/// A carrier, or places of collection.
#[derive(Debug, Clone)]
pub struct CarrierSettings {
    /// The account's name, by which flows call it.
    pub account: AccountId,
    /// How it quotes.
    pub kind: CarrierKind,
    /// How long one try of a quote may take.
    pub timeout: Duration,
    /// When calls stop for a while.
    pub breaker: BreakerSettings,
    /// The rest, for the implementation.
    pub options: RawTable,
}

/// How a carrier quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CarrierKind {
    /// From a table of rates in the settings.
    TableRate,
    /// Locations at which goods are collected.
    Pickup,
}

/// A tax provider.
#[derive(Debug, Clone)]
pub struct TaxSettings {
    /// The account's name, by which flows call it.
    pub account: AccountId,
    /// How it computes.
    pub kind: TaxKind,
    /// How long one try of a quote may take.
    pub timeout: Duration,
    /// When calls stop for a while.
    pub breaker: BreakerSettings,
    /// The rest, for the implementation.
    pub options: RawTable,
}

/// How a tax provider computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxKind {
    /// From a table of rates in the settings.
    Builtin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quoting<K> {
    kind: K,
    #[serde(default = "default_quote_timeout", deserialize_with = "leaf::millis::<_, 100, 2_000>")]
    timeout_ms: Duration,
    #[serde(default, with = "BreakerKeys")]
    breaker: BreakerSettings,
}

/// Rates over the network take 200 to 500 ms; twice that is a partner in trouble, and a shopper waits meanwhile.
fn default_quote_timeout() -> Duration {
    Duration::from_millis(800)
}

const QUOTING_KEYS: [&str; 3] = ["kind", "timeout_ms", "breaker"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gateway {
    kind: GatewayKind,
    #[serde(default = "default_timeout", deserialize_with = "leaf::millis::<_, 100, 120_000>")]
    timeout_ms: Duration,
    #[serde(default = "default_connect_timeout", deserialize_with = "leaf::millis::<_, 10, 10_000>")]
    connect_timeout_ms: Duration,
    #[serde(default = "default_max_in_flight", deserialize_with = "leaf::count::<_, 1, 10_000>")]
    max_in_flight: u32,
    #[serde(default)]
    allow_plain_http: bool,
    #[serde(default, with = "BreakerKeys")]
    breaker: BreakerSettings,
    #[serde(default = "GatewayCapabilities::stripe", with = "CapabilityKeys")]
    capabilities: GatewayCapabilities,
}

fn default_timeout() -> Duration {
    GatewayCapabilities::stripe().timeout
}

/// A host that is there answers a SYN within a second even across the world; the shopper waits meanwhile.
fn default_connect_timeout() -> Duration {
    Duration::from_secs(2)
}

/// Gateways allow about a hundred calls a second; beyond this they answer 429.
fn default_max_in_flight() -> u32 {
    100
}

const GATEWAY_KEYS: [&str; 7] = [
    "kind",
    "timeout_ms",
    "connect_timeout_ms",
    "max_in_flight",
    "allow_plain_http",
    "breaker",
    "capabilities",
];

impl PartnerSettings {
    pub(super) fn read(mut raw: RawTable, problems: &mut Problems) -> Self {
        let gateways = accounts(&mut raw, "gateways", problems, |account, mut options, problems| {
            let common = options.split(&GATEWAY_KEYS);
            let given = problems.take_all(common.read(&[]));
            problems.0.extend(without_scheme(&options));
            problems.0.extend(capabilities_of_another(&common));
            let given: Gateway = given?;
            let promises = given.kind.promises();
            if promises.is_some() && common.keys().any(|key| key == "capabilities") {
                let remedy = "remove the table: only sandboxes on Stripe's wire play other gateways";
                problems.0.push(common.problem("capabilities", "is what the vendor promises", remedy));
            }
            let capabilities = promises.unwrap_or(given.capabilities);
            Some(GatewaySettings {
                account,
                kind: given.kind,
                allow_plain_http: given.allow_plain_http,
                connect_timeout: given.connect_timeout_ms,
                max_in_flight: given.max_in_flight,
                breaker: given.breaker,
                capabilities: GatewayCapabilities { timeout: given.timeout_ms, ..capabilities },
                options,
            })
        });
        let carriers = accounts(&mut raw, "carriers", problems, |account, mut options, problems| {
            let given: Quoting<CarrierKind> = problems.take_all(options.split(&QUOTING_KEYS).read(&[]))?;
            let Quoting { kind, timeout_ms: timeout, breaker } = given;
            Some(CarrierSettings { account, kind, timeout, breaker, options })
        });
        let tax = accounts(&mut raw, "tax", problems, |account, mut options, problems| {
            let given: Quoting<TaxKind> = problems.take_all(options.split(&QUOTING_KEYS).read(&[]))?;
            let Quoting { kind, timeout_ms: timeout, breaker } = given;
            Some(TaxSettings { account, kind, timeout, breaker, options })
        });
        for key in raw.keys() {
            let remedy = "remove it, or use one of gateways, carriers, tax";
            problems.0.push(raw.problem(key, "unknown key", remedy));
        }
        Self { gateways, carriers, tax }
    }

    /// The accounts that flows may name.
    pub fn known(&self) -> KnownAccounts {
        let carriers = |kind| {
            self.carriers
                .iter()
                .filter(move |carrier| carrier.kind == kind)
                .map(|carrier| carrier.account.clone())
                .collect()
        };
        KnownAccounts {
            gateways: self.gateways.iter().map(|gateway| gateway.account.clone()).collect(),
            carriers: carriers(CarrierKind::TableRate),
            pickup: carriers(CarrierKind::Pickup),
            tax: self.tax.iter().map(|tax| tax.account.clone()).collect(),
            options: self.carriers.iter().filter_map(options).collect(),
        }
    }
}

/// The codes of what a carrier offers, where its settings list them.
fn options(carrier: &CarrierSettings) -> Option<(AccountId, BTreeSet<String>)> {
    match carrier.kind {
        CarrierKind::TableRate => {
            let methods = carrier.options.clone().take_list("methods").ok()?;
            let codes = methods.iter().filter_map(|method| method.text("code").map(str::to_owned));
            Some((carrier.account.clone(), codes.collect()))
        }
        CarrierKind::Pickup => None,
    }
}

/// What a partner's server promises, it says itself: settings that say something else would be believed by people.
fn capabilities_of_another(common: &RawTable) -> Option<SettingProblem> {
    let told = common.text("kind") == Some("remote") && common.keys().any(|key| key == "capabilities");
    let remedy = "remove the table: GetCapabilities of the partner's server is what counts";
    told.then(|| common.problem("capabilities", "a remote gateway tells its own", remedy))
}

/// An address of a gateway that names no protocol: told with every other mistake, not when it is used.
fn without_scheme(options: &RawTable) -> Option<SettingProblem> {
    let given = options.text("base_url")?;
    let named = ["https://", "http://"].iter().any(|scheme| given.starts_with(scheme));
    let remedy = "begin it with https://, or with http:// for a gateway on this machine";
    (!named).then(|| options.problem("base_url", "names no protocol", remedy))
}

fn accounts<T>(
    raw: &mut RawTable,
    key: &str,
    problems: &mut Problems,
    mut read: impl FnMut(AccountId, RawTable, &mut Problems) -> Option<T>,
) -> Vec<T> {
    let tables = problems.take(raw.take_accounts(key)).unwrap_or_default();
    tables.into_iter().filter_map(|(account, table)| read(account, table, problems)).collect()
}
