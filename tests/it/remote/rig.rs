//! An account behind its stack, and a partner of its own to talk to.

use std::time::Duration;

use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{OperationKind, Outcome, View};
use cashwrap::partners::gateway::remote::{RemoteGateway, RemoteSettings};
use cashwrap::partners::gateway::{GatewayAccount, StackSettings};
use cashwrap::partners::system;
use cashwrap::ports::gateway::{
    Call, Gateway as _, GatewayRequest, Guard, Look, Operable as _, Rendered, Window,
};
use tokio::time::Instant;

use crate::support::vendors::remote::server::CREDENTIAL;
use crate::support::vendors::remote::{Promises, RemotePartner};

pub(super) const REFERENCE: &str = "pay_01970000000070008000000000000001";

/// The account's limit: what is silent in these tests is so for longer.
pub(super) const LIMIT: Duration = Duration::from_secs(2);

pub(super) fn euros(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

/// The account at `base_url`, whose partner was asked for nothing yet.
pub(super) fn account_at(base_url: &str, credential: &str) -> GatewayAccount {
    account_with(base_url, credential, &StackSettings::default())
}

pub(super) fn account_with(base_url: &str, credential: &str, stack: &StackSettings) -> GatewayAccount {
    // Tests start in any order, and only the first may install it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = RemoteSettings {
        base_url: base_url.to_owned(),
        allow_plain_http: false,
        credential: credential.into(),
        connect_timeout: Duration::from_millis(700),
        timeout: LIMIT,
    };
    let adapter = RemoteGateway::new(&settings).unwrap();
    GatewayAccount::new(&"partner".parse().unwrap(), adapter, stack, &system::entropy())
}

pub(super) fn window() -> Window {
    let now = Instant::now();
    Window { send_by: now + Duration::from_secs(5), answer_by: now + Duration::from_secs(20) }
}

/// Speaks to an account as the payment machine does.
pub(super) struct Teller {
    pub(super) account: GatewayAccount,
}

impl Teller {
    pub(super) fn render(&self, key: &str, call: Call) -> Rendered {
        self.account.render(&GatewayRequest {
            store: "shop".parse().unwrap(),
            key: key.to_owned(),
            reference: REFERENCE.to_owned(),
            amount: euros(1_000),
            call,
        })
    }

    pub(super) async fn send(&self, key: &str, call: Call) -> Outcome {
        let kind = call.kind();
        self.send_rendered(kind, &self.render(key, call)).await
    }

    pub(super) async fn send_rendered(&self, kind: OperationKind, rendered: &Rendered) -> Outcome {
        self.account.send(kind, euros(1_000), rendered, window(), Guard::Heeded).await
    }

    pub(super) async fn authorise(&self, key: &str, token: &str) -> Outcome {
        self.send(key, Call::Authorise { token: token.to_owned(), return_url: None }).await
    }

    /// An amount that is held; gives the partner's id.
    pub(super) async fn hold(&self) -> String {
        view(self.authorise("opn_hold", "tok_partner_approve").await).object.unwrap()
    }

    pub(super) async fn capture(&self, key: &str, object: &str, amount_minor: i64) -> Outcome {
        self.send(key, Call::Capture { object: object.to_owned(), amount_minor }).await
    }

    pub(super) async fn void(&self, key: &str, object: &str) -> Outcome {
        self.send(key, Call::Void { object: object.to_owned() }).await
    }

    pub(super) async fn refund(&self, key: &str, object: &str, amount_minor: i64) -> Outcome {
        self.send(key, Call::Refund { object: object.to_owned(), amount_minor }).await
    }

    pub(super) async fn look(&self, object: &str) -> Outcome {
        let look = Look::Object { object: object.to_owned(), amount: euros(1_000) };
        self.account.look(&look, window(), Guard::Heeded).await
    }

    pub(super) async fn look_payment(&self) -> Outcome {
        let look = Look::Reference { reference: REFERENCE.to_owned(), amount: euros(1_000) };
        self.account.look(&look, window(), Guard::Heeded).await
    }

    pub(super) async fn look_refund(&self, object: &str, key: &str) -> Outcome {
        let look = Look::Refund { object: object.to_owned(), key: key.to_owned(), amount: euros(1_000) };
        self.account.look(&look, window(), Guard::Heeded).await
    }
}

/// A partner with its account, which knows what it promises.
pub(super) struct Rig {
    pub(super) teller: Teller,
    pub(super) partner: RemotePartner,
}

impl Rig {
    pub(super) async fn start() -> Self {
        let rig = Self::promising(Promises::STRONG).await;
        rig.teller.account.tend(false).await;
        assert_eq!(rig.teller.account.unavailable(Guard::Heeded), None);
        rig
    }

    /// One whose partner was not asked yet.
    pub(super) async fn promising(promises: Promises) -> Self {
        let partner = RemotePartner::start(promises).await;
        let teller = Teller { account: account_at(&partner.base_url(), CREDENTIAL) };
        Self { teller, partner }
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
