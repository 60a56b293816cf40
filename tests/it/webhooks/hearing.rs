//! What an event leads to, by where its payment stands when it comes: in order, early, late, twice, or about somebody
//! else's payment.

use cashwrap::app::{Heard, House};
use cashwrap::domain::checkout::CheckoutState;
use cashwrap::domain::ids::{PaymentId, StoreId};
use cashwrap::domain::payment::{DeclineClass, Hint, OperationKind, Payment};
use cashwrap::ports::Record;
use cashwrap::ports::store::{Kind, ReplyKey};
use cashwrap::ports::webhook::{About, Notice};

use crate::placing::fuse::Fuse;
use crate::placing::till::{Totals, Weather};
use crate::placing::world::{Ready, World, only_payment, shown, store_id};

/// An event about a payment.
pub fn event(id: &str, payment: PaymentId, hint: Hint) -> Notice {
    about(id, store_id(), payment, None, hint)
}

fn about(id: &str, store: StoreId, payment: PaymentId, object: Option<&str>, hint: Hint) -> Notice {
    let about = About { store: Some(store), payment, object: object.map(str::to_owned) };
    Notice { event: id.to_owned(), about: Some(about), hint: Some(hint), told: None }
}

pub async fn hear(house: &House, notice: &Notice) -> Heard {
    house.hear(&"primary".parse().unwrap(), notice).await.unwrap()
}

/// A session whose customer was sent to the bank, and its payment.
pub async fn awaiting() -> (Ready, PaymentId) {
    let ready = Ready::new().await;
    ready.world.primary.next(OperationKind::Confirm, Weather::Action);
    let place = World::order(ready.checkout, &ready.digest);
    let told = ready.house.place_order(&ready.world.mutation("PlaceOrder"), &place).await.unwrap();
    assert!(told.starts_with(b"action "), "{told:?}");
    let payment = only_payment(&ready.world).await;
    (ready, payment)
}

async fn state(ready: &Ready) -> CheckoutState {
    shown(&ready.house, ready.checkout).await.checkout.state
}

pub async fn row(ready: &Ready, id: PaymentId) -> Payment {
    ready.house.get_payment(&store_id(), id).await.unwrap().row
}

fn ledger(ready: &Ready) -> Totals {
    ready.world.primary.totals().into_values().next().unwrap()[0]
}

