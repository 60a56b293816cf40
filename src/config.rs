//! Settings and flow documents: what the operator writes, read once at start and validated.
//!
//! [`Settings`] come from one TOML file with environment variables over it, one element per file. A wrong key
//! or value is refused with its full path, the reason and what is allowed; secrets never print. The tables of
//! partner accounts stay [`RawTable`]s, which the room that owns the implementation reads with its own struct.
//!
//! [`flow`] reads flow documents, in YAML, with the line and column of every mistake.

pub mod flow;
pub mod leaf;

mod auth;
mod breaker;
mod capabilities;
mod database;
mod flows;
mod overlay;
mod partners;
mod problem;
mod published;
mod raw;
mod secret;
mod server;
mod settings;
mod stores;
mod telemetry;
#[cfg(test)]
mod tests;
mod timing;

pub use auth::{ApiKey, AuthSettings, DataKey, Scope};
pub use database::{DatabaseSettings, DatabaseUrl};
pub use flows::FlowSettings;
pub use overlay::{ENVIRONMENT_PREFIX, environment};
pub use partners::{
    CarrierKind, CarrierSettings, GatewayKind, GatewaySettings, PartnerSettings, TaxKind, TaxSettings,
};
pub use problem::{SettingProblem, SettingsRefused};
pub use raw::RawTable;
pub use secret::{Secret, Secrets};
pub use server::{ServerSettings, TlsSettings};
pub use settings::Settings;
pub use stores::{StoreSettings, StoreTimers};
pub use telemetry::{LogFormat, LogLevel, TelemetrySettings};
pub use timing::Timing;
