//! `[server]`: where the service listens, and how much it takes on.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::leaf;
use super::problem::{Problems, SettingProblem};
use super::raw::RawTable;

/// Where the service listens, and how much it takes on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// The gRPC listener.
    #[serde(deserialize_with = "leaf::address")]
    pub listen: SocketAddr,
    /// Metrics, liveness and readiness: never exposed to partners.
    #[serde(deserialize_with = "leaf::address")]
    pub admin_listen: SocketAddr,
    /// Where partners send their webhooks; nowhere where it is absent.
    #[serde(deserialize_with = "leaf::some_address")]
    pub webhook_listen: Option<SocketAddr>,
    /// Requests under way at once; more are refused as RESOURCE_EXHAUSTED.
    #[serde(deserialize_with = "leaf::count::<_, 1, 100_000>")]
    pub max_concurrent: u32,
    /// Placements under way at once, whether their caller still waits or not; more are refused as UNAVAILABLE
    /// before anything is recorded.
    #[serde(deserialize_with = "leaf::count::<_, 1, 100_000>")]
    pub max_placements: u32,
    /// How long a request may take at most.
    #[serde(rename = "request_timeout_ms", deserialize_with = "leaf::millis::<_, 1_000, 300_000>")]
    pub request_timeout: Duration,
    /// How long PlaceOrder keeps its caller waiting before it answers PROCESSING.
    #[serde(rename = "patience_ms", deserialize_with = "leaf::millis::<_, 100, 60_000>")]
    pub patience: Duration,
    /// The certificate of the gRPC and the webhook listener; without it they speak plain text.
    // Taken out before and read for itself; serde names it among the keys that there are.
    pub tls: Option<TlsSettings>,
}

/// A certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// The certificate chain, PEM.
    pub cert_file: PathBuf,
    /// The private key, PEM.
    pub key_file: PathBuf,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 50_051)),
            admin_listen: SocketAddr::from(([127, 0, 0, 1], 9_464)),
            webhook_listen: None,
            max_concurrent: 1_024,
            // More only pile up behind a gateway that is slow, each with its call and its lease.
            max_placements: 1_024,
            // Longer than the patience by enough for the answer to be written.
            request_timeout: Duration::from_secs(30),
            // payments.md §4: longer and the caller's own deadline comes first.
            patience: Duration::from_secs(10),
            tls: None,
        }
    }
}

impl ServerSettings {
    pub(super) fn read(mut raw: RawTable, problems: &mut Problems) -> Option<Self> {
        let tls = problems.take(raw.take_table("tls")).flatten();
        let tls = tls.and_then(|tls| problems.take_all(tls.read(&[])));
        let server: Self = problems.take_all(raw.read(&[]))?;
        problems.0.extend(server.check(&raw));
        Some(Self { tls, ..server })
    }

    fn check(&self, raw: &RawTable) -> Option<SettingProblem> {
        (self.request_timeout <= self.patience).then(|| {
            raw.problem(
                "request_timeout_ms",
                "is not longer than patience_ms",
                format!("give more than {}", self.patience.as_millis()),
            )
        })
    }
}
