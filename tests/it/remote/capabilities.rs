//! What a partner promises: asked for, waited for, and never believed to be more than it was.

use std::time::Duration;

use cashwrap::domain::payment::capabilities::{Lookup, Replay};
use cashwrap::domain::payment::{NotSent, Status};
use cashwrap::partners::gateway::StackSettings;
use cashwrap::ports::gateway::{BreakerState, Call, Gateway as _, Guard, Operable as _};
use cashwrap::resilience::BreakerSettings;

use super::rig::{Rig, Teller, account_at, account_with, view};
use crate::support::patience::until;
use crate::support::vendors::remote::server::CREDENTIAL;
use crate::support::vendors::remote::{Fault, Promises, RemotePartner};

#[tokio::test]
async fn until_the_partner_has_answered_once_no_payment_begins_and_nothing_is_promised() {
    let rig = Rig::promising(Promises::STRONG).await;
    let account = &rig.teller.account;
    assert_eq!(account.unavailable(Guard::Heeded), Some(NotSent::Connect));
    assert_eq!(account.unavailable(Guard::Overruled), Some(NotSent::Connect), "no operator knows more");
    let row = account.capabilities();
    assert_eq!(
        (row.replay, row.reference_lookup, row.read_by_id),
        (Replay::None, Lookup::None, Lookup::None)
    );
    assert!(!row.void_tombstones && !row.void_by_reference);
    account.tend(false).await;
    assert_eq!(account.unavailable(Guard::Heeded), None);
    let row = account.capabilities();
    assert_eq!(
        (row.replay, row.reference_lookup, row.read_by_id),
        (Replay::ForcesOutcome, Lookup::Consistent, Lookup::Consistent)
    );
    assert!(row.void_tombstones && row.void_by_reference);
}

#[tokio::test]
async fn a_partner_that_is_away_when_the_process_starts_is_asked_again_and_then_used() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let nowhere = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let away = account_at(&nowhere, CREDENTIAL);
    away.tend(false).await;
    assert_eq!(away.unavailable(Guard::Heeded), Some(NotSent::Connect));

    let rig = Rig::promising(Promises::STRONG).await;
    rig.partner.strike("capabilities", Fault::StatusBefore(14));
    rig.teller.account.tend(false).await;
    assert!(rig.teller.account.unavailable(Guard::Heeded).is_some());
    let ready = async || {
        rig.teller.account.tend(false).await;
        rig.teller.account.unavailable(Guard::Heeded).is_none()
    };
    until("it is asked again", Duration::from_secs(10), ready).await;
    assert_eq!(rig.partner.heads().len(), 2, "asked again once, and not at each turn");
}

#[tokio::test]
async fn a_partner_that_answers_no_capabilities_takes_no_payment() {
    for fault in [
        Fault::MessageAfter(Vec::new()),
        Fault::MessageAfter(b"\xff\xff".to_vec()),
        Fault::HugeAfter(200_000),
        Fault::StatusBefore(12),
        Fault::PageAfter(200),
    ] {
        let rig = Rig::promising(Promises::STRONG).await;
        rig.partner.strike("capabilities", fault.clone());
        rig.teller.account.tend(false).await;
        assert_eq!(rig.teller.account.unavailable(Guard::Heeded), Some(NotSent::Connect), "{fault:?}");
    }
}

#[tokio::test]
async fn after_an_outage_the_promises_are_read_before_any_payment_is_tried() {
    let partner = RemotePartner::start(Promises::STRONG).await;
    let breaker = BreakerSettings { open_first: Duration::from_millis(20), ..BreakerSettings::default() };
    let stack = StackSettings { breaker, ..StackSettings::default() };
    let teller = Teller { account: account_with(&partner.base_url(), CREDENTIAL, &stack) };
    teller.account.tend(false).await;
    for number in 0..5 {
        partner.strike("authorise", Fault::StatusBefore(13));
        drop(teller.authorise(&format!("opn_{number}"), "tok_partner_approve").await);
    }
    assert_eq!(teller.account.unavailable(Guard::Heeded), Some(NotSent::BreakerOpen));
    partner.strike("capabilities", Fault::StatusBefore(14));
    let state = || teller.account.breakers().first().unwrap().state;
    let mut failed = 0;
    while teller.account.unavailable(Guard::Heeded).is_some() {
        tokio::time::sleep(Duration::from_millis(5)).await;
        let waited = state() == BreakerState::HalfOpen;
        teller.account.tend(false).await;
        failed += u32::from(waited && matches!(state(), BreakerState::Open { .. }));
    }
    assert_eq!(failed, 1, "the first read met an error, and the second found the partner");
    assert_eq!((partner.executed().len(), partner.book().holds), (5, 0), "no payment had to find out");
}

#[tokio::test]
async fn a_capture_goes_out_although_the_promises_are_not_known() {
    let partner = RemotePartner::start(Promises::STRONG).await;
    let first = Teller { account: account_at(&partner.base_url(), CREDENTIAL) };
    first.account.tend(false).await;
    let object = first.hold().await;
    // Another process, which has just started.
    let second = Teller { account: account_at(&partner.base_url(), CREDENTIAL) };
    let captured = second.send("opn_capture", Call::Capture { object, amount_minor: 1_000 }).await;
    assert_eq!(view(captured).status, Status::Captured);
}
