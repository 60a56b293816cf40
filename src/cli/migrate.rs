//! `cashwrap migrate`: bring the database to this version's shape.

use std::process::ExitCode;

use clap::Args;

use super::exit::{FAILED, REFUSED};
use super::runtime::block_on;
use super::settings::SettingsFile;
use crate::config::Settings;
use crate::wiring::StartError;
use crate::wiring::database::Database;

/// Bring the database to this version's shape; processes of the version before go on working.
#[derive(Debug, Args)]
#[command(after_help = "Run it before the first process of a new version; again it changes nothing.\n\
    Next: `cashwrap serve`.\n\n\
    Exit codes: 0 migrated; 1 the database refused; 2 the settings are wrong.")]
pub struct Migrate {
    /// Where the settings are.
    #[command(flatten)]
    pub settings: SettingsFile,
}

impl Migrate {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        let Some(settings) = self.settings.load() else { return ExitCode::from(REFUSED) };
        block_on(async {
            match migrate(&settings).await {
                Ok(()) => {
                    println!("the database has this version's shape");
                    ExitCode::SUCCESS
                }
                Err(error) => {
                    eprintln!("error: {error}");
                    ExitCode::from(if error.is_refusal() { REFUSED } else { FAILED })
                }
            }
        })
    }
}

async fn migrate(settings: &Settings) -> Result<(), StartError> {
    Database::open(&settings.store)?.migrate().await
}
