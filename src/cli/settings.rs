//! The settings, as every command that needs them asks for them.

use std::path::PathBuf;

use clap::Args;

use crate::config::{Settings, environment};

/// Where the settings are.
#[derive(Debug, Args)]
pub struct SettingsFile {
    /// The settings; variables CASHWRAP__SECTION__KEY go over them.
    #[arg(long, value_name = "FILE", env = "CASHWRAP_CONFIG")]
    pub config: Option<PathBuf>,
}

impl SettingsFile {
    /// Loads them; what is wrong with them goes to standard error, a line each.
    pub(super) fn load(&self) -> Option<Settings> {
        let loaded = Settings::load(self.config.as_deref(), environment());
        let told = loaded.map_err(|refused| eprintln!("{refused}")).ok();
        if told.is_none() && self.config.is_none() {
            eprintln!("no --config FILE was given: examples/cashwrap.toml is one to begin with");
        }
        told
    }
}
