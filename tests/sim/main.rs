//! The simulation (ring R1 of docs/reliability.md): the use cases and the engine as they ship, on a paused
//! runtime, over the memory store and simulated gateways, with faults and crashes at every effect.
//!
//! - [`args`]: what is asked for. [`run`]: seeds over threads. [`report`]: what is told. [`kept`]: the seeds that
//!   once failed. [`repeat`]: the same seed tells the same story.
//! - [`seed`]: one seed from beginning to end.
//! - [`world`]: store, processes and wires. [`gateways`]: vendors. [`faults`]: what goes wrong. [`shoppers`]: who
//!   calls. [`invariants`]: what must hold. [`book`]: what is durable. [`story`]: a seed for people to read.
//!
//! Only store, gateways, clock and ids are stand-ins, behind their ports. Without arguments the kept seeds are
//! replayed and the same fresh ones run each time; `scripts/sim` runs more of them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail as the test does")]

mod args;
mod book;
#[path = "../support/dice.rs"]
#[expect(dead_code, reason = "the integration tests roll more of it than the simulation")]
mod dice;
mod faults;
mod gateways;
mod invariants;
mod kept;
mod repeat;
mod report;
mod run;
mod seed;
mod shoppers;
#[path = "../support/stand_ins.rs"]
mod stand_ins;
mod story;
mod world;

use std::process::ExitCode;

/// The same allocator as the binary's: a seed is mostly rows that are cloned, written and read.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let asked = match args::Asked::parse(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(args::Answer::Help) => {
            println!("{}", args::HELP);
            return ExitCode::SUCCESS;
        }
        Err(args::Answer::Nothing) => return ExitCode::SUCCESS,
        Err(args::Answer::Wrong(what)) => {
            eprintln!("{what}\n\n{}", args::HELP);
            return ExitCode::from(2);
        }
    };
    seed::hear_panics();
    if let (true, Some(seed)) = (asked.trace, asked.seed) {
        return trace(seed);
    }
    let mut sound = true;
    if asked.kept {
        sound &= kept::replay() && repeat::check();
    }
    sound &= run::run(&asked);
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tells the story of one seed.
fn trace(seed: u64) -> ExitCode {
    // What the house itself logs as an error says more than that it did.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::ERROR)
        .without_time()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let ended = seed::run(seed, true);
    print!("{}", ended.story);
    if let Some(violation) = &ended.violation {
        println!("VIOLATED {}: {}", violation.invariant, violation.what);
        return ExitCode::FAILURE;
    }
    println!("seed {seed}: {} effects, {} crashes, nothing violated", ended.effects, ended.crashes);
    ExitCode::SUCCESS
}
