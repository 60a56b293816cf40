//! A sandbox gateway as a process of its own: the same binary, another ledger, another fate.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, sleep};

use super::error::TrialError;
use super::ledger::Ledger;

/// A process starts within a second; a busy machine gets more.
const START_PATIENCE: Duration = Duration::from_secs(20);

/// How often something that is awaited is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Longer than any answer of a ledger on this machine takes.
const CALL_PATIENCE: Duration = Duration::from_secs(10);

/// A gateway's process. It is killed when this is dropped, and on purpose in some scenarios; where the demo itself
/// is killed and drops nothing, the process ends with its standard input.
pub(in crate::cli) struct Gateway {
    account: &'static str,
    directory: PathBuf,
    address: SocketAddr,
    child: Child,
    /// Its standard input, apart from the child, which lets go of it as soon as somebody waits for its end.
    leash: Option<ChildStdin>,
    http: reqwest::Client,
}

impl Gateway {
    /// Starts one on a free port of this machine, with its ledger in `directory`.
    pub(in crate::cli) async fn start(account: &'static str, directory: &Path) -> Result<Self, TrialError> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(CALL_PATIENCE)
            .build()
            .map_err(|error| TrialError::Gateway { account, reason: error.to_string() })?;
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut child = spawn(account, directory, any)?;
        let leash = child.stdin.take();
        let directory = directory.to_owned();
        let mut gateway = Self { account, directory, address: any, child, leash, http };
        gateway.address = gateway.address_it_took().await?;
        gateway.until_it_answers().await?;
        Ok(gateway)
    }

    /// The account that it serves.
    pub(in crate::cli) const fn account(&self) -> &'static str {
        self.account
    }

    /// Where it is reached.
    pub(in crate::cli) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Kills the process, as a power cut would: nothing is finished, and its port refuses connections.
    pub(in crate::cli) async fn kill(&mut self) -> Result<(), TrialError> {
        self.child.kill().await.map_err(|cause| system(self.account, cause))
    }

    /// Starts a new process on the same ledger and the same port; does nothing while the old one lives.
    pub(in crate::cli) async fn revive(&mut self) -> Result<(), TrialError> {
        if self.child.try_wait().map_err(|cause| system(self.account, cause))?.is_none() {
            return Ok(());
        }
        self.child = spawn(self.account, &self.directory, self.address)?;
        self.leash = self.child.stdin.take();
        self.until_it_answers().await
    }

    /// Waits until its ledger shows more authorisations than `before`, then kills it: an effect is durable and
    /// has not been answered.
    pub(in crate::cli) async fn kill_once_it_authorises(&mut self, before: usize) -> Result<(), TrialError> {
        let last_moment = Instant::now() + START_PATIENCE;
        while self.ledger().await?.authorisations() <= before {
            if Instant::now() >= last_moment {
                return Err(self.wrong("it authorised nothing, though it was asked to"));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.kill().await
    }

    /// What it says that it moved.
    pub(in crate::cli) async fn ledger(&self) -> Result<Ledger, TrialError> {
        let sent = self.http.get(format!("{}/sandbox/ledger", self.base_url())).send().await;
        self.answered(sent)?.json().await.map_err(|error| self.wrong(error.to_string()))
    }

    /// Lets every request wait this long before it is looked at.
    pub(in crate::cli) async fn delay(&self, delay: Duration) -> Result<(), TrialError> {
        let faults = json!({ "delay_ms": delay.as_millis() });
        let sent = self.http.post(format!("{}/sandbox/faults", self.base_url())).json(&faults).send().await;
        self.answered(sent).map(drop)
    }

    /// Does what a buyer does on the page of a payment: accepts.
    pub(in crate::cli) async fn accept(&self, page: &str) -> Result<(), TrialError> {
        let sent = self.http.get(page).query(&[("result", "success")]).send().await;
        self.answered(sent).map(drop)
    }

    fn answered(&self, sent: reqwest::Result<reqwest::Response>) -> Result<reqwest::Response, TrialError> {
        sent.and_then(reqwest::Response::error_for_status).map_err(|error| self.wrong(error.to_string()))
    }

    fn wrong(&self, reason: impl Into<String>) -> TrialError {
        TrialError::Gateway { account: self.account, reason: reason.into() }
    }

    /// The address that it took, which its first log line tells.
    async fn address_it_took(&mut self) -> Result<SocketAddr, TrialError> {
        let log = log_of(self.account, &self.directory);
        let last_moment = Instant::now() + START_PATIENCE;
        loop {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            if let Some(address) = text.lines().find_map(address_in) {
                return Ok(address);
            }
            self.alive_until(last_moment, &text).await?;
        }
    }

    async fn until_it_answers(&mut self) -> Result<(), TrialError> {
        let last_moment = Instant::now() + START_PATIENCE;
        while self.ledger().await.is_err() {
            let log = std::fs::read_to_string(log_of(self.account, &self.directory)).unwrap_or_default();
            self.alive_until(last_moment, &log).await?;
        }
        Ok(())
    }

    async fn alive_until(&mut self, last_moment: Instant, log: &str) -> Result<(), TrialError> {
        let ended = self.child.try_wait().map_err(|cause| system(self.account, cause))?.is_some();
        if ended || Instant::now() >= last_moment {
            let last = log.lines().last().unwrap_or("it says nothing");
            return Err(self.wrong(format!("it does not start: {last}")));
        }
        sleep(LOOK_EVERY).await;
        Ok(())
    }
}

fn log_of(account: &str, directory: &Path) -> PathBuf {
    directory.join(format!("{account}.log"))
}

fn address_in(line: &str) -> Option<SocketAddr> {
    serde_json::from_str::<Value>(line).ok()?.get("address")?.as_str()?.parse().ok()
}

fn spawn(account: &'static str, directory: &Path, listen: SocketAddr) -> Result<Child, TrialError> {
    let program = std::env::current_exe().map_err(|cause| system(account, cause))?;
    let log = File::create(log_of(account, directory)).map_err(|cause| system(account, cause))?;
    let mut command = Command::new(program);
    command
        .args(["sandbox", "gateway", "--until-stdin-ends", "--account", account])
        .arg("--listen")
        .arg(listen.to_string())
        .arg("--ledger")
        .arg(directory.join("ledgers"))
        .env_remove("CASHWRAP_SANDBOX_KEY")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(log)
        // Ctrl-C in a terminal reaches the demo alone: calls under way still need their gateway.
        .process_group(0)
        .kill_on_drop(true);
    command.spawn().map_err(|cause| system(account, cause))
}

fn system(account: &str, cause: std::io::Error) -> TrialError {
    TrialError::System { what: format!("the gateway {account}"), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_line_that_tells_it_and_from_no_other() {
        let told = r#"{"level":"INFO","message":"serves","account":"primary","address":"127.0.0.1:4567"}"#;
        assert_eq!(address_in(told), Some(SocketAddr::from(([127, 0, 0, 1], 4_567))));
        assert_eq!(address_in(r#"{"message":"serves"}"#), None);
        assert_eq!(address_in("127.0.0.1:4567"), None);
    }
}
