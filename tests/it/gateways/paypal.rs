//! PayPal under the contract, over a PayPal of ours; and what only PayPal promises.

use std::sync::Mutex;
use std::time::Duration;

use cashwrap::domain::payment::{DeclineClass, GatewayCapabilities, NotSent, OperationKind, Outcome, Status};
use cashwrap::partners::gateway::GatewayAccount;
use cashwrap::partners::gateway::paypal::{Paypal, PaypalSettings};
use cashwrap::partners::system;
use cashwrap::ports::gateway::{BreakerState, Gateway, Operable as _};
use serde_json::json;

use super::contract::{Fault, LIMIT, Ledger, REFERENCE, Rig, Stage, Walk, Wish, every_law, stack, view};
use crate::support::door::{Answer, Door, Knock, Play};
use crate::support::vendors::paypal::{CLIENT_ID, CLIENT_SECRET, PayPal};

pub(crate) struct Account {
    gateway: GatewayAccount,
    door: Door,
    paypal: PayPal,
    /// What the customer will decide who approves.
    decision: Mutex<&'static str>,
}

impl Account {
    pub(crate) async fn start() -> Self {
        Self::with_secret(CLIENT_SECRET).await
    }

    async fn with_secret(secret: &str) -> Self {
        // Tests start in any order, and only the first may install it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let paypal = PayPal::start().await;
        let door = Door::before(paypal.address()).await;
        let settings = PaypalSettings {
            base_url: door.base_url(),
            capabilities: GatewayCapabilities { timeout: LIMIT, ..GatewayCapabilities::paypal() },
            ..PaypalSettings::new(CLIENT_ID.to_owned(), secret.into())
        };
        let adapter = Paypal::new(&settings).unwrap();
        let gateway = GatewayAccount::new(&"paypal".parse().unwrap(), adapter, &stack(), &system::entropy());
        Self { gateway, door, paypal, decision: Mutex::new("approve") }
    }

    /// The requests that were made, in order.
    pub(crate) fn knocks(&self) -> Vec<Knock> {
        self.door.knocks()
    }

    /// Has PayPal's own header ask for this code at the next call of a kind.
    fn mock(&self, kind: OperationKind, code: &str) {
        let mark = json!({"mock_application_codes": code}).to_string();
        self.door.plan(move |knock| kind_of(knock) == Some(kind), Play::Marked("PayPal-Mock-Response", mark));
    }
}

/// Which call a request of PayPal's wire is.
fn kind_of(knock: &Knock) -> Option<OperationKind> {
    let path = knock.path.strip_prefix("/v2/").filter(|_| knock.method == "POST")?;
    Some(match path.rsplit('/').next()? {
        "orders" => OperationKind::Create,
        "authorize" => OperationKind::Confirm,
        "capture" => OperationKind::Capture,
        "void" => OperationKind::Void,
        "refund" => OperationKind::Refund,
        _ => return None,
    })
}

/// What PayPal answers where its stand-in is not asked.
fn error(status: u16, name: &str) -> Answer {
    Answer::json(status, &json!({"name": name, "message": "Played.", "debug_id": "1", "details": []}))
}

#[async_trait::async_trait]
impl Rig for Account {
    fn gateway(&self) -> &dyn Gateway {
        &self.gateway
    }

    fn token(&self, wish: Wish) -> String {
        let decision = if wish == Wish::Decline { "declined" } else { "approve" };
        *self.decision.lock().unwrap() = decision;
        if wish == Wish::Foreign { "tok_backup_approve" } else { "wallet" }.to_owned()
    }

    async fn ledger(&self) -> Ledger {
        let sums = self.paypal.sums(REFERENCE);
        Ledger {
            holds: sums.holds,
            held_minor: sums.held_minor,
            captures: sums.captures,
            captured_minor: sums.captured_minor,
            refunds: sums.refunds,
            refunded_minor: sums.refunded_minor,
        }
    }

    fn strike(&self, kind: OperationKind, fault: Fault) {
        let text = |from: &str, to: &str| Play::Rewritten(vec![(from.to_owned(), to.to_owned())]);
        let play = match fault {
            Fault::TimeoutBefore => Play::SilentBefore,
            Fault::TimeoutAfter => Play::SilentAfter,
            Fault::ResetBefore => Play::ResetBefore,
            Fault::ResetAfter => Play::ResetAfter,
            Fault::ServerErrorBefore => Play::AnsweredBefore(error(500, "INTERNAL_SERVER_ERROR")),
            Fault::ServerErrorAfter => Play::AnsweredAfter(error(503, "SERVICE_UNAVAILABLE")),
            Fault::Garbage => Play::AnsweredAfter(Answer::html(200)),
            Fault::CutShort => Play::CutShort,
            Fault::RateLimited => Play::AnsweredBefore(error(429, "RATE_LIMIT_REACHED")),
            Fault::Unauthorised => Play::AnsweredBefore(error(401, "AUTHENTICATION_FAILURE")),
            Fault::Slow => Play::Slow(Duration::from_millis(300)),
            Fault::OtherAmount => text("\"10.00\"", "\"10.01\""),
            Fault::OtherReference => text(REFERENCE, &REFERENCE.replace('7', "8")),
            Fault::Late => Play::Late,
        };
        self.door.plan(move |knock| kind_of(knock) == Some(kind), play);
    }

    fn struck(&self) -> bool {
        self.door.is_quiet()
    }

    async fn let_in(&self) {
        self.door.let_in().await;
    }

