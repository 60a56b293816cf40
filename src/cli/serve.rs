//! `cashwrap serve`: the service itself.

use std::process::ExitCode;

use clap::Args;

use super::exit::{FAILED, REFUSED};
use super::runtime::{Signals, block_on, stdin_ended};
use super::settings::SettingsFile;
use crate::config::Settings;
use crate::telemetry::logs;
use crate::wiring::{self, Mode};

/// Serve gRPC until SIGTERM or Ctrl-C; calls under way are then brought to their end.
#[derive(Debug, Args)]
#[command(after_help = "To try it out (examples/cashwrap.toml names these accounts):\n  \
      cashwrap catalog load examples/catalogue.json --store demo --config examples/cashwrap.toml\n  \
      cashwrap sandbox gateway --account primary --listen 127.0.0.1:12111 &\n  \
      cashwrap sandbox gateway --account backup --listen 127.0.0.1:12112 &\n  \
      cashwrap serve --config examples/cashwrap.toml --dev\n\
    Next: `grpcurl -plaintext 127.0.0.1:50051 list` shows the services.\n\n\
    Exit codes: 0 drained and ended; 1 failed while working, or something was left under way, which the\n\
    next process recovers; 2 the settings, the flows or the certificate are wrong.")]
pub struct Serve {
    /// Where the settings are.
    #[command(flatten)]
    pub settings: SettingsFile,
    /// For trying out: let calls in without credentials, on this machine only.
    #[arg(long)]
    pub dev: bool,
    /// End when standard input ends, as it does with the process that started this one, however that ends.
    #[arg(long)]
    pub until_stdin_ends: bool,
}

impl Serve {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        let Some(settings) = self.settings.load() else { return ExitCode::from(REFUSED) };
        let mode = if self.dev { Mode::Development } else { Mode::Production };
        block_on(serve(settings, mode, self.until_stdin_ends))
    }
}

async fn serve(settings: Settings, mode: Mode, until_stdin_ends: bool) -> ExitCode {
    let telemetry = match logs::init(&settings.telemetry) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(REFUSED);
        }
    };
    let (mut signals, running) = match (Signals::listen(), wiring::start(&settings, mode).await) {
        (Ok(signals), Ok(running)) => (signals, running),
        (Err(error), _) => {
            eprintln!("error: signals cannot be heard: {error}");
            return ExitCode::from(FAILED);
        }
        (_, Err(error)) => {
            eprintln!("error: {error}");
            return ExitCode::from(if error.is_refusal() { REFUSED } else { FAILED });
        }
    };
    tracing::info!(grpc = %running.grpc(), admin = %running.admin(), "serving");
    tokio::select! {
        () = signals.next() => {}
        () = stdin_ended(until_stdin_ends) => {}
    }
    tracing::info!("draining; a second signal ends at once");
    let drained = tokio::select! {
        drained = running.stop() => drained,
        () = signals.next() => false,
    };
    telemetry.close().await;
    if drained {
        tracing::info!("drained");
        return ExitCode::SUCCESS;
    }
    tracing::warn!("something was left under way; the next process recovers it");
    ExitCode::from(FAILED)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use crate::cli::Cli;

    #[test]
    fn the_help_tries_it_out_as_the_readme_does() {
        let mut cli = Cli::command();
        let serve = cli.find_subcommand_mut("serve").unwrap();
        let help = serve.render_help().to_string();
        let commands = |text: &str| -> Vec<String> {
            let lines = text.lines().map(str::trim).filter(|line| line.starts_with("cashwrap "));
            lines.map(str::to_owned).collect()
        };
        let readme = include_str!("../../README.md");
        let (_, section) = readme.split_once("## Your own catalogue").unwrap();
        let (section, _) = section.split_once("\n## ").unwrap();
        assert_eq!(commands(&help), commands(section));
        assert_eq!(commands(section).len(), 4);
    }
}
