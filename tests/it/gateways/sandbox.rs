//! The sandbox gateway under the contract, in each of its modes of idempotency, over the Stripe adapter.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use cashwrap::domain::payment::capabilities::Replay;
use cashwrap::domain::payment::{GatewayCapabilities, OperationKind};
use cashwrap::partners::gateway::GatewayAccount;
use cashwrap::partners::gateway::stripe::{Stripe, StripeSettings};
use cashwrap::partners::sandbox::{Handle, Idempotency, SandboxSettings};
use cashwrap::partners::system;
use cashwrap::ports::gateway::Gateway;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::contract::{Fault, LIMIT, Ledger, REFERENCE, Rig, Wish, stack};
use crate::support::door::{Answer, Door, Knock, Play};

/// How the sandbox and its row differ from Stripe's.
struct Mode {
    idempotency: Idempotency,
    replay: Replay,
    tombstones: bool,
}

pub(crate) struct Sandbox {
    account: GatewayAccount,
    door: Door,
    handle: Handle,
    tombstones: bool,
    _directory: TempDir,
}

impl Sandbox {
    async fn start(mode: Mode) -> Self {
        // Tests start in any order, and only the first may install it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        let settings = SandboxSettings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            ledger: directory.path().to_path_buf(),
            idempotency: mode.idempotency,
            tombstones: mode.tombstones,
            // Between the answer that never comes and the void that follows it.
            late_ms: 2 * u64::try_from(LIMIT.as_millis()).unwrap(),
            hang_ms: 60_000,
            ..SandboxSettings::default()
        };
        let handle = Handle::start(settings).await.unwrap();
        let door = Door::before(handle.address()).await;
        let settings = StripeSettings {
            base_url: door.base_url(),
            capabilities: GatewayCapabilities {
                timeout: LIMIT,
                replay: mode.replay,
                void_tombstones: mode.tombstones,
                ..GatewayCapabilities::stripe()
            },
            ..StripeSettings::new("sk_sandbox_primary".into())
        };
        let adapter = Stripe::new(&settings).unwrap();
        let account = GatewayAccount::new(&"primary".parse().unwrap(), adapter, &stack(), &system::entropy());
        Self { account, door, handle, tombstones: mode.tombstones, _directory: directory }
    }

    async fn witness(&self) -> Value {
        let url = format!("{}/sandbox/ledger?reference={REFERENCE}", self.handle.base_url());
        reqwest::get(url).await.unwrap().json().await.unwrap()
    }
}

/// Which call a request of Stripe's wire is.
fn kind_of(knock: &Knock) -> Option<OperationKind> {
    let path = knock.path.strip_prefix("/v1/").filter(|_| knock.method == "POST")?;
    Some(match path.rsplit('/').next()? {
        "payment_intents" if knock.body.contains("confirm=true") => OperationKind::Authorise,
        "payment_intents" => OperationKind::Create,
        "confirm" => OperationKind::Confirm,
        "capture" => OperationKind::Capture,
        "cancel" => OperationKind::Void,
        "refunds" => OperationKind::Refund,
        _ => return None,
    })
}

/// What Stripe answers where the sandbox is not asked.
fn error(status: u16, kind: &str) -> Answer {
    Answer::json(status, &json!({"error": {"type": kind, "message": "Played."}}))
}

fn play(fault: Fault) -> Play {
    let text = |from: &str, to: &str| Play::Rewritten(vec![(from.to_owned(), to.to_owned())]);
    match fault {
        Fault::TimeoutBefore => Play::SilentBefore,
        Fault::TimeoutAfter => Play::SilentAfter,
        Fault::ResetBefore => Play::ResetBefore,
        Fault::ResetAfter => Play::ResetAfter,
        Fault::ServerErrorBefore => Play::AnsweredBefore(error(500, "api_error")),
        Fault::ServerErrorAfter => Play::AnsweredAfter(error(500, "api_error")),
        Fault::Garbage => Play::AnsweredAfter(Answer::html(200)),
        Fault::CutShort => Play::CutShort,
        Fault::RateLimited => Play::AnsweredBefore(error(429, "invalid_request_error")),
        Fault::Unauthorised => Play::AnsweredBefore(error(401, "invalid_request_error")),
        Fault::Slow => Play::Slow(Duration::from_millis(300)),
        Fault::OtherAmount => text("\"amount\":1000", "\"amount\":1001"),
        Fault::OtherReference => text(REFERENCE, &REFERENCE.replace('7', "8")),
        Fault::Late => Play::Late,
    }
}

