//! A sandbox gateway as a process with a durable ledger.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::lifeline::Lifeline;
use super::ports::free_port;
use super::settings::Terms;
use crate::support::patience::until;

/// A running gateway.
pub struct Sandbox {
    account: &'static str,
    port: u16,
    ledger: PathBuf,
    http: reqwest::Client,
    life: Lifeline,
}

impl Sandbox {
    pub(super) async fn start(account: &'static str, directory: &Path, terms: &Terms) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let port = free_port();
        let (listen, slow) = (format!("127.0.0.1:{port}"), terms.slow_ms.to_string());
        let ledger = directory.join("ledger");
        let arguments = [
            ["sandbox", "gateway"],
            ["--account", account],
            ["--listen", &listen],
            ["--ledger", ledger.to_str().unwrap()],
            ["--slow-ms", &slow],
            ["--search-lag-ms", "200"],
        ];
        let life = Lifeline::start(&directory.join(format!("{account}.log")), arguments.as_flattened());
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        let ledger = ledger.join(format!("{account}.jsonl"));
        let sandbox = Self { account, port, ledger, http, life };
        until("the gateway answers", Duration::from_secs(30), async || {
            assert!(!sandbox.life.said().contains("error:"), "{}", sandbox.life.said());
            sandbox.get("/sandbox/faults").await.is_ok()
        })
        .await;
        sandbox
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
