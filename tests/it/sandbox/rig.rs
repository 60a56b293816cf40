//! A gateway on a free port with a ledger of its own, and a client that speaks its wire.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use cashwrap::partners::sandbox::{Handle, SandboxSettings};
use serde_json::Value;
use tempfile::TempDir;

pub(super) const SECRET_KEY: &str = "sk_sandbox_primary";

/// Short delays, so that the tests are quick, with a hang that is shorter than the client's patience.
pub(super) fn settings(directory: &Path) -> SandboxSettings {
    SandboxSettings {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        ledger: directory.to_path_buf(),
        slow_ms: 50,
        late_ms: 50,
        hang_ms: 100,
        search_lag_ms: 0,
        ..SandboxSettings::default()
    }
}

/// A running gateway and its client.
pub(super) struct Rig {
    pub(super) client: Client,
    pub(super) directory: TempDir,
    handle: Handle,
}

impl Rig {
    pub(super) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut SandboxSettings)) -> Self {
        Self::in_directory(tempfile::tempdir().unwrap(), change).await
    }

    pub(super) async fn in_directory(directory: TempDir, change: impl FnOnce(&mut SandboxSettings)) -> Self {
        let mut settings = settings(directory.path());
        change(&mut settings);
        let handle = Handle::start(settings).await.unwrap();
        let client = Client::new(handle.base_url());
        Self { client, directory, handle }
    }

    /// Stops the gateway and keeps its ledger.
    pub(super) async fn stop(self) -> TempDir {
        self.handle.stop().await;
        self.directory
    }
}

/// An answer of the wire.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) replayed: bool,
    pub(super) retry_after: Option<String>,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// A field by its JSON pointer without the leading slash.
    pub(super) fn at(&self, pointer: &str) -> Value {
        self.json().pointer(&format!("/{pointer}")).cloned().unwrap_or(Value::Null)
    }

    pub(super) fn id(&self) -> String {
        self.at("id").as_str().unwrap().to_owned()
    }
}

/// Speaks the wire.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base_url: String,
    secret_key: String,
}

impl Client {
    pub(super) fn new(base_url: String) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        Self { http, base_url, secret_key: SECRET_KEY.to_owned() }
    }

    pub(super) fn with_secret_key(mut self, secret_key: &str) -> Self {
        secret_key.clone_into(&mut self.secret_key);
        self
    }

    pub(super) async fn try_post(
        &self,
        path: &str,
        form: &[(&str, &str)],
        key: Option<&str>,
    ) -> Result<Answer, reqwest::Error> {
        let mut request =
            self.http.post(format!("{}{path}", self.base_url)).bearer_auth(&self.secret_key).form(form);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        answer(request.header("Stripe-Version", "2025-01-27").send().await?).await
    }

    pub(super) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.try_post(path, form, None).await.unwrap()
    }

    pub(super) async fn keyed(&self, path: &str, form: &[(&str, &str)], key: &str) -> Answer {
        self.try_post(path, form, Some(key)).await.unwrap()
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.base_url)).bearer_auth(&self.secret_key);
        answer(request.send().await.unwrap()).await.unwrap()
    }

    pub(super) async fn visit(&self, url: &str) -> u16 {
        self.http.get(url).send().await.unwrap().status().as_u16()
    }

    pub(super) async fn set_faults(&self, faults: &Value) -> u16 {
        let url = format!("{}/sandbox/faults", self.base_url);
        self.http.post(url).json(faults).send().await.unwrap().status().as_u16()
    }

    /// A manual intent of 10.00 EUR with this behaviour, not confirmed.
    pub(super) async fn create(&self, behaviour: &str) -> String {
        let token = token(behaviour);
        let form = [
            ("amount", "1000"),
            ("currency", "eur"),
            ("capture_method", "manual"),
            ("payment_method", token.as_str()),
            ("metadata[reference]", "att_1"),
        ];
        self.post("/v1/payment_intents", &form).await.id()
    }

    pub(super) async fn try_confirm(
        &self,
        intent: &str,
        key: Option<&str>,
    ) -> Result<Answer, reqwest::Error> {
        self.try_post(&format!("/v1/payment_intents/{intent}/confirm"), &[], key).await
    }

    pub(super) async fn confirm(&self, intent: &str) -> Answer {
        self.try_confirm(intent, None).await.unwrap()
    }

    /// An intent that was created and confirmed, with the answer to its confirm.
    pub(super) async fn confirmed(&self, behaviour: &str) -> Answer {
        let intent = self.create(behaviour).await;
        self.confirm(&intent).await
    }

    pub(super) async fn capture(&self, intent: &str, form: &[(&str, &str)]) -> Answer {
        self.post(&format!("/v1/payment_intents/{intent}/capture"), form).await
    }

    pub(super) async fn cancel(&self, intent: &str) -> Answer {
        self.post(&format!("/v1/payment_intents/{intent}/cancel"), &[]).await
    }

    pub(super) async fn read(&self, intent: &str) -> Answer {
        self.get(&format!("/v1/payment_intents/{intent}")).await
    }

    pub(super) async fn ledger(&self) -> Value {
        self.get("/sandbox/ledger").await.json()
    }

    /// How many entries of a kind the ledger holds.
    pub(super) async fn count(&self, kind: &str) -> u64 {
        self.ledger().await["counts"][kind].as_u64().unwrap_or(0)
    }

    /// Waits until the ledger holds so many entries of a kind.
    pub(super) async fn until(&self, kind: &str, count: u64) {
        let mut looks = tokio::time::interval(Duration::from_millis(5));
        let looking = async {
            while self.count(kind).await < count {
                looks.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), looking)
            .await
            .unwrap_or_else(|_| panic!("no {kind} came"));
    }
}

pub(super) fn token(behaviour: &str) -> String {
    format!("tok_primary_{behaviour}")
}

async fn answer(response: reqwest::Response) -> Result<Answer, reqwest::Error> {
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (replayed, retry_after) = (header("idempotent-replayed").is_some(), header("retry-after"));
    let status = response.status().as_u16();
    Ok(Answer { status, replayed, retry_after, text: response.text().await? })
}
