//! The commands of the binary.
//!
//! A command is a file under `cli/`: a struct that clap derives its arguments from, with a `run` that answers
//! an [`ExitCode`]. To add one, add its file, a variant of [`Command`], and a line in [`Cli::run`].

mod exit;
mod flow;
mod parse;

pub use exit::{FAILED, REFUSED};
pub use flow::FlowCommand;
pub use parse::{Cli, Command};