    async fn act(&self, redirect_url: &str, allow: bool) -> Vec<(String, String)> {
        let decision = if allow { *self.decision.lock().unwrap() } else { "cancel" };
        let page = reqwest::get(format!("{redirect_url}&decision={decision}")).await.unwrap();
        assert!(page.status().is_success());
        // What PayPal adds to the address that the customer comes back to. Nobody believes it.
        vec![("token".to_owned(), "O0000000000000001".to_owned()), ("PayerID".to_owned(), "P1".to_owned())]
    }

    fn manners(&self) -> super::contract::Manners {
        super::contract::Manners { limits_before_executing: false, ..super::contract::Manners::default() }
    }
}

every_law!(Account::start);

#[tokio::test]
async fn a_bearer_is_got_once_and_again_when_it_is_refused() {
    let walk = Walk::new(Account::start().await);
    let object = walk.hold().await;
    assert_eq!(walk.rig.paypal.tokens_given(), 1);
    walk.rig.paypal.revoke_tokens();
    let looked = view(walk.look(&walk.capturing(&object, 1)).await);
    assert_eq!(
        (looked.status, walk.rig.paypal.tokens_given()),
        (Status::Authorised, 2),
        "a read is made again"
    );
    walk.rig.paypal.revoke_tokens();
    walk.done(&walk.capturing(&object, 1_000)).await;
    assert_eq!(walk.rig.paypal.tokens_given(), 3);
    assert_eq!(walk.rig.ledger().await.captures, 1);
}

#[tokio::test]
async fn a_bearer_is_got_by_one_while_the_others_wait() {
    let rig = Account::start().await;
    let walk = Walk::new(rig);
    let beginnings: Vec<_> = (0..8).map(|_| walk.beginning(Wish::Approve)).collect();
    for told in futures::future::join_all(beginnings.iter().map(|beginning| walk.ask(beginning))).await {
        assert!(matches!(view(told).status, Status::ActionNeeded { .. }));
    }
    assert_eq!(walk.rig.paypal.tokens_given(), 1);
}

#[tokio::test]
async fn a_wrong_secret_is_refused_before_anything_is_sent_and_latches() {
    let walk = Walk::new(Account::with_secret("wrong").await);
    let outcome = walk.ask(&walk.beginning(Wish::Approve)).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::Credentials));
    let states = walk.rig.gateway.breakers();
    assert_eq!(states.first().unwrap().state, BreakerState::Misconfigured);
}

#[tokio::test]
async fn no_bearer_means_that_the_call_was_never_sent() {
    for answer in [error(500, "INTERNAL_SERVER_ERROR"), Answer::html(200)] {
        let walk = Walk::new(Account::start().await);
        for _ in 0..2 {
            let play = Play::AnsweredBefore(answer.clone());
            walk.rig.door.plan(|knock| knock.path == "/v1/oauth2/token", play);
        }
        let outcome = walk.ask(&walk.beginning(Wish::Approve)).await;
        assert_eq!(outcome, Outcome::NotSent(NotSent::Connect));
    }
}

#[tokio::test]
async fn what_is_lost_while_a_capture_is_aimed_proves_that_it_was_not_sent() {
    let walk = Walk::new(Account::start().await);
    let capturing = walk.at(Stage::Capture).await;
    for _ in 0..2 {
        let play = Play::AnsweredBefore(error(500, "INTERNAL_SERVER_ERROR"));
        walk.rig.door.plan(|knock| knock.method == "GET", play);
    }
    assert_eq!(walk.ask(&capturing).await, Outcome::NotSent(NotSent::Connect));
    assert_eq!(walk.rig.ledger().await.captures, 0);
    walk.done(&capturing).await;
}

#[tokio::test]
async fn codes_that_paypals_own_header_asks_for_have_their_class() {
    for (code, class) in [
        ("INSTRUMENT_DECLINED", DeclineClass::DoNotHonor),
        ("PAYER_CANNOT_PAY", DeclineClass::RestrictedMerchant),
        ("TRANSACTION_REFUSED", DeclineClass::FraudGateway),
        ("DUPLICATE_INVOICE_ID", DeclineClass::Duplicate),
    ] {
        let walk = Walk::new(Account::start().await);
        let asking = walk.at(Stage::Hold).await;
        walk.rig.mock(OperationKind::Confirm, code);
        let Outcome::Refused(refusal) = walk.ask(&asking).await else { panic!("{code}: not refused") };
        assert_eq!((refusal.code.as_str(), refusal.class), (code, Some(class)));
        assert!(walk.rig.door.is_quiet());
    }
}

#[tokio::test]
async fn codes_that_say_where_the_order_stands_lead_to_a_look() {
    for code in ["ORDER_ALREADY_AUTHORIZED", "PAYER_ACTION_REQUIRED", "PREVIOUS_REQUEST_IN_PROGRESS"] {
        let walk = Walk::new(Account::start().await);
        let asking = walk.at(Stage::Hold).await;
        walk.rig.mock(OperationKind::Confirm, code);
        let outcome = walk.ask(&asking).await;
        assert!(matches!(outcome, Outcome::Unknown(_)), "{code}: {outcome:?}");
        assert_eq!(view(walk.look(&asking).await).status, Status::Approved);
    }
}

#[tokio::test]
async fn a_confirm_before_the_approval_holds_nothing_and_a_look_says_where_to_approve() {
    let walk = Walk::new(Account::start().await);
    let created = view(walk.ask(&walk.beginning(Wish::Approve)).await);
    let confirming = walk.confirming(created.object, Vec::new());
    let outcome = walk.ask(&confirming).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    assert_eq!(view(walk.look(&confirming).await).status, created.status);
    assert_eq!(walk.rig.ledger().await, Ledger::default());
}
