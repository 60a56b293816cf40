//! A process of the programme whose life hangs on a pipe that only the test holds: the kernel closes it when the
//! test is gone, killed or not. It is the one way in which a test starts the programme.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

/// How much of a log a failing test shows.
const SHOWN_LINES: usize = 60;

/// The programme: what cargo built for this test, or what `CASHWRAP_BINARY` names, so that the release binary can
/// be proved by the same tests.
pub fn programme() -> PathBuf {
    let built = || env!("CARGO_BIN_EXE_cashwrap").into();
    std::env::var_os("CASHWRAP_BINARY").map_or_else(built, PathBuf::from)
}

/// A signal that is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGSTOP.
    Pause,
    /// SIGCONT.
    Resume,
    /// SIGINT, as a terminal's Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Stop,
}

impl Signal {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::Pause => b"pause\n",
            Self::Resume => b"resume\n",
            Self::Interrupt => b"interrupt\n",
            Self::Stop => b"stop\n",
        }
    }
}

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
        Self::start_within(log, arguments, |_| {})
    }

    /// Starts the programme in surroundings of its own: a directory, variables.
    pub(super) fn start_within(
        log: &Path,
        arguments: &[&str],
        surroundings: impl FnOnce(&mut Command),
    ) -> Self {
        let file = File::options().create(true).append(true).open(log).unwrap();
        let begins_at = usize::try_from(file.metadata().unwrap().len()).unwrap();
        let mut command = Command::new("sh");
        command
            .args(["-c", include_str!("lifeline.sh"), "lifeline.sh"])
            .arg(programme())
            .args(arguments)
            // Away from the terminal's Ctrl-C: the pipe ends it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(file.try_clone().unwrap())
            .stderr(file);
        surroundings(&mut command);
        let mut script = command.spawn().unwrap();
        let pipe = script.stdin.take();
        Self { script, pipe, log: log.to_owned(), begins_at }
    }

    /// SIGKILL; returns when the process is no more.
    pub(super) fn kill(&mut self) -> ExitStatus {
        drop(self.pipe.take());
        self.script.wait().unwrap()
    }

    /// SIGTERM; returns when the process has ended.
    pub(super) fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::Stop);
        self.script.wait().unwrap()
    }

    /// Passes a signal on. To a process that has ended it is none.
    pub(super) fn signal(&mut self, signal: Signal) {
        if let Some(pipe) = &mut self.pipe {
            // A pipe that nobody reads belongs to a process that has ended.
            let _ = pipe.write_all(signal.word());
        }
    }

    /// How the process ended, if it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.script.try_wait().unwrap()
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