#[async_trait::async_trait]
impl Rig for Sandbox {
    fn gateway(&self) -> &dyn Gateway {
        &self.account
    }

    fn token(&self, wish: Wish) -> String {
        let token = match wish {
            Wish::Approve => "tok_primary_approve",
            Wish::Late if self.tombstones => "tok_primary_approve",
            // A voided intent refuses whatever comes after; only what was taken in before it can land.
            Wish::Late => "tok_primary_lateland",
            Wish::Decline => "tok_primary_decline_insufficient_funds",
            Wish::Act => "tok_primary_action",
            Wish::Foreign => "tok_backup_approve",
        };
        token.to_owned()
    }

    async fn ledger(&self) -> Ledger {
        let witness = self.witness().await;
        let count = |kind: &str| u32::try_from(witness["counts"][kind].as_u64().unwrap_or(0)).unwrap();
        let sum = |of: &str| {
            witness["intents"].as_array().unwrap().iter().map(|intent| intent[of].as_i64().unwrap()).sum()
        };
        Ledger {
            holds: count("authorised"),
            held_minor: sum("held"),
            captures: count("captured"),
            captured_minor: sum("captured"),
            refunds: count("refunded"),
            refunded_minor: sum("refunded"),
        }
    }

    fn strike(&self, kind: OperationKind, fault: Fault) {
        if fault != Fault::Late || self.tombstones {
            self.door.plan(move |knock| kind_of(knock) == Some(kind), play(fault));
        }
    }

    fn struck(&self) -> bool {
        self.door.is_quiet()
    }

    async fn let_in(&self) {
        if self.tombstones {
            return self.door.let_in().await;
        }
        let landing = async {
            while self.witness().await["counts"]["late_landed"] != 1 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(LIMIT * 10, landing).await.unwrap();
    }

    async fn act(&self, redirect_url: &str, allow: bool) -> Vec<(String, String)> {
        let result = if allow { "success" } else { "fail" };
        let page = reqwest::get(format!("{redirect_url}?result={result}")).await.unwrap();
        assert!(page.status().is_success());
        Vec::new()
    }
}

/// Replays tell the first answer, whatever it was.
pub(crate) async fn as_stripe() -> Sandbox {
    let (idempotency, replay) = (Idempotency::Stripe, Replay::ForcesOutcome);
    Sandbox::start(Mode { idempotency, replay, tombstones: true }).await
}

/// Replays tell the first answer only if it was a success.
pub(crate) async fn as_checkout() -> Sandbox {
    let (idempotency, replay) = (Idempotency::Checkout, Replay::Only2xx);
    Sandbox::start(Mode { idempotency, replay, tombstones: true }).await
}

/// Keys are not honoured.
pub(crate) async fn without_keys() -> Sandbox {
    let (idempotency, replay) = (Idempotency::None, Replay::None);
    Sandbox::start(Mode { idempotency, replay, tombstones: true }).await
}

/// A void reaches only what is there.
pub(crate) async fn without_tombstones() -> Sandbox {
    let (idempotency, replay) = (Idempotency::Stripe, Replay::ForcesOutcome);
    Sandbox::start(Mode { idempotency, replay, tombstones: false }).await
}

mod as_stripe_keeps_the_contract {
    super::super::contract::every_law!(super::as_stripe);
}

mod as_checkout_keeps_the_contract {
    super::super::contract::every_law!(super::as_checkout);
}

mod without_keys_keeps_the_contract {
    super::super::contract::every_law!(super::without_keys);
}

mod without_tombstones_keeps_the_contract {
    super::super::contract::every_law!(super::without_tombstones);
}
