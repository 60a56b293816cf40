//! `cashwrap sandbox`: gateways that move no real money.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use secrecy::SecretString;

use super::exit::FAILED;
use super::runtime::{Signals, block_on, stdin_ended};
use crate::config::TelemetrySettings;
use crate::partners::sandbox::{self, Idempotency, SandboxSettings, WebhookSettings};
use crate::telemetry::logs;

/// The commands on sandboxes.
#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Serve a gateway that speaks Stripe's wire over a durable ledger of its own.
    Gateway(Box<Gateway>),
}

/// Which gateway.
#[derive(Debug, Args)]
#[command(
    after_help = "Its tokens are tok_ACCOUNT_BEHAVIOUR: tok_primary_approve, tok_primary_decline_insufficient_funds.\n\
    docs/sandbox.md lists the behaviours, and how to read the ledger over HTTP.\n\
    Next: name its address as base_url of an account under [partners.gateways], then `cashwrap serve`.\n\n\
    Exit codes: 0 ended by a signal; 1 the address or the ledger cannot be used; 2 the command line is wrong."
)]
pub struct Gateway {
    /// The account whose tokens it accepts: lower-case letters and digits.
    #[arg(long, default_value = "primary")]
    pub account: String,
    /// The address to listen on; port 0 takes any free one, which the log tells.
    #[arg(long, default_value = "127.0.0.1:12111")]
    pub listen: SocketAddr,
    /// The directory of the ledger; several accounts may share it.
    #[arg(long, value_name = "DIR", default_value = "sandbox-ledger")]
    pub ledger: PathBuf,
    /// Whose answer to a repeated key it imitates: stripe, checkout, none.
    #[arg(long, default_value = "stripe")]
    pub idempotency: Idempotency,
    /// Whether cancelling an intent stops an authorisation that lands later.
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set)]
    pub tombstones: bool,
    /// The key that callers send; sk_sandbox_ACCOUNT when absent.
    #[arg(long, value_name = "KEY", env = "CASHWRAP_SANDBOX_KEY", hide_env_values = true)]
    pub secret_key: Option<SecretString>,
    /// How long `slow` keeps its answer back.
    #[arg(long, value_name = "MS")]
    pub slow_ms: Option<u64>,
    /// How long after its request the effect of `lateland` lands.
    #[arg(long, value_name = "MS")]
    pub late_ms: Option<u64>,
    /// How long a request that is never answered is kept open.
    #[arg(long, value_name = "MS")]
    pub hang_ms: Option<u64>,
    /// How far the search lags behind the ledger.
    #[arg(long, value_name = "MS")]
    pub search_lag_ms: Option<u64>,
    /// Whether the fault `die_after_effect` may end the process.
    #[arg(long)]
    pub allow_die: bool,
    /// Where it tells what happened: http://…/webhooks/ACCOUNT of a server's webhook listener.
    #[arg(long, value_name = "URL")]
    pub webhook_url: Option<String>,
    /// What signs these webhooks; whsec_sandbox_ACCOUNT when absent.
    #[arg(long, value_name = "SECRET", env = "CASHWRAP_SANDBOX_WEBHOOK_SECRET", hide_env_values = true)]
    pub webhook_secret: Option<SecretString>,
    /// How long each webhook waits before it is sent.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub webhook_delay_ms: u64,
    /// How much longer it may wait, at random, so that webhooks overtake one another.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub webhook_spread_ms: u64,
    /// How often each webhook is sent.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub webhook_copies: u32,
    /// End when standard input ends, as it does with the process that started this one, however that ends.
    #[arg(long)]
    pub until_stdin_ends: bool,
}

impl SandboxCommand {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        let Self::Gateway(gateway) = self;
        let until_stdin_ends = gateway.until_stdin_ends;
        block_on(serve(gateway.settings(), until_stdin_ends))
    }
}

impl Gateway {
    fn settings(self) -> SandboxSettings {
        let defaults = SandboxSettings::default();
        let secret_key =
            self.secret_key.unwrap_or_else(|| SecretString::from(format!("sk_sandbox_{}", self.account)));
        let signs = || SecretString::from(format!("whsec_sandbox_{}", self.account));
        let webhook = self.webhook_url.map(|url| WebhookSettings {
            url,
            secret: self.webhook_secret.unwrap_or_else(signs),
            delay_ms: self.webhook_delay_ms,
            spread_ms: self.webhook_spread_ms,
            copies: self.webhook_copies,
        });
        SandboxSettings {
            listen: self.listen,
            account: self.account,
            secret_key,
            ledger: self.ledger,
            idempotency: self.idempotency,
            tombstones: self.tombstones,
            slow_ms: self.slow_ms.unwrap_or(defaults.slow_ms),
            late_ms: self.late_ms.unwrap_or(defaults.late_ms),
            hang_ms: self.hang_ms.unwrap_or(defaults.hang_ms),
            search_lag_ms: self.search_lag_ms.unwrap_or(defaults.search_lag_ms),
            allow_die: self.allow_die,
            webhook,
        }
    }
}

async fn serve(settings: SandboxSettings, until_stdin_ends: bool) -> ExitCode {
    let telemetry = logs::init(&TelemetrySettings::default());
    let served = match (telemetry, Signals::listen()) {
        (Ok(_), Ok(mut signals)) => sandbox::serve(settings, async move {
            tokio::select! {
                () = signals.next() => {}
                () = stdin_ended(until_stdin_ends) => {}
            }
        })
        .await
        .map_err(|error| error.to_string()),
        (Err(error), _) => Err(error.to_string()),
        (_, Err(error)) => Err(error.to_string()),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(FAILED)
        }
    }
}
