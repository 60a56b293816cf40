//! The command line as a whole.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::bench::Bench;
use super::catalog::CatalogCommand;
use super::demo::Demo;
use super::flow::FlowCommand;
use super::healthcheck::Healthcheck;
use super::migrate::Migrate;
use super::sandbox::SandboxCommand;
use super::serve::Serve;

/// The binary's command line.
#[derive(Debug, Parser)]
#[command(
    name = "cashwrap",
    version,
    about = "A headless checkout: takes a cart to a paid order over gRPC, exactly once",
    after_help = "To begin: `cashwrap demo` shows what it does; `cashwrap serve --help` how to run it, and\n\
                  `cashwrap flow explain --device phone` which checkout flow a shopper gets.\n\n\
                  Exit codes: 0 done; 1 failed while working; 2 the command line, settings or flows are wrong.",
    arg_required_else_help = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try everything out on this machine: the server, sandbox gateways, and scripted shoppers.
    Demo(Demo),
    /// Measure complete checkouts on this machine.
    Bench(Bench),
    /// Serve gRPC.
    Serve(Serve),
    /// Bring the database to this version's shape.
    Migrate(Migrate),
    /// Load what the built-in catalogue sells.
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Gateways that move no real money, for trying out and for tests.
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Whether a process on this machine is ready.
    Healthcheck(Healthcheck),
    /// Check flow documents, and see which flow a shopper gets.
    #[command(subcommand)]
    Flow(FlowCommand),
}

impl Cli {
    /// Runs the command, and says how it ended.
    pub fn run(self) -> ExitCode {
        match self.command {
            Command::Demo(command) => command.run(),
            Command::Bench(command) => command.run(),
            Command::Serve(command) => command.run(),
            Command::Migrate(command) => command.run(),
            Command::Catalog(command) => command.run(),
            Command::Sandbox(command) => command.run(),
            Command::Healthcheck(command) => command.run(),
            Command::Flow(command) => command.run(&mut std::io::stdout(), &mut std::io::stderr()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
