//! Partners over gRPC under the contract: what each promises is a set of flags, and a partner that promises little must
//! fare as well as one that promises everything.

use std::time::Duration;

use cashwrap::domain::payment::OperationKind;
use cashwrap::partners::gateway::GatewayAccount;
use cashwrap::partners::gateway::remote::{RemoteGateway, RemoteSettings, RemoteWebhooks};
use cashwrap::partners::system;
use cashwrap::ports::gateway::{Gateway, Guard, Operable as _};
use cashwrap::ports::webhook::{Notice, RawWebhook, Webhooks as _};
use h2::Reason;
use jiff::Timestamp;

use super::contract::{Fault, LIMIT, Ledger, REFERENCE, Rig, Wish, stack};
use crate::support::vendors::remote::notifications::{SECRET, posted};
use crate::support::vendors::remote::server::CREDENTIAL;
use crate::support::vendors::remote::{Fault as Played, Promises, RemotePartner};

pub(crate) struct Partner {
    account: GatewayAccount,
    partner: RemotePartner,
}

impl Partner {
    async fn promising(promises: Promises) -> Self {
        // Tests start in any order, and only the first may install it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let partner = RemotePartner::start(promises).await;
        let settings = RemoteSettings {
            base_url: partner.base_url(),
            allow_plain_http: false,
            credential: CREDENTIAL.into(),
            connect_timeout: Duration::from_secs(2),
            timeout: LIMIT,
        };
        let adapter = RemoteGateway::new(&settings).unwrap();
        let account = GatewayAccount::new(&"partner".parse().unwrap(), adapter, &stack(), &system::entropy());
        account.tend(false).await;
        assert_eq!(account.unavailable(Guard::Heeded), None, "it said what it promises");
        Self { account, partner }
    }
}

fn played(fault: Fault) -> Played {
    match fault {
        Fault::TimeoutBefore => Played::SilentBefore,
        Fault::TimeoutAfter => Played::SilentAfter,
        Fault::ResetBefore => Played::ResetBefore(Reason::INTERNAL_ERROR),
        Fault::ResetAfter => Played::ResetAfter(Reason::CANCEL),
        Fault::ServerErrorBefore => Played::StatusBefore(13),
        Fault::ServerErrorAfter => Played::StatusAfter(13),
        Fault::Garbage => Played::PageAfter(200),
        Fault::CutShort => Played::CutShort,
        Fault::RateLimited => Played::LimitedBefore(1),
        Fault::Unauthorised => Played::StatusBefore(16),
        Fault::Slow => Played::Slow(Duration::from_millis(300)),
        Fault::OtherAmount => Played::OtherAmount,
        Fault::OtherReference => Played::OtherPayment(REFERENCE.replace('7', "8")),
        Fault::Late => Played::Late,
    }
}

#[async_trait::async_trait]
impl Rig for Partner {
    fn gateway(&self) -> &dyn Gateway {
        &self.account
    }

    fn token(&self, wish: Wish) -> String {
        let token = match wish {
            Wish::Approve | Wish::Late => "tok_partner_approve",
            Wish::Decline => "tok_partner_decline",
            Wish::Act => "tok_partner_action",
            Wish::Foreign => "tok_primary_approve",
        };
        token.to_owned()
    }

    async fn ledger(&self) -> Ledger {
        let book = self.partner.book();
        Ledger {
            holds: book.holds,
            held_minor: book.held_minor,
            captures: book.captures,
            captured_minor: book.captured_minor,
            refunds: book.refunds,
            refunded_minor: book.refunded_minor,
        }
    }

    fn strike(&self, kind: OperationKind, fault: Fault) {
        let operation = match kind {
            OperationKind::Create => "create",
            OperationKind::Confirm => "confirm",
            OperationKind::Authorise => "authorise",
            OperationKind::Capture => "capture",
            OperationKind::Void => "void",
            OperationKind::Refund => "refund",
        };
        self.partner.strike(operation, played(fault));
    }

    fn struck(&self) -> bool {
        self.partner.is_quiet()
    }

    async fn let_in(&self) {
        self.partner.let_in();
    }

    async fn act(&self, redirect_url: &str, allow: bool) -> Vec<(String, String)> {
        self.partner.act(redirect_url, allow);
        Vec::new()
    }

    async fn notices(&self) -> Vec<Notice> {
        let webhooks = RemoteWebhooks::new(&[SECRET.into()]).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let numbered = self.partner.notifications().into_iter().enumerate();
        let read = |(number, notification)| {
            let posted = posted(&notification, &format!("msg_{number}"), now.as_second());
            let headers = posted.headers.each_ref().map(|(name, value)| (*name, value.as_str()));
            webhooks.read(RawWebhook { headers: &headers, body: posted.body.as_bytes() }, now).unwrap()
        };
        numbered.flat_map(read).collect()
    }
}

/// Everything that can be promised, in one step.
pub(crate) async fn strong() -> Partner {
    Partner::promising(Promises::STRONG).await
}

/// Next to nothing is promised: keys are not honoured, lookups lag, voids reach only what is there.
pub(crate) async fn weak() -> Partner {
    Partner::promising(Promises::WEAK).await
}

/// Created, then confirmed; after the customer's action too.
pub(crate) async fn in_two_steps() -> Partner {
    Partner::promising(Promises { two_step: true, confirms_after_action: true, ..Promises::STRONG }).await
}

/// A void reaches only what is there.
pub(crate) async fn without_tombstones() -> Partner {
    Partner::promising(Promises { two_step: true, tombstones: false, ..Promises::STRONG }).await
}

/// Captures, voids and refunds are received, and a notification says what became of them.
pub(crate) async fn that_tells_later() -> Partner {
    Partner::promising(Promises { tells_later: true, ..Promises::STRONG }).await
}

mod strong_keeps_the_contract {
    super::super::contract::every_law!(super::strong);
}

mod weak_keeps_the_contract {
    super::super::contract::every_law!(super::weak);
}

mod in_two_steps_keeps_the_contract {
    super::super::contract::every_law!(super::in_two_steps);
}

mod without_tombstones_keeps_the_contract {
    super::super::contract::every_law!(super::without_tombstones);
}

mod that_tells_later_keeps_the_contract {
    super::super::contract::every_law!(super::that_tells_later);
}
