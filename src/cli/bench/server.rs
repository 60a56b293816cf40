//! The server as a process of its own, so that what it costs is told apart from what its callers cost.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::cli::trial::TrialError;

/// A process starts within a second; a busy machine gets more.
const START_PATIENCE: Duration = Duration::from_secs(20);

/// How long a server may take to end what it began.
const END_PATIENCE: Duration = Duration::from_mins(1);

/// How often something that is awaited is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The settings that ship with the repository.
const EXAMPLE: &str = include_str!("../../../examples/cashwrap.toml");

/// How the commands of one measurement are run: the same settings for all.
pub(super) struct Surroundings {
    directory: PathBuf,
    variables: Vec<(String, String)>,
}

impl Surroundings {
    /// The example's settings with this store and this gateway.
    pub(super) fn new(directory: &Path, store: &str, gateway: &str) -> Result<Self, TrialError> {
        let surroundings = Self {
            directory: directory.to_owned(),
            variables: [
                ("CASHWRAP__STORE__URL", store),
                ("CASHWRAP__SERVER__LISTEN", "127.0.0.1:0"),
                ("CASHWRAP__SERVER__ADMIN_LISTEN", "127.0.0.1:0"),
                ("CASHWRAP__TELEMETRY__LOG_FORMAT", "json"),
                ("CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__BASE_URL", gateway),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        };
        let settings = surroundings.settings();
        std::fs::write(&settings, EXAMPLE).map_err(|cause| system(settings.display(), cause))?;
        Ok(surroundings)
    }

    fn settings(&self) -> PathBuf {
        self.directory.join("cashwrap.toml")
    }

    fn command(&self, words: &[&str]) -> Result<Command, TrialError> {
        let program = std::env::current_exe().map_err(|cause| system("this programme", cause))?;
        let mut command = Command::new(program);
        // What the caller's own server is told is not this one's business.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CASHWRAP_") {
                command.env_remove(name);
            }
        }
        command.args(words).arg("--config").arg(self.settings()).envs(self.variables.iter().cloned());
        Ok(command)
    }

    /// Runs a command to its end.
    pub(super) async fn run(&self, words: &[&str]) -> Result<(), TrialError> {
        let ended = self.command(words)?.stdin(Stdio::null()).output().await;
        let ended = ended.map_err(|cause| system(words.join(" "), cause))?;
        if ended.status.success() {
            return Ok(());
        }
        let told = String::from_utf8_lossy(&ended.stderr);
        Err(TrialError::unexpected(format!("`cashwrap {}` failed: {}", words.join(" "), told.trim())))
    }
}

/// The server's process. It is killed when this is dropped, and ends with its standard input.
pub(super) struct Server {
    child: Child,
    leash: Option<ChildStdin>,
    /// Where it serves gRPC.
    pub(super) address: SocketAddr,
    /// From the start of its process until it was ready for calls.
    pub(super) start_took: Duration,
}

/// What a process has used.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usage {
    /// Resident memory at most, in bytes; none where the system does not tell.
    pub(super) peak_rss: Option<u64>,
    /// Processor time.
    pub(super) cpu: Option<Duration>,
}

impl Server {
    /// Starts it, and waits until it serves.
    pub(super) async fn start(surroundings: &Surroundings) -> Result<Self, TrialError> {
        let log = surroundings.directory.join("server.log");
        let file = File::create(&log).map_err(|cause| system(log.display(), cause))?;
        let began = Instant::now();
        let mut child = surroundings
            .command(&["serve", "--dev", "--until-stdin-ends"])?
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(file)
            // Ctrl-C in a terminal reaches the command alone.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| system("the server", cause))?;
        let leash = child.stdin.take();
        loop {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            if let Some(address) = text.lines().find_map(address_in) {
                return Ok(Self { child, leash, address, start_took: began.elapsed() });
            }
            let ended = child.try_wait().map_err(|cause| system("the server", cause))?.is_some();
            if ended || began.elapsed() > START_PATIENCE {
                let last = text.lines().last().unwrap_or("it says nothing");
                return Err(TrialError::unexpected(format!("the server does not start: {last}")));
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// What it has used until now, where the system tells (Linux).
    pub(super) fn usage(&self) -> Usage {
        let Some(id) = self.child.id() else { return Usage::default() };
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{id}/{file}")).ok();
        Usage {
            peak_rss: read("status").and_then(|text| peak_rss(&text)),
            cpu: read("stat").and_then(|text| cpu(&text)),
        }
    }

    /// Lets it end what it began; whether it did.
    pub(super) async fn end(mut self) -> bool {
        drop(self.leash.take());
        matches!(timeout(END_PATIENCE, self.child.wait()).await, Ok(Ok(status)) if status.success())
    }
}

/// `VmHWM:    12345 kB`.
fn peak_rss(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The 14th and 15th field, in hundredths of a second; the second, a name in brackets, may hold blanks.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    let ticks = next()?.checked_add(next()?)?;
    Some(Duration::from_millis(ticks.checked_mul(10)?))
}

fn address_in(line: &str) -> Option<SocketAddr> {
    serde_json::from_str::<Value>(line).ok()?.get("grpc")?.as_str()?.parse().ok()
}

fn system(what: impl std::fmt::Display, cause: std::io::Error) -> TrialError {
    TrialError::System { what: what.to_string(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_of_a_process_is_read() {
        assert_eq!(peak_rss("VmPeak:\t 9 kB\nVmHWM:\t   2048 kB\nVmRSS:\t 7 kB"), Some(2_097_152));
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 9 0 1 2 3";
        assert_eq!(cpu(stat), Some(Duration::from_secs(2)));
        assert_eq!((peak_rss(""), cpu("")), (None, None));
    }
}
