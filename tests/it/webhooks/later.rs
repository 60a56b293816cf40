//! What a vendor tells that tells later: the one way in which it is known what became of a capture.

use cashwrap::app::Heard;
use cashwrap::domain::ids::{OperationId, PaymentId};
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{Hint, OperationState, Said, Told};
use cashwrap::ports::webhook::{About, Notice};

use super::hearing::{hear, row};
use crate::placing::world::{Ready, World, only_payment, store_id};

fn told(id: &str, payment: PaymentId, operation: Option<OperationId>, said: Said) -> Notice {
    let about = About { store: None, payment, object: None };
    let told = Told { operation, said };
    Notice { event: id.to_owned(), about: Some(about), hint: None, told: Some(told) }
}

const DONE: Said = Said::Done { amount: None };

/// An order whose capture was received by a vendor that tells later, or is done at one that tells at once.
async fn ordered(later: bool) -> (Ready, PaymentId, OperationId) {
    let ready = Ready::new().await;
    if later {
        ready.world.primary.tells_later();
    }
    let place = World::order(ready.checkout, &ready.digest);
    let mutation = ready.world.mutation("PlaceOrder");
    ready.world.place_until_settled(&ready.house, &mutation, &place).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let payment = only_payment(&ready.world).await;
    let capture = row(&ready, payment).await.attempts[0].operations.last().unwrap().id;
    (ready, payment, capture)
}

#[tokio::test(start_paused = true)]
async fn a_capture_is_done_once_the_vendor_tells_so_and_the_event_counts_once() {
    let (ready, payment, capture) = ordered(true).await;
    let received = row(&ready, payment).await;
    assert_eq!(received.captured_minor(), 0, "received is not done");
    assert!(received.attempts[0].operation(capture).unwrap().received());
    let notice = told("evt_1", payment, Some(capture), DONE);
    assert_eq!(hear(&ready.house, &notice).await, Heard::Settled);
    let done = row(&ready, payment).await;
    assert_eq!(done.captured_minor(), done.amount.minor, "with the claim of the event, in one commit");
    assert_eq!(hear(&ready.house, &notice).await, Heard::Repeated);
    assert_eq!(hear(&ready.house, &told("evt_2", payment, Some(capture), DONE)).await, Heard::NothingNew);
    ready.world.settle().await;
    assert_eq!(row(&ready, payment).await.captured_minor(), done.captured_minor());
    assert_eq!(ready.world.audit().await, 1);
    assert_eq!(ready.world.primary.looks(), 0, "there is nothing to look at");
}

#[tokio::test(start_paused = true)]
async fn a_capture_of_another_amount_is_not_believed_and_calls_a_person() {
    let (ready, payment, capture) = ordered(true).await;
    let other = Said::Done { amount: Some(Money::new(1, row(&ready, payment).await.amount.currency)) };
    assert_eq!(hear(&ready.house, &told("evt_1", payment, Some(capture), other)).await, Heard::Settled);
    let reviewed = row(&ready, payment).await;
    assert!(reviewed.needs_review() && reviewed.captured_minor() == 0);
    assert_eq!(hear(&ready.house, &told("evt_2", payment, Some(capture), DONE)).await, Heard::Settled);
    let done = row(&ready, payment).await;
    assert_eq!(done.attempts[0].operation(capture).unwrap().state, OperationState::Succeeded);
    assert!(!done.needs_review());
}

#[tokio::test(start_paused = true)]
async fn what_is_told_by_a_vendor_that_answers_at_once_is_no_more_than_its_hint() {
    let (ready, payment, capture) = ordered(false).await;
    let before = row(&ready, payment).await;
    let refused = || {
        let refusal = cashwrap::domain::payment::outcome::Refusal {
            code: "no".to_owned(),
            class: None,
            not_found: false,
            retry_after: None,
        };
        Said::Refused(refusal)
    };
    let alone = told("evt_1", payment, Some(capture), refused());
    assert_eq!(hear(&ready.house, &alone).await, Heard::NotOurs);
    let hinted = Notice { hint: Some(Hint::Taken), ..told("evt_2", payment, Some(capture), refused()) };
    assert_eq!(hear(&ready.house, &hinted).await, Heard::NothingNew);
    assert_eq!(row(&ready, payment).await, before);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_names_no_store_is_found_where_its_payment_is_and_nowhere_else() {
    let (ready, payment, capture) = ordered(true).await;
    let nobody = PaymentId(ready.world.fresh());
    assert_eq!(hear(&ready.house, &told("evt_1", nobody, Some(capture), DONE)).await, Heard::NotOurs);
    let elsewhere = About { store: "elsewhere".parse().ok(), payment, object: None };
    let elsewhere = Notice { about: Some(elsewhere), ..told("evt_2", payment, Some(capture), DONE) };
    assert_eq!(hear(&ready.house, &elsewhere).await, Heard::NotOurs);
    let here = About { store: Some(store_id()), payment, object: None };
    let here = Notice { about: Some(here), ..told("evt_3", payment, Some(capture), DONE) };
    assert_eq!(hear(&ready.house, &here).await, Heard::Settled);
}