#[tokio::test(start_paused = true)]
async fn r15_a_customer_who_paid_and_never_came_back_has_the_order_that_the_event_led_to() {
    let (ready, payment) = awaiting().await;
    ready.world.primary.customer_acts(true);
    assert_eq!(hear(&ready.house, &event("evt_1", payment, Hint::Held)).await, Heard::Looking);
    ready.world.settle_briefly().await;
    assert_eq!(state(&ready).await, CheckoutState::Completed);
    ready.world.settle().await;
    assert_eq!(ready.world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_failed_at_the_bank_is_told_at_once_and_may_pay_again() {
    let (ready, payment) = awaiting().await;
    ready.world.primary.customer_acts(false);
    assert_eq!(hear(&ready.house, &event("evt_1", payment, Hint::Gone)).await, Heard::Looking);
    ready.world.settle_briefly().await;
    assert_eq!(state(&ready).await, CheckoutState::Open);
}

#[tokio::test(start_paused = true)]
async fn what_an_event_says_is_never_believed() {
    let (ready, payment) = awaiting().await;
    for (id, hint) in [("evt_1", Hint::Taken), ("evt_2", Hint::Held), ("evt_3", Hint::Gone)] {
        assert_eq!(hear(&ready.house, &event(id, payment, hint)).await, Heard::Looking);
        ready.world.settle_briefly().await;
        assert_eq!(state(&ready).await, CheckoutState::AwaitingAction, "{hint:?}");
    }
    assert_eq!(ready.world.primary.looks(), 3);
    ready.world.primary.customer_acts(true);
    hear(&ready.house, &event("evt_4", payment, Hint::Held)).await;
    ready.world.settle().await;
    assert_eq!(ready.world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn i19_an_event_that_comes_twice_at_two_processes_counts_once() {
    let (ready, payment) = awaiting().await;
    let other = ready.world.process(&Fuse::never());
    let notice = event("evt_1", payment, Hint::Held);
    let (one, two) = futures::future::join(hear(&ready.house, &notice), hear(&other, &notice)).await;
    let mut heard = [one.as_str(), two.as_str()];
    heard.sort_unstable();
    assert_eq!(heard, ["looking", "repeated"]);
    ready.world.settle_briefly().await;
    for _ in 0..3 {
        assert_eq!(hear(&other, &notice).await, Heard::Repeated);
    }
    ready.world.settle_briefly().await;
    assert_eq!(ready.world.primary.looks(), 1);
}

#[tokio::test(start_paused = true)]
async fn i19_events_out_of_order_and_late_move_nothing_back() {
    let ready = Ready::new().await;
    let place = World::order(ready.checkout, &ready.digest);
    let mutation = ready.world.mutation("PlaceOrder");
    ready.world.place_until_settled(&ready.house, &mutation, &place).await.unwrap();
    ready.world.settle_briefly().await;
    let payment = only_payment(&ready.world).await;
    let before = row(&ready, payment).await;
    assert!(before.captured_minor() > 0);
    for (id, hint) in
        [("evt_3", Hint::Taken), ("evt_1", Hint::Moved), ("evt_2", Hint::Held), ("evt_0", Hint::Gone)]
    {
        assert_eq!(hear(&ready.house, &event(id, payment, hint)).await, Heard::NothingNew, "{hint:?}");
    }
    ready.world.settle_briefly().await;
    assert_eq!(row(&ready, payment).await, before);
    assert_eq!(ready.world.primary.looks(), 0, "a purchase that goes well costs no look");
    assert_eq!(ready.world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn r9_a_payment_that_was_declined_and_succeeds_later_is_found_and_given_back() {
    for taken in [false, true] {
        let ready = Ready::new().await;
        ready.world.primary.next(OperationKind::Confirm, Weather::Declined(DeclineClass::InsufficientFunds));
        let place = World::order(ready.checkout, &ready.digest);
        let told = ready.house.place_order(&ready.world.mutation("PlaceOrder"), &place).await.unwrap();
        assert!(told.starts_with(b"declined"), "{told:?}");
        ready.world.settle_briefly().await;
        let payment = only_payment(&ready.world).await;
        ready.world.primary.succeeds_after_all(taken);
        let hint = if taken { Hint::Taken } else { Hint::Held };
        assert_eq!(hear(&ready.house, &event("evt_1", payment, hint)).await, Heard::Looking);
        ready.world.settle_briefly().await;
        let end = if taken { "LATE_REFUNDED" } else { "LATE_VOIDED" };
        assert_eq!(row(&ready, payment).await.attempts[0].state.as_str(), end);
        let Totals { held, captured, refunded, .. } = ledger(&ready);
        assert_eq!((held, captured - refunded), (0, 0));
        ready.world.settle().await;
        assert_eq!(ready.world.books().await.ended(), Ok(0));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_capture_is_looked_at_before_its_round_is_due() {
    let ready = Ready::new().await;
    ready.world.primary.next(OperationKind::Capture, Weather::TimeoutBefore);
    let place = World::order(ready.checkout, &ready.digest);
    ready.house.place_order(&ready.world.mutation("PlaceOrder"), &place).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(52)).await;
    let payment = only_payment(&ready.world).await;
    let unknown = row(&ready, payment).await;
    if unknown.unresolved() {
        assert_eq!(hear(&ready.house, &event("evt_1", payment, Hint::Taken)).await, Heard::Looking);
    }
    ready.world.settle().await;
    assert_eq!(ready.world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_about_no_payment_of_the_account_is_taken_and_leaves_nothing_behind() {
    let (ready, payment) = awaiting().await;
    let nobody = PaymentId(ready.world.fresh());
    let strangers = [
        about("evt_1", store_id(), nobody, None, Hint::Held),
        about("evt_2", "elsewhere".parse().unwrap(), payment, None, Hint::Held),
        Notice { event: "evt_3".to_owned(), about: None, hint: Some(Hint::Held), told: None },
        Notice { hint: None, ..event("evt_4", payment, Hint::Held) },
    ];
    for notice in &strangers {
        assert_eq!(hear(&ready.house, notice).await, Heard::NotOurs, "{notice:?}");
    }
    let of_backup = event("evt_5", payment, Hint::Held);
    let heard = ready.house.hear(&"backup".parse().unwrap(), &of_backup).await.unwrap();
    assert_eq!(heard, Heard::NotOurs, "the backup was never asked");
    let other_object = about("evt_6", store_id(), payment, Some("pi_other"), Hint::Held);
    assert_eq!(hear(&ready.house, &other_object).await, Heard::NothingNew);
    assert_eq!(ready.world.primary.looks(), 0);
    let events = |key: &&ReplyKey| key.method == "Webhook";
    let claims = ready.world.memory.inspect(|dump| dump.replies.keys().filter(events).count());
    assert_eq!(claims, 0);
    let rows = ready.world.rows(Kind::Payment).await;
    assert!(matches!(&rows[..], [Record::Payment(row)] if row.attempts[0].hinted.is_none()));
}
