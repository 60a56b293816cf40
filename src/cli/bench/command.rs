//! The command line, and how a run goes.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tokio::time::Instant;

use super::arrivals::{Progress, arrive};
use super::report::{Asked, Report, Seen};
use super::rig::Rig;
use crate::cli::exit::FAILED;
use crate::cli::runtime::{Signals, block_on};
use crate::cli::trial::TrialError;

/// For so long shoppers come before anything is measured: connections are opened, and pages are cached.
const WARM_UP_SECONDS: u32 = 2;

/// Measure complete checkouts: a cart, a checkout, delivery, an order, its capture, over gRPC, in an open loop.
#[derive(Debug, Args)]
#[command(
    after_help = "It starts a server and a gateway of its own on this machine and moves no real money. Without --store \
    everything is temporary; with it the rows stay, so give a database that is there for this.\n\
    Measure an optimised build, on a machine that does nothing else: `cargo run --release -- bench`.\n\n\
    Exit codes: 0 every checkout ended paid; 1 one did not, or something could not be started; 2 the command line is \
    wrong."
)]
pub struct Bench {
    /// Checkouts begun each second, whatever became of those before.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rate: u32,
    /// For how long.
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub seconds: u32,
    /// The server's database, as `store.url` names it; a temporary SQLite file when absent.
    #[arg(long, value_name = "URL", env = "CASHWRAP_BENCH_STORE", hide_env_values = true)]
    pub store: Option<String>,
    /// How long the gateway takes for each request.
    #[arg(long, value_name = "MS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(0..=5_000))]
    pub gateway_ms: u32,
}

impl Bench {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        block_on(async move {
            let Ok(mut signals) = Signals::listen() else {
                eprintln!("error: signals cannot be heard");
                return ExitCode::from(FAILED);
            };
            // Whatever ends early drops the rig, and that kills what it started.
            let measured = tokio::select! {
                measured = self.measure() => measured,
                () = signals.next() => Err(TrialError::unexpected("ended by a signal before it was measured")),
            };
            match measured {
                Ok(report) => {
                    println!("{}", report.json());
                    if report.ok() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) }
                }
                Err(error) => {
                    eprintln!("error: {error}");
                    ExitCode::from(FAILED)
                }
            }
        })
    }

    async fn measure(&self) -> Result<Report, TrialError> {
        eprintln!("starting a gateway and a server");
        let rig = Rig::set(self.store.as_deref(), Duration::from_millis(u64::from(self.gateway_ms))).await?;
        let span = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let told = |what: &'static str| {
            move |progress: Progress| {
                let Progress { elapsed, done, under_way } = progress;
                eprintln!("{what}: {} s, {done} checkouts done, {under_way} under way", elapsed.as_secs());
            }
        };
        let warm = arrive(&rig.doors, 0, self.rate, span(WARM_UP_SECONDS), told("warming up")).await;
        if let Some((why, count)) = warm.errors.iter().next() {
            return Err(TrialError::unexpected(format!("the warm-up failed {count} times: {why}")));
        }
        let first = usize::try_from(warm.asked).unwrap_or_default();
        let (before, began) = (rig.server.usage(), Instant::now());
        let mut outcome = arrive(&rig.doors, first, self.rate, span(self.seconds), told("measuring")).await;
        let (took, after) = (began.elapsed(), rig.server.usage());
        eprintln!("waiting until every capture is done, and comparing orders with the gateway's ledger");
        let (paid, problems) = rig.settle().await?;
        let expected = warm.done.saturating_add(outcome.done);
        if paid != expected {
            outcome.errors.insert(format!("{paid} orders are paid, and {expected} checkouts ended"), 1);
        }
        let seen = Seen { start_took: rig.server.start_took, before, after, took, paid, problems };
        let asked = Asked {
            store: if self.on_postgres() { "postgres" } else { "sqlite" },
            rate: self.rate,
            seconds: self.seconds,
            warm_up_seconds: WARM_UP_SECONDS,
            gateway_ms: self.gateway_ms,
        };
        let report = Report::new(asked, &outcome, seen);
        if !rig.strike().await {
            return Err(TrialError::unexpected("the server left something under way"));
        }
        Ok(report)
    }

    fn on_postgres(&self) -> bool {
        self.store.as_ref().is_some_and(|url| url.starts_with("postgres"))
    }
}
