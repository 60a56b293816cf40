//! The commands of the binary.
//!
//! A command is a file under `cli/`: a struct that clap derives its arguments from, with a `run` that answers
//! an exit code. To add one, add its file, a variant of [`Command`], and a line in [`Cli::run`].

mod bench;
mod catalog;
mod demo;
mod exit;
mod flow;
mod healthcheck;
mod migrate;
mod parse;
mod runtime;
mod sandbox;
mod serve;
mod settings;
mod trial;

pub use bench::Bench;
pub use catalog::CatalogCommand;
pub use demo::Demo;
pub use exit::{FAILED, REFUSED};
pub use flow::FlowCommand;
pub use healthcheck::Healthcheck;
pub use migrate::Migrate;
pub use parse::{Cli, Command};
pub use sandbox::SandboxCommand;
pub use serve::Serve;
