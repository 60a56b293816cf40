//! Any command of the binary as a process, in a directory of its own, with what it says in a file.

use std::fs::File;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};

/// Longer than a debug build takes on a machine that runs all other tests meanwhile.
const PATIENCE: Duration = Duration::from_mins(3);

/// The path of the binary under test.
pub const CASHWRAP: &str = env!("CARGO_BIN_EXE_cashwrap");

/// A process of the binary; dropping it kills it.
pub struct Spawned {
    child: Child,
    directory: TempDir,
}

impl Spawned {
    /// Starts it with these arguments and variables, in a directory of its own, where `tmp` is for what it keeps
    /// for a while.
    pub fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("tmp")).unwrap();
        let said = File::create(directory.path().join("said")).unwrap();
        let child = Command::new(CASHWRAP)
            .args(arguments)
            .envs(variables.iter().copied())
            .current_dir(directory.path())
            .env("TMPDIR", directory.path().join("tmp"))
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { child, directory }
    }

    /// Everything that it has said.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.path_of("said")).unwrap()
    }

    /// A path in its directory.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Waits until one of its lines tells this.
    pub async fn line<T>(&mut self, told: impl Fn(&str) -> Option<T>) -> T {
        let mut looks = tokio::time::interval(Duration::from_millis(50));
        let looking = async {
            loop {
                looks.tick().await;
                let ended = self.child.try_wait().unwrap();
                let said = self.said();
                if let Some(found) = said.lines().find_map(&told) {
                    return found;
                }
                assert!(ended.is_none(), "it ended and did not say it:\n{said}");
            }
        };
        match tokio::time::timeout(PATIENCE, looking).await {
            Ok(found) => found,
            Err(elapsed) => panic!("it does not say it ({elapsed}):\n{}", self.said()),
        }
    }

    /// Waits until it ends by itself.
    pub async fn end(&mut self) -> ExitStatus {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.unwrap_or_else(|_| panic!("it does not end:\n{}", self.said())).unwrap()
    }

    /// Asks it to end, as a terminal's Ctrl-C does, and waits until it has.
    pub async fn interrupt(&mut self) -> ExitStatus {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
        self.end().await
    }
}
