//! A process whose life hangs on a pipe that only the test holds: the kernel closes it when the test is gone,
//! killed or not.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

/// How much of a log a failing test shows.
const SHOWN_LINES: usize = 60;

/// A running process.
pub(super) struct Lifeline {
    script: Child,
    pipe: Option<ChildStdin>,
    log: PathBuf,
    /// Where in the log this process begins.
    begins_at: usize,
}

impl Lifeline {
    /// Starts the programme; what it says is added to `log`.
    pub(super) fn start(log: &Path, arguments: &[&str]) -> Self {
        let file = File::options().create(true).append(true).open(log).unwrap();
        let begins_at = usize::try_from(file.metadata().unwrap().len()).unwrap();
        let mut script = Command::new("sh")
            .args(["-c", include_str!("lifeline.sh"), "lifeline.sh", env!("CARGO_BIN_EXE_cashwrap")])
            .args(arguments)
            // Away from the terminal's Ctrl-C: the pipe ends it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let pipe = script.stdin.take();
        Self { script, pipe, log: log.to_owned(), begins_at }
    }

    /// SIGKILL; returns when the process is no more.
    pub(super) fn kill(&mut self) {
        drop(self.pipe.take());
        self.script.wait().unwrap();
    }

    /// SIGTERM; returns when the process has ended.
    pub(super) fn stop(&mut self) -> ExitStatus {
        if let Some(mut pipe) = self.pipe.take() {
            pipe.write_all(b"stop\n").unwrap();
        }
        self.script.wait().unwrap()
    }

    /// What this process said so far.
    pub(super) fn said(&self) -> String {
        let all = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(all.get(self.begins_at..).unwrap_or_default()).into_owned()
    }
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // Nobody is left to tell when waiting fails.
        let _ = self.script.wait();
        if std::thread::panicking() {
            let said = self.said();
            let lines: Vec<&str> = said.lines().collect();
            let shown = lines.get(lines.len().saturating_sub(SHOWN_LINES)..).unwrap_or_default();
            eprintln!("--- the end of {}\n{}", self.log.display(), shown.join("\n"));
        }
    }
}
