//! The command line, and how the demo goes from its beginning to its end.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;

use super::account::{Account, told};
use super::report::{Entry, Report};
use super::scenarios::Scenario;
use super::stage::{Listen, Stage};
use crate::cli::exit::FAILED;
use crate::cli::runtime::{Signals, block_on};
use crate::cli::trial::TrialError;

/// Try everything out: the server, two sandbox gateways, and scripted shoppers. Needs nothing but this binary.
#[derive(Debug, Args)]
#[command(
    after_help = "Everything it stores is in a temporary directory, and goes with it. No real money moves.\n\
    Next: `grpcurl -plaintext 127.0.0.1:50051 list` while it serves; README.md walks on from there.\n\n\
    Exit codes: 0 every ledger agrees with its orders; 1 one does not, or something could not be started;\n\
    2 the command line is wrong."
)]
pub struct Demo {
    /// End after the scenarios, instead of serving on until Ctrl-C.
    #[arg(long)]
    pub once: bool,
    /// Report as one JSON document, with amounts in minor units, instead of telling.
    #[arg(long)]
    pub json: bool,
    /// Where to serve gRPC; 127.0.0.1:50051 if it is free, and with --once any free port.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
}

impl Demo {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        block_on(self.whole())
    }

    async fn whole(self) -> ExitCode {
        match Signals::listen() {
            Ok(mut signals) => self.act(&mut signals).await.unwrap_or_else(|error| {
                eprintln!("error: {error}");
                ExitCode::from(FAILED)
            }),
            Err(error) => {
                eprintln!("error: signals cannot be heard: {error}");
                ExitCode::from(FAILED)
            }
        }
    }

    async fn act(&self, signals: &mut Signals) -> Result<ExitCode, TrialError> {
        let account = Account { silent: self.json };
        // Whatever ends early, by a signal, an error or a panic, drops the stage, and that kills the gateways.
        let (stage, report) = tokio::select! {
            played = self.scenarios(account) => played?,
            () = signals.next() => {
                eprintln!("ended by a signal before the scenarios were over");
                return Ok(ExitCode::from(FAILED));
            }
        };
        account.close(&report);
        if self.json {
            println!("{}", report.json());
        }
        if !self.once {
            account.invite(stage.address(), stage.admin(), stage.gateways());
            signals.next().await;
        }
        let drained = tokio::select! {
            drained = told("ending; a second signal ends at once", stage.strike()) => drained,
            () = signals.next() => false,
        };
        if !drained {
            eprintln!("error: the server did not end in time");
        }
        Ok(if report.ok && drained { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
    }

    async fn scenarios(&self, account: Account) -> Result<(Stage, Report), TrialError> {
        account.open();
        let mut stage = told("starting two gateways and the server", Stage::set(self.listens())).await?;
        let report = play(&mut stage, account).await?;
        Ok((stage, report))
    }

    fn listens(&self) -> Listen {
        match self.listen {
            Some(address) => Listen::At(address),
            None if self.once => Listen::Anywhere,
            None => Listen::Usual,
        }
    }
}

async fn play(stage: &mut Stage, account: Account) -> Result<Report, TrialError> {
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    for (index, scenario) in Scenario::ALL.into_iter().enumerate() {
        account.begin(index + 1, scenario.title());
        match told(scenario.title(), Box::pin(scenario.play(stage))).await {
            Ok(scenes) => {
                // Captures are under way for a moment.
                told("waiting until ledgers and orders agree", stage.audit()).await?;
                let ledgers = stage.ledgers().await?;
                for scene in scenes {
                    let (entry, wrong) = Entry::of(&scene, &ledgers);
                    account.end(&scene.told, &entry);
                    problems.extend(wrong);
                    entries.push(entry);
                }
            }
            Err(error) => {
                let entry = Entry::failed(scenario.name(), &error);
                account.fail(&entry);
                problems.push(format!("{}: {error}", scenario.name()));
                entries.push(entry);
                stage.primary.revive().await?;
            }
        }
    }
    problems.extend(told("comparing ledgers and orders", stage.audit()).await?);
    Ok(Report::new(entries, problems))
}
