//! A sandbox gateway as a process with a durable ledger, which is killed and comes back over it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::lifeline::Lifeline;
use super::ports::free_port;
use super::settings::Terms;
use crate::support::patience::until;

/// A gateway, running or killed.
pub struct Sandbox {
    account: &'static str,
    port: u16,
    ledger: PathBuf,
    http: reqwest::Client,
    log: PathBuf,
    arguments: Vec<String>,
    life: Option<Lifeline>,
}

impl Sandbox {
    pub(super) async fn start(account: &'static str, directory: &Path, terms: &Terms) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let port = free_port();
        let ledger = directory.join("ledger");
        let arguments = [
            ["sandbox", "gateway"],
            ["--account", account],
            ["--listen", &format!("127.0.0.1:{port}")],
            ["--ledger", ledger.to_str().unwrap()],
            ["--slow-ms", &terms.slow_ms.to_string()],
            ["--search-lag-ms", "200"],
        ];
        let mut arguments: Vec<String> =
            arguments.as_flattened().iter().map(|&word| word.to_owned()).collect();
        arguments.push("--allow-die".to_owned());
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        let log = directory.join(format!("{account}.log"));
        let ledger = ledger.join(format!("{account}.jsonl"));
        let mut sandbox = Self { account, port, ledger, http, log, arguments, life: None };
        sandbox.restart().await;
        sandbox
    }

    /// Starts the process again over its ledger; returns when it answers.
    pub async fn restart(&mut self) {
        // The one before must be gone: it has locked the ledger.
        self.kill();
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let life = self.life.insert(Lifeline::start(&self.log, &arguments));
        let (http, address) = (&self.http, format!("http://127.0.0.1:{}/sandbox/faults", self.port));
        until("the gateway answers", Duration::from_secs(30), async || {
            assert!(!life.said().contains("error:"), "{}", life.said());
            http.get(&address).send().await.is_ok()
        })
        .await;
    }

    /// SIGKILL; returns when the process is no more.
    pub fn kill(&mut self) {
        if let Some(mut life) = self.life.take() {
            life.kill();
        }
    }

    /// Whether the process runs.
    pub fn runs(&mut self) -> bool {
        self.life.as_mut().is_some_and(|life| life.ended().is_none())
    }

    /// The account that it serves.
    pub const fn account(&self) -> &'static str {
        self.account
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The file that the ledger is durable in: to see that something happened, not what.
    pub fn ledger_file(&self) -> &Path {
        &self.ledger
    }

    /// What the witness says, of everything or of one payment.
    pub async fn witness(&self, reference: Option<&str>) -> Value {
        let path = match reference {
            Some(reference) => format!("/sandbox/ledger?reference={reference}"),
            None => "/sandbox/ledger".to_owned(),
        };
        self.get(&path).await.unwrap()
    }

    /// Replaces the faults of the whole process.
    pub async fn set_faults(&self, faults: Value) {
        let url = format!("http://127.0.0.1:{}/sandbox/faults", self.port);
        let answer = self.http.post(url).json(&faults).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    async fn get(&self, path: &str) -> Result<Value, reqwest::Error> {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        self.http.get(url).send().await?.error_for_status()?.json().await
    }
}
