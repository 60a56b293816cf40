//! Any command of the programme as a process, in a directory of its own, with what it says in a file.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use tempfile::TempDir;

use super::lifeline::{Lifeline, Signal};
use crate::support::patience::until;

/// Longer than a debug build takes on a machine that runs all other tests meanwhile.
const PATIENCE: Duration = Duration::from_mins(3);

/// A process of the programme; dropping it kills it.
pub struct Spawned {
    life: Lifeline,
    directory: TempDir,
}

impl Spawned {
    /// Starts it with these arguments and variables, in a directory of its own, where `tmp` is for what it keeps
    /// for a while.
    pub fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let own = directory.path().join("tmp");
        std::fs::create_dir(&own).unwrap();
        let life = Lifeline::start_within(&directory.path().join("said"), arguments, |command| {
            command.envs(variables.iter().copied()).current_dir(directory.path()).env("TMPDIR", &own);
        });
        Self { life, directory }
    }

    /// Everything that it has said.
    pub fn said(&self) -> String {
        self.life.said()
    }

    /// A path in its directory.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Waits until one of its lines tells this.
    pub async fn line<T>(&mut self, told: impl Fn(&str) -> Option<T>) -> T {
        let mut found = None;
        until("it says what is waited for", PATIENCE, async || {
            // Asked first: whoever has ended has said everything.
            let ended = self.life.ended();
            let said = self.said();
            found = said.lines().find_map(&told);
            assert!(found.is_some() || ended.is_none(), "it ended and did not say it:\n{said}");
            found.is_some()
        })
        .await;
        found.unwrap()
    }

    /// Waits until it ends by itself.
    pub async fn end(&mut self) -> ExitStatus {
        let mut ended = None;
        until("it ends", PATIENCE, async || {
            ended = self.life.ended();
            ended.is_some()
        })
        .await;
        ended.unwrap()
    }

    /// Asks it to end, as a terminal's Ctrl-C does, and waits until it has.
    pub async fn interrupt(&mut self) -> ExitStatus {
        self.life.signal(Signal::Interrupt);
        self.end().await
    }
}
