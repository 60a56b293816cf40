//! The settings file of a test's servers: the example's shape, with a database, ports and times of its own.

/// What tests change of the settings.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// How long PlaceOrder keeps its caller waiting.
    pub patience_ms: u64,
    /// How long a gateway may take to answer.
    pub timeout_ms: u64,
    /// How long the sandbox's `slow` keeps its answer back.
    pub slow_ms: u64,
    /// The section `[timing]`.
    pub timing: &'static str,
}

impl Default for Terms {
    fn default() -> Self {
        Self { patience_ms: 10_000, timeout_ms: 50_000, slow_ms: 1_000, timing: "" }
    }
}

/// Where the processes of one server find each other.
pub(super) struct Places<'a> {
    pub(super) flows: &'a str,
    pub(super) url: &'a str,
    pub(super) grpc: u16,
    pub(super) admin: u16,
    pub(super) primary: u16,
    pub(super) backup: u16,
}

/// The text of the file.
pub(super) fn text(terms: &Terms, places: &Places<'_>) -> String {
    let Places { flows, url, grpc, admin, primary, backup } = places;
    let Terms { patience_ms, timeout_ms, timing, .. } = terms;
    format!(
        r#"
[server]
listen = "127.0.0.1:{grpc}"
admin_listen = "127.0.0.1:{admin}"
max_concurrent = 1024
request_timeout_ms = 60000
patience_ms = {patience_ms}

[store]
url = "{url}"
pool_size = 16

[auth]
capability_key = "for tests only: 32 bytes and some more"

[[auth.data_keys]]
id = "2026-01"
secret = "for tests only: another 32 bytes and more"

[[stores]]
id = "demo"
currencies = ["EUR"]
prices_include_tax = true
origin_country = "DE"

[partners.gateways.primary]
kind = "stripe"
base_url = "http://127.0.0.1:{primary}"
secret_key = "sk_sandbox_primary"
timeout_ms = {timeout_ms}

[partners.gateways.backup]
kind = "stripe"
base_url = "http://127.0.0.1:{backup}"
secret_key = "sk_sandbox_backup"
timeout_ms = {timeout_ms}

[partners.carriers.parcel]
kind = "table_rate"
currency = "EUR"

[[partners.carriers.parcel.methods]]
code = "standard"
title = "Standard"
tax_category = "standard"
earliest_days = 2
latest_days = 4

[[partners.carriers.parcel.methods.zones]]
by = "weight-grams"
bands = [{{ up_to = "10000", amount = "4.90" }}]

[partners.carriers.shops]
kind = "pickup"

[[partners.carriers.shops.locations]]
id = "mitte"
name = "Shop in Mitte"
lines = ["Torstraße 1"]
locality = "Berlin"
postal_code = "10119"
country = "DE"
ready_in_hours = 2

[partners.tax.builtin]
kind = "builtin"

[timing]
{timing}
[telemetry]
log_format = "json"
log_level = "info"

[flows]
directory = "{flows}"
"#
    )
}
