//! Faults under load, and what must hold afterwards: a programme of its own, for it runs as long as it is told to.
//!
//! Shoppers place without a pause while something is killed, paused, filled or cut off at moments that a printed
//! seed chose, many of them next to something that was just observed. Then everything settles by itself, and an
//! auditor compares the gateways' ledgers, the rows, the events and what shoppers were told: nothing acknowledged
//! is lost, nothing is charged twice, nothing is stuck.
//!
//! - [`storm`]: two servers, two gateways and PostgreSQL, and every fault of [`faults`]. [`failover`]: the primary
//!   of two PostgreSQL servers dies. [`kill`]: one server is killed again and again, on either store.
//!   `scripts/chaos` and `scripts/kill` run them.
//! - [`load`]: the shoppers, and what they were told. [`aim`]: when to strike.
//! - [`scene`]: what was under way at a strike. [`windows`]: how often each window was hit.
//! - [`audit`]: what must hold in the end. [`terms`]: the times, scaled. [`report`]: the line of JSON.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "it is a test: what it stands on fails as the test does"
)]

#[path = "../support"]
#[expect(dead_code, unused_imports, reason = "the other test binary uses the rest")]
mod support {
    pub mod binary;
    pub mod dice;
    pub mod patience;
    pub mod postgres;
    pub mod shopper;
    pub mod witness;
}

mod aim;
mod audit;
mod command;
mod failover;
mod faults;
mod kill;
mod load;
mod report;
mod scene;
mod storm;
mod terms;
mod windows;

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let ended = match command::Command::parse() {
        command::Command::Storm(asked) => storm::run(asked).await,
        command::Command::Failover(asked) => failover::run(asked).await,
        command::Command::Kill(asked) => kill::run(asked).await,
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("error: {wrong}");
            ExitCode::FAILURE
        }
    }
}
