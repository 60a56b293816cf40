//! The command line as a whole.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::flow::FlowCommand;

/// The binary's command line.
#[derive(Debug, Parser)]
#[command(
    name = "cashwrap",
    version,
    about = "A headless checkout: takes a cart to a paid order over gRPC, exactly once",
    after_help = "To begin: `cashwrap flow validate` checks the flows that ship with the binary, and\n\
                  `cashwrap flow explain --device phone` shows which of them a shopper gets.\n\n\
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
    /// Check flow documents, and see which flow a shopper gets.
    #[command(subcommand)]
    Flow(FlowCommand),
}

impl Cli {
    /// Runs the command, and says how it ended.
    pub fn run(self) -> ExitCode {
        match self.command {
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
