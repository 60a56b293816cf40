//! Parses the command line, calls [`cashwrap::cli`], and turns its result into an exit code
//! (see [`cashwrap::cli::FAILED`] and [`cashwrap::cli::REFUSED`]).

use std::process::ExitCode;

use cashwrap::cli::{Cli, FAILED};
use clap::Parser;

/// Many small requests on many threads: the system's allocator is the first thing they would queue at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The first to be installed stays, and every TLS connection of the process takes it.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("another TLS provider is already installed; report this as a bug");
        return ExitCode::from(FAILED);
    }
    Cli::parse().run()
}
