//! An account behind its stack, and a sandbox gateway of its own to talk to.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{GatewayCapabilities, OperationKind, Outcome, View};
use cashwrap::partners::gateway::stripe::{Stripe, StripeSettings};
use cashwrap::partners::gateway::{GatewayAccount, StackSettings};
use cashwrap::partners::sandbox::{Handle, SandboxSettings};
use cashwrap::partners::system;
use cashwrap::ports::gateway::{Call, Gateway, GatewayRequest, Guard, Look, Rendered, Window};
use cashwrap::resilience::BreakerSettings;
use tempfile::TempDir;
use tokio::time::Instant;

const SECRET_KEY: &str = "sk_sandbox_primary";

pub(super) const REFERENCE: &str = "pay_0197";

/// Longer than what hangs in these tests, so that each outcome has one cause.
const PATIENCE: Duration = Duration::from_secs(20);

/// The account's limit: what hangs is cut by the sandbox later than this.
pub(super) const LIMIT: Duration = Duration::from_secs(2);

pub(super) fn euros(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

/// An account at `base_url`, which may take as long as `timeout`.
pub(super) fn account_at(base_url: &str, timeout: Duration, key: &str) -> GatewayAccount {
    account_with(base_url, timeout, key, &StackSettings::default())
}

fn account_with(base_url: &str, timeout: Duration, key: &str, stack: &StackSettings) -> GatewayAccount {
    // Tests start in any order, and only the first may install it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = StripeSettings {
        base_url: base_url.to_owned(),
        allow_plain_http: true,
        capabilities: GatewayCapabilities { timeout, ..GatewayCapabilities::stripe() },
        ..StripeSettings::new(key.into())
    };
    let adapter = Stripe::new(&settings).unwrap();
    GatewayAccount::new(&"primary".parse().unwrap(), adapter, stack, &system::entropy())
}

pub(super) fn window() -> Window {
    let now = Instant::now();
    Window { send_by: now + Duration::from_secs(5), answer_by: now + PATIENCE }
}

/// Speaks to an account as the payment machine does.
pub(super) struct Teller {
    pub(super) account: GatewayAccount,
}

impl Teller {
    pub(super) fn render(&self, key: &str, call: Call) -> Rendered {
        let request = GatewayRequest {
            store: "shop".parse().unwrap(),
            key: key.to_owned(),
            reference: REFERENCE.to_owned(),
            amount: euros(1_000),
            call,
        };
        self.account.render(&request)
    }

    pub(super) async fn send(&self, key: &str, call: Call) -> Outcome {
        let kind = call.kind();
        self.send_rendered(kind, &self.render(key, call)).await
    }

    pub(super) async fn send_rendered(&self, kind: OperationKind, rendered: &Rendered) -> Outcome {
        self.account.send(kind, euros(1_000), rendered, window(), Guard::Heeded).await
    }

    pub(super) async fn create(&self, token: &str) -> String {
        let call = Call::Create { token: token.to_owned(), return_url: None };
        view(self.send(&format!("create-{token}"), call).await).object.unwrap()
    }

    pub(super) async fn confirm(&self, object: &str) -> Outcome {
        let call = Call::Confirm { object: Some(object.to_owned()), return_url: None, brought_back: vec![] };
        self.send(&format!("confirm-{object}"), call).await
    }

    pub(super) async fn capture(&self, object: &str, amount_minor: i64) -> Outcome {
        self.send(&format!("capture-{object}"), Call::Capture { object: object.to_owned(), amount_minor })
            .await
    }

    pub(super) async fn void(&self, object: &str) -> Outcome {
        self.send(&format!("void-{object}"), Call::Void { object: object.to_owned() }).await
    }

    pub(super) async fn refund(&self, key: &str, object: &str, amount_minor: i64) -> Outcome {
        self.send(key, Call::Refund { object: object.to_owned(), amount_minor }).await
    }

    pub(super) async fn look(&self, object: &str) -> Outcome {
        let look = Look::Object { object: object.to_owned(), amount: euros(1_000) };
        self.account.look(&look, window(), Guard::Heeded).await
    }

    pub(super) async fn look_refund(&self, object: &str, key: &str) -> Outcome {
        let look = Look::Refund { object: object.to_owned(), key: key.to_owned(), amount: euros(1_000) };
        self.account.look(&look, window(), Guard::Heeded).await
    }

    pub(super) async fn search(&self) -> Outcome {
        let look = Look::Reference { reference: REFERENCE.to_owned(), amount: euros(1_000) };
        self.account.look(&look, window(), Guard::Heeded).await
    }
}

/// A sandbox gateway with its account.
pub(super) struct Rig {
    pub(super) teller: Teller,
    handle: Handle,
    _directory: TempDir,
}

impl Rig {
    pub(super) async fn start() -> Self {
        Self::with_key(SECRET_KEY).await
    }

    pub(super) async fn with_key(key: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let settings = SandboxSettings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            ledger: directory.path().to_path_buf(),
            slow_ms: 50,
            late_ms: 50,
            hang_ms: 60_000,
            search_lag_ms: 0,
            ..SandboxSettings::default()
        };
        let handle = Handle::start(settings).await.unwrap();
        let teller = Teller { account: account_at(&handle.base_url(), LIMIT, key) };
        Self { teller, handle, _directory: directory }
    }

    /// Another account at the same gateway, whose breakers stay open so long at first.
    pub(super) fn impatient(&self, open_first: Duration) -> Teller {
        let breaker = BreakerSettings { open_first, ..BreakerSettings::default() };
        let stack = StackSettings { breaker, ..StackSettings::default() };
        Teller { account: account_with(&self.handle.base_url(), LIMIT, SECRET_KEY, &stack) }
    }

    /// An intent whose token makes the gateway behave so, not confirmed.
    pub(super) async fn create(&self, behaviour: &str) -> String {
        self.teller.create(&format!("tok_primary_{behaviour}")).await
    }

    /// An intent that was created, and what its confirm came back with.
    pub(super) async fn confirmed(&self, behaviour: &str) -> (String, Outcome) {
        let object = self.create(behaviour).await;
        let outcome = self.teller.confirm(&object).await;
        (object, outcome)
    }

    pub(super) async fn set_faults(&self, faults: &serde_json::Value) {
        let client = reqwest::Client::new();
        let url = format!("{}/sandbox/faults", self.handle.base_url());
        assert!(client.post(url).json(faults).send().await.unwrap().status().is_success());
    }

    /// How many entries of a kind the gateway's own ledger holds.
    pub(super) async fn count(&self, kind: &str) -> u64 {
        let url = format!("{}/sandbox/ledger", self.handle.base_url());
        let ledger: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        ledger["counts"][kind].as_u64().unwrap_or(0)
    }

    /// The customer comes back from an action.
    pub(super) async fn visit(&self, url: &str) {
        assert!(reqwest::get(url).await.unwrap().status().is_success());
    }
}

/// The view of a definite outcome.
#[track_caller]
pub(super) fn view(outcome: Outcome) -> View {
    match outcome {
        Outcome::Definite(view) => view,
        other => panic!("no definite outcome: {other:?}"),
    }
}
