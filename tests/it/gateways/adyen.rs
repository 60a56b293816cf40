//! The look-alike of Adyen under the contract.

use std::time::Duration;

use cashwrap::domain::payment::{GatewayCapabilities, OperationKind};
use cashwrap::partners::gateway::GatewayAccount;
use cashwrap::partners::gateway::adyen::{Adyen, AdyenSettings, AdyenWebhooks};
use cashwrap::partners::system;
use cashwrap::ports::gateway::Gateway;
use cashwrap::ports::webhook::{Notice, RawWebhook, Webhooks as _};
use jiff::Timestamp;
use serde_json::json;

use super::contract::{Fault, LIMIT, Ledger, Manners, REFERENCE, Rig, Wish, stack};
use crate::support::door::{Answer, Door, Knock, Play};
use crate::support::vendors::adyen::{API_KEY, Adyen as LookAlike, HMAC_KEY, MERCHANT, Mood};

pub(crate) struct AdyenRig {
    account: GatewayAccount,
    door: Door,
    adyen: LookAlike,
}

pub(crate) async fn fresh() -> AdyenRig {
    let adyen = LookAlike::start().await;
    adyen.mood(Mood { held: true, ..Mood::default() });
    let door = Door::before(adyen.address()).await;
    let settings = AdyenSettings {
        base_url: door.base_url(),
        return_url: Some("https://shop.example/back".to_owned()),
        capabilities: GatewayCapabilities { timeout: LIMIT, ..GatewayCapabilities::adyen() },
        ..AdyenSettings::new(MERCHANT.to_owned(), API_KEY.into())
    };
    let adapter = Adyen::new(&settings).unwrap();
    let account = GatewayAccount::new(&"adyen".parse().unwrap(), adapter, &stack(), &system::entropy());
    AdyenRig { account, door, adyen }
}

/// Which call a request of Adyen's wire is.
fn kind_of(knock: &Knock) -> Option<OperationKind> {
    let path = knock.path.strip_prefix("/v71/").filter(|_| knock.method == "POST")?;
    Some(match path.rsplit('/').next()? {
        "payments" => OperationKind::Authorise,
        "details" => OperationKind::Confirm,
        "captures" => OperationKind::Capture,
        "cancels" => OperationKind::Void,
        "refunds" => OperationKind::Refund,
        _ => return None,
    })
}

/// What Adyen answers where the look-alike is not asked.
fn error(status: u16, code: &str) -> Answer {
    let body = json!({"status": status, "errorCode": code, "message": "Played.", "errorType": "internal"});
    Answer::json(status, &body)
}

fn play(fault: Fault) -> Play {
    let text = |from: &str, to: &str| Play::Rewritten(vec![(from.to_owned(), to.to_owned())]);
    match fault {
        Fault::TimeoutBefore => Play::SilentBefore,
        Fault::TimeoutAfter => Play::SilentAfter,
        Fault::ResetBefore => Play::ResetBefore,
        Fault::ResetAfter => Play::ResetAfter,
        Fault::ServerErrorBefore => Play::AnsweredBefore(error(500, "903")),
        Fault::ServerErrorAfter => Play::AnsweredAfter(error(500, "903")),
        Fault::Garbage => Play::AnsweredAfter(Answer::html(200)),
        Fault::CutShort => Play::CutShort,
        Fault::RateLimited => Play::AnsweredBefore(error(429, "00_429")),
        Fault::Unauthorised => Play::AnsweredBefore(error(401, "000")),
        Fault::Slow => Play::Slow(Duration::from_millis(300)),
        Fault::OtherAmount => text("\"value\":1000", "\"value\":1001"),
        Fault::OtherReference => text(REFERENCE, &REFERENCE.replace('7', "8")),
        Fault::Late => Play::Late,
    }
}

#[async_trait::async_trait]
impl Rig for AdyenRig {
    fn gateway(&self) -> &dyn Gateway {
        &self.account
    }

    fn token(&self, wish: Wish) -> String {
        let token = match wish {
            Wish::Approve | Wish::Late => "stored:OK:cus_42",
            Wish::Decline => "stored:NOTENOUGHBALANCE:cus_42",
            Wish::Act => "stored:REDIRECT:cus_42",
            Wish::Foreign => "tok_primary_approve",
        };
        token.to_owned()
    }

    async fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::default();
        for payment in self.adyen.books().of(REFERENCE) {
            ledger.holds += u32::from(payment.authorised > 0);
            ledger.held_minor += payment.held();
            ledger.captures += payment.captures;
            ledger.captured_minor += payment.captured;
            ledger.refunds += payment.refunds;
            ledger.refunded_minor += payment.refunded;
        }
        ledger
    }

    fn strike(&self, kind: OperationKind, fault: Fault) {
        self.door.plan(move |knock| kind_of(knock) == Some(kind), play(fault));
    }

    fn struck(&self) -> bool {
        self.door.is_quiet()
    }

    async fn let_in(&self) {
        self.door.let_in().await;
    }

    async fn act(&self, redirect_url: &str, allow: bool) -> Vec<(String, String)> {
        vec![("redirectResult".to_owned(), self.adyen.shopper(redirect_url, allow).await)]
    }

    async fn notices(&self) -> Vec<Notice> {
        let webhooks = AdyenWebhooks::new(&[HMAC_KEY.into()], MERCHANT).unwrap();
        let read = |body: &String| {
            let raw = RawWebhook { headers: &[], body: body.as_bytes() };
            webhooks.read(raw, Timestamp::UNIX_EPOCH).unwrap()
        };
        self.adyen.messages().iter().flat_map(read).collect()
    }

    fn manners(&self) -> Manners {
        // No document says that a 429 comes before anything is executed.
        Manners { limits_before_executing: false, ..Manners::default() }
    }
}

super::contract::every_law!(fresh);
