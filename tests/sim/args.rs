//! What is asked for on the command line.

use std::time::Duration;

/// How it is asked for.
pub const HELP: &str = "\
The simulation: the shipped use cases and engine, with faults and crashes at every effect.

usage: sim [--seeds N | --seconds S] [--seed X] [--trace] [--threads T] [--json] [--kept]

  --seeds N     run so many seeds
  --seconds S   run for so long
  --seed X      begin with this seed (1); alone, or with --trace, run only this one
  --trace       tell the story of the seed, up to what it violates
  --threads T   how many threads; all cores if left out
  --json        no progress: only the line of JSON at the end
  --kept        replay the kept seeds first
  --help        this text

Without arguments: the kept seeds, then 1,500 fresh ones from seed 1 on all cores.
The last line is JSON. The exit code is 1 when something was violated, and the line names the seeds.";

/// Fresh seeds of a run without arguments: the same ones each time, and a minute's work on two cores.
const FRESH: u64 = 1_500;

/// How many seeds, or for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// So many.
    Seeds(u64),
    /// For so long.
    Time(Duration),
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// How many seeds.
    pub limit: Limit,
    /// The seed to begin with, if one was named.
    pub seed: Option<u64>,
    /// Tell the story.
    pub trace: bool,
    /// On so many threads.
    pub threads: usize,
    /// No progress.
    pub json: bool,
    /// The kept seeds first.
    pub kept: bool,
}

/// What the command line asks for besides a run.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// The help text.
    Help,
    /// Nothing: a test runner lists tests, or asks for others by name.
    Nothing,
    /// Something that is not understood.
    Wrong(String),
}

fn number(option: &str, value: Option<String>) -> Result<u64, Answer> {
    let value = value.ok_or_else(|| Answer::Wrong(format!("{option} needs a number")))?;
    value.parse().map_err(|_| Answer::Wrong(format!("{option} needs a number, not {value}")))
}

impl Asked {
    /// What the arguments ask for.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, Answer> {
        let mut arguments = arguments.peekable();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let mut asked = Self {
            limit: Limit::Seeds(FRESH),
            seed: None,
            trace: false,
            threads: cores,
            json: false,
            kept: arguments.peek().is_none(),
        };
        let mut limited = false;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--seeds" => {
                    asked.limit = Limit::Seeds(number("--seeds", arguments.next())?);
                    limited = true;
                }
                "--seconds" => {
                    asked.limit = Limit::Time(Duration::from_secs(number("--seconds", arguments.next())?));
                    limited = true;
                }
                "--seed" => asked.seed = Some(number("--seed", arguments.next())?),
                "--threads" => {
                    asked.threads =
                        usize::try_from(number("--threads", arguments.next())?).unwrap_or(cores).max(1);
                }
                "--trace" => asked.trace = true,
                "--json" => asked.json = true,
                "--kept" => asked.kept = true,
                "--help" | "-h" => return Err(Answer::Help),
                "--list" => return Err(Answer::Nothing),
                // What `cargo test` passes on to every target.
                "--nocapture" | "--no-capture" | "--quiet" | "-q" | "--show-output" | "--include-ignored" => {
                    asked.kept = true;
                }
                "--test-threads" | "--skip" | "--format" | "--color" => drop(arguments.next()),
                // A filter by name: this target has one name.
                filter if !filter.starts_with('-') => {
                    if !"sim".contains(filter) {
                        return Err(Answer::Nothing);
                    }
                    asked.kept = true;
                }
                other => return Err(Answer::Wrong(format!("{other} is not understood"))),
            }
        }
        if asked.seed.is_some() && !limited {
            asked.limit = Limit::Seeds(1);
        }
        if asked.trace && asked.seed.is_none() {
            return Err(Answer::Wrong("--trace needs --seed".to_owned()));
        }
        Ok(asked)
    }
}
