//! The back office: captures, voids and refunds what was bought, twice at times, and sets the modes of partners.

use cashwrap::app::Reason;
use cashwrap::app::payments::Wanted;
use cashwrap::domain::ids::PaymentId;
use cashwrap::domain::money::Money;
use cashwrap::ports::Mode;

use super::buying::payment_reply;
use super::{Hand, Shopper};
use crate::world::core::ACCOUNTS;
use crate::world::shop::store_id;

/// The shopper.
pub const SHOPPER: Shopper = Shopper { name: "back_office", visit: |hand| Box::pin(visit(hand)) };

async fn visit(mut hand: Hand) {
    for _ in 0..6 {
        hand.dawdle(30_000).await;
        if hand.one_in(6) {
            mode(&mut hand).await;
        }
        let listed = hand
            .read(|house| Box::pin(async move { house.list_payments(&store_id(), 20, None).await }))
            .await;
        let Ok(page) = listed else { continue };
        for payment in page.rows {
            if payment.row.order.is_some() && hand.one_in(2) {
                let Money { minor, currency } = payment.row.amount;
                let given = |minor| Some(Money::new(minor, currency));
                let wanted = match hand.dice.below(5) {
                    0 | 1 => Wanted::Capture(given(minor - 1).filter(|_| hand.dice.below(3) == 0)),
                    2 => Wanted::Void,
                    3 => Wanted::Refund(None),
                    _ => Wanted::Refund(given(1 + minor / 3)),
                };
                let _answer = settle(&mut hand, payment.row.id, wanted).await;
            }
        }
    }
    for account in ACCOUNTS {
        set(&mut hand, account, Mode::Auto).await;
    }
}

async fn settle(hand: &mut Hand, payment: PaymentId, wanted: Wanted) -> Result<(), Reason> {
    let method = match wanted {
        Wanted::Capture(_) => "CapturePayment",
        Wanted::Void => "VoidPayment",
        Wanted::Refund(_) => "RefundPayment",
    };
    let mutation = hand.mutation(method);
    let calls = if hand.one_in(3) { 2 } else { 1 };
    for _ in 0..calls {
        let body = hand.change(&mutation, |house, mutation| {
            Box::pin(async move { house.settle_payment(&mutation, payment, wanted, &payment_reply).await })
        });
        body.await?;
    }
    Ok(())
}

async fn mode(hand: &mut Hand) {
    let account = hand.dice.one_of(&ACCOUNTS);
    let mode = hand.dice.one_of(&[Mode::Auto, Mode::Drain, Mode::ForceOpen, Mode::ForceClosed]);
    set(hand, account, mode).await;
}

/// Sets a mode; every process takes it in within a second.
async fn set(hand: &mut Hand, account: &'static str, mode: Mode) {
    let mutation = hand.mutation("SetPartnerMode");
    let _set = hand
        .change(&mutation, |house, mutation| {
            Box::pin(async move {
                let account = account.parse().unwrap();
                let shown = |view: &cashwrap::app::operations::PartnerView| view.etag().into();
                house.set_partner_mode(&mutation, &account, mode, &shown).await
            })
        })
        .await;
    hand.dawdle(1_000).await;
    let known = match hand.world.core().book.find(cashwrap::ports::store::Kind::PartnerMode, account) {
        Some(cashwrap::ports::Record::PartnerMode(known)) => known.clone(),
        _ => return,
    };
    for process in hand.world.slots().iter() {
        process.house().engine.modes.set(known.clone());
    }
}
