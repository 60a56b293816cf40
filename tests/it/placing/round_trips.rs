//! Round trips to the store, counted: at most one read and one write for a call that nobody contends, however
//! many lines there are. PlaceOrder, ConfirmPaymentAction and repeated keys may take more.

use std::sync::Arc;

use bytes::Bytes;

use super::fuse::Fuse;
use super::lifetimes::LIVES;
use super::till::Weather;
use super::world::{World, store_id};
use cashwrap::app::checkouts::Edit;
use cashwrap::app::payments::Wanted;
use cashwrap::app::{House, Reach};
use cashwrap::domain::cart::CartAction;
use cashwrap::domain::ids::{CartId, LineId};
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::OperationKind;

/// The trips of each call, by name.
type Counted = Vec<(&'static str, (u64, u64))>;

async fn fill(world: &World, house: &House, cart: CartId, lines: usize) {
    let mut actions = Vec::new();
    for line in 0..lines {
        let sku = format!("item-{line}");
        world.stock(&sku, 100, None).await;
        actions.push(CartAction::Add { sku: sku.parse().unwrap(), quantity: 1, line: LineId(world.fresh()) });
    }
    house.update_cart(&world.mutation("UpdateCart"), cart, &actions, &|_| Bytes::new()).await.unwrap();
}

async fn count_all(lines: usize) -> Counted {
    let mut world = World::new().await;
    // Every change moves a timer, and takes no trip for it.
    world.lifetimes = Some(LIVES);
    let fuse = Fuse::never();
    let house = Arc::new(world.house(&fuse));
    let none = |_: &_| Bytes::new();
    let mut counted = Counted::new();
    let cart = world.cart(&house, 1).await;
    counted.push(("CreateCart", fuse.trips()));
    fill(&world, &house, cart, lines).await;
    counted.push(("UpdateCart", fuse.trips()));
    let code = "ONCE".parse().unwrap();
    house.apply_code(&world.mutation("ApplyCode"), cart, &code, &|_| Bytes::new()).await.unwrap();
    counted.push(("ApplyCode", fuse.trips()));
    house.get_cart(&store_id(), cart, &Reach::Anybodys).await.unwrap();
    counted.push(("GetCart", fuse.trips()));
    house.remove_code(&world.mutation("RemoveCode"), cart, &code, &|_| Bytes::new()).await.unwrap();
    counted.push(("RemoveCode", fuse.trips()));
    let (checkout, digest) = world.checkout(&house, cart).await;
    let (reads, commits) = fuse.trips();
    assert_eq!((reads, commits), (2, 1), "CreateCheckout is one read and one write, GetCheckout one read");
    let edit = Edit { return_uri: Some(None), ..Edit::default() };
    let update = world.mutation("UpdateCheckout");
    house.update_checkout(&update, checkout, &edit, &|_| Bytes::new()).await.unwrap();
    counted.push(("UpdateCheckout", fuse.trips()));
    let other = world.cart(&house, 1).await;
    let (cancelled, _) = world.checkout(&house, other).await;
    fuse.trips();
    house.cancel_checkout(&world.mutation("CancelCheckout"), cancelled, &|_| Bytes::new()).await.unwrap();
    counted.push(("CancelCheckout", fuse.trips()));
    house.delete_cart(&world.mutation("DeleteCart"), other, &none).await.unwrap();
    counted.push(("DeleteCart", fuse.trips()));
    house.list_orders(&store_id(), None, 10, None).await.unwrap();
    counted.push(("ListOrders", fuse.trips()));
    let placed = house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await;
    assert!(placed.unwrap().starts_with(b"order "));
    // The good path of a two-step vendor: the session and its patience aside, three commits (payments.md R6).
    let (reads, commits) = fuse.trips();
    assert_eq!((reads, commits), (1, 3), "PlaceOrder");
    let payment = super::world::only_payment(&world).await;
    house.get_payment(&store_id(), payment).await.unwrap();
    counted.push(("GetPayment", fuse.trips()));
    house.list_payments(&store_id(), 10, None).await.unwrap();
    counted.push(("ListPayments", fuse.trips()));
    // Its capture is pending already: the void is refused, and that costs no more.
    let void = world.mutation("VoidPayment");
    let _refused = house.settle_payment(&void, payment, Wanted::Void, &|_| Bytes::new()).await;
    counted.push(("VoidPayment", fuse.trips()));
    counted.extend(count_money(&world, &fuse).await);
    counted
}

/// The calls that tell an amount, and the one that gives a running placement up.
async fn count_money(world: &World, fuse: &Fuse) -> Counted {
    let mut counted = Counted::new();
    let house = Arc::new(world.house(fuse));
    let payment = super::world::only_payment(world).await;
    let part = Some(Money::new(100, "EUR".parse().unwrap()));
    for (name, wanted) in [("CapturePayment", Wanted::Capture(part)), ("RefundPayment", Wanted::Refund(part))]
    {
        fuse.trips();
        // Its capture is under way: both are refused, after one read that also tells the currency.
        let mutation = world.mutation(name);
        let _refused = house.settle_payment(&mutation, payment, wanted, &|_| Bytes::new()).await.unwrap_err();
        counted.push((name, fuse.trips()));
    }
    let cart = world.cart(&house, 1).await;
    let (waiting, digest) = world.checkout(&house, cart).await;
    world.primary.next(OperationKind::Confirm, Weather::Action);
    let placed = house.place_order(&world.mutation("PlaceOrder"), &World::order(waiting, &digest)).await;
    assert!(placed.unwrap().starts_with(b"action"));
    // What drives the placement afterwards takes trips of its own, and none before the call has its answer.
    fuse.trips();
    house.cancel_checkout(&world.mutation("CancelCheckout"), waiting, &|_| Bytes::new()).await.unwrap();
    counted.push(("CancelCheckout while placing", fuse.trips()));
    counted
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_one_read_and_one_write_at_most_whatever_the_number_of_lines() {
    let few = count_all(1).await;
    for (name, (reads, commits)) in &few {
        assert!(*reads <= 1 && *commits <= 1, "{name}: {reads} reads, {commits} commits");
    }
    assert_eq!(few, count_all(40).await, "the count grows with the lines");
}
