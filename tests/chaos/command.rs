//! The command line.

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, ValueEnum};

use crate::faults::NAMES;

/// Faults under load, and an audit of the gateways' ledgers, the rows, the events and what shoppers were told.
#[derive(Debug, Parser)]
#[command(
    name = "chaos",
    after_help = "Each run prints its progress on standard error and one line of JSON on standard output.\n\
    CASHWRAP_BINARY names the programme to prove; otherwise it is the one that cargo built.\n\n\
    Exit codes: 0 everything held; 1 it did not, or something that is needed is missing; 2 the command line is \
    wrong."
)]
pub enum Command {
    /// Two servers, two gateways and PostgreSQL under every fault.
    Storm(Storm),
    /// The primary of two PostgreSQL servers is killed, and its standby takes over.
    Failover(Failover),
    /// One server is killed again and again under load.
    Kill(Kill),
}

/// How long, and what not.
#[derive(Debug, Args)]
pub struct Storm {
    /// How long faults strike; each kind strikes once at least, and settling comes on top.
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub seconds: u64,
    /// Repeats the choices of an earlier run.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// A fault that is left out, which the line of JSON then says; may be repeated.
    #[arg(long, value_name = "FAULT", value_parser = PossibleValuesParser::new(NAMES))]
    pub without: Vec<String>,
}

/// How long around the failover.
#[derive(Debug, Args)]
pub struct Failover {
    /// How long shoppers shop before the primary dies, and again once they can.
    #[arg(long, value_name = "S", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub seconds: u64,
    /// Repeats the choices of an earlier run.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// How often, and over what.
#[derive(Debug, Args)]
pub struct Kill {
    /// How many kills on each store.
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub kills: u64,
    /// Repeats the choices of an earlier run.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// What keeps the data.
    #[arg(long, value_enum, default_value_t = On::Both)]
    pub on: On,
}

/// What keeps the data of a kill run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum On {
    /// SQLite, then PostgreSQL.
    Both,
    /// A file of the server's own.
    Sqlite,
    /// A private PostgreSQL.
    Postgres,
}
