//! An account behind its stack, and a look-alike of Adyen to talk to.

use std::time::Duration;

use cashwrap::domain::ids::OperationId;
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{GatewayCapabilities, OperationKind, Outcome, View};
use cashwrap::partners::gateway::adyen::{Adyen, AdyenSettings, AdyenWebhooks};
use cashwrap::partners::gateway::{GatewayAccount, StackSettings};
use cashwrap::partners::system;
use cashwrap::ports::gateway::{Call, Gateway as _, GatewayRequest, Guard, Rendered, Window};
use cashwrap::ports::webhook::{Notice, RawWebhook, Webhooks as _};
use jiff::Timestamp;
use tokio::time::Instant;
use uuid::Uuid;

use crate::support::vendors::adyen::{API_KEY, Adyen as LookAlike, HMAC_KEY, MERCHANT, Mood};

pub(super) const REFERENCE: &str = "pay_01970000000070008000000000000001";
pub(super) const BACK: &str = "https://shop.example/back";

/// The account's limit: what hangs is cut later than this.
const LIMIT: Duration = Duration::from_secs(2);

pub(super) fn euros(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

/// The key of the operation with this number.
pub(super) fn key(number: u128) -> String {
    OperationId(Uuid::from_u128(number)).to_string()
}

/// A token whose payment behaves so: `REDIRECT`, `DECLINED`, …
pub(super) fn stored(word: &str) -> String {
    format!("stored:{word}:cus_42")
}

/// An account at `base_url`.
pub(super) fn account_at(base_url: &str, api_key: &str) -> GatewayAccount {
    // Tests start in any order, and only the first may install it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = AdyenSettings {
        base_url: base_url.to_owned(),
        capabilities: GatewayCapabilities { timeout: LIMIT, ..GatewayCapabilities::adyen() },
        ..AdyenSettings::new(MERCHANT.to_owned(), api_key.into())
    };
    let adapter = Adyen::new(&settings).unwrap();
    let account = "adyen".parse().unwrap();
    GatewayAccount::new(&account, adapter, &StackSettings::default(), &system::entropy())
}

/// A look-alike that keeps its notifications, and an account at it.
pub(super) struct Rig {
    pub(super) adyen: LookAlike,
    pub(super) account: GatewayAccount,
}

impl Rig {
    pub(super) async fn start() -> Self {
        let adyen = LookAlike::start().await;
        adyen.mood(Mood { held: true, ..Mood::default() });
        let account = account_at(&adyen.base_url, API_KEY);
        Self { adyen, account }
    }

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
        let now = Instant::now();
        let window =
            Window { send_by: now + Duration::from_secs(5), answer_by: now + Duration::from_secs(20) };
        self.account.send(kind, euros(1_000), rendered, window, Guard::Heeded).await
    }

    /// The first call of a payment whose token says this word.
    pub(super) async fn authorise(&self, word: &str) -> Outcome {
        self.send(&key(1), authorising(&stored(word))).await
    }

    /// A payment that is held, by its id.
    pub(super) async fn held(&self, word: &str) -> String {
        view(self.authorise(word).await).object.unwrap()
    }

    pub(super) async fn confirm(&self, redirect_result: &str) -> Outcome {
        let brought_back = vec![("redirectResult".to_owned(), redirect_result.to_owned())];
        let call = Call::Confirm { object: None, return_url: None, brought_back };
        self.send(&key(2), call).await
    }

    pub(super) async fn capture(&self, number: u128, object: &str, amount_minor: i64) -> Outcome {
        self.send(&key(number), Call::Capture { object: object.to_owned(), amount_minor }).await
    }

    pub(super) async fn refund(&self, number: u128, object: &str, amount_minor: i64) -> Outcome {
        self.send(&key(number), Call::Refund { object: object.to_owned(), amount_minor }).await
    }

    /// What is notified by now, proved and read.
    pub(super) fn notices(&self) -> Vec<Notice> {
        let webhooks = AdyenWebhooks::new(&[HMAC_KEY.into()], MERCHANT).unwrap();
        let messages = self.adyen.messages();
        let read = |body: &String| {
            let raw = RawWebhook { headers: &[], body: body.as_bytes() };
            webhooks.read(raw, Timestamp::UNIX_EPOCH).unwrap()
        };
        messages.iter().flat_map(read).collect()
    }
}

/// The call that holds the amount for this token.
pub(super) fn authorising(token: &str) -> Call {
    Call::Authorise { token: token.to_owned(), return_url: Some(BACK.to_owned()) }
}

/// The view of a definite outcome.
#[track_caller]
pub(super) fn view(outcome: Outcome) -> View {
    match outcome {
        Outcome::Definite(view) => view,
        other => panic!("no definite outcome: {other:?}"),
    }
}
