//! Carts and checkouts that are left alone, under the paused clock.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cashwrap::app::carts::NewCart;
use cashwrap::app::checkouts::{CheckoutView, Edit};
use cashwrap::app::{House, Reach, Reason};
use cashwrap::domain::cart::CartState::{Expired, Open};
use cashwrap::domain::cart::{CartAction, CartState};
use cashwrap::domain::checkout::CheckoutState;
use cashwrap::domain::flow::Severity;
use cashwrap::domain::ids::{CartId, CheckoutId, LineId, UnitId};
use cashwrap::domain::lifetime::Lifetimes;
use cashwrap::domain::payment::{DeclineClass, OperationKind};
use cashwrap::engine::claims;
use cashwrap::ports::Record;
use cashwrap::ports::store::{Key, Kind, Query, TimerChange, TimerWrite, UnitOfWork, Verdict, Write};

use super::fuse::Fuse;
use super::till::Weather;
use super::world::{Ready, World, only_payment, shown, store_id};

const HOUR: Duration = Duration::from_hours(1);

/// Longer than any poll of the engine.
const MOMENT: Duration = Duration::from_secs(30);

/// Shorter than a store's own, so that they pass in few steps.
pub const LIVES: Lifetimes = Lifetimes {
    empty_cart: Duration::from_hours(6),
    guest_cart: Duration::from_hours(48),
    customer_cart: Duration::from_hours(96),
    checkout: Duration::from_hours(24),
    abandoned_after: HOUR,
};

async fn world() -> (World, Arc<House>) {
    let mut world = World::new().await;
    world.lifetimes = Some(LIVES);
    let house = world.process(&Fuse::never());
    (world, house)
}

async fn cart_with(world: &World, house: &House, lines: bool, customer: Option<&str>) -> CartId {
    let id = CartId(world.fresh());
    let add = CartAction::Add { sku: "mug".parse().unwrap(), quantity: 1, line: LineId(world.fresh()) };
    let new = NewCart {
        id,
        currency: "EUR".parse().unwrap(),
        region: String::new(),
        language: String::new(),
        customer: customer.map(str::to_owned),
        actions: if lines { vec![add] } else { Vec::new() },
    };
    house.create_cart(&world.mutation("CreateCart"), &new, &|_| Bytes::new()).await.unwrap();
    id
}

async fn state_of(house: &House, cart: CartId) -> CartState {
    house.get_cart(&store_id(), cart, &Reach::Anybodys).await.unwrap().row.state
}

/// The names of a row's events, in order.
async fn events(world: &World, kind: Kind, id: impl std::fmt::Display) -> Vec<String> {
    let key = Key::new(&store_id(), kind, id);
    world.store.events(&key, 0).await.unwrap().into_iter().map(|event| event.kind).collect()
}

fn count(events: &[String], kind: &str) -> usize {
    events.iter().filter(|event| *event == kind).count()
}

async fn touch(world: &World, house: &House, checkout: CheckoutId) {
    let edit = Edit { return_uri: Some(None), ..Edit::default() };
    let update = world.mutation("UpdateCheckout");
    house.update_checkout(&update, checkout, &edit, &|_| Bytes::new()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn carts_expire_after_their_own_lives_each_with_one_event_and_are_shown_and_not_changed() {
    let (world, house) = world().await;
    let empty = cart_with(&world, &house, false, None).await;
    let guest = cart_with(&world, &house, true, None).await;
    let known = cart_with(&world, &house, true, Some("ada")).await;
    let states = async || {
        [state_of(&house, empty).await, state_of(&house, guest).await, state_of(&house, known).await]
    };
    tokio::time::sleep(LIVES.empty_cart.saturating_sub(MOMENT)).await;
    assert_eq!(states().await, [Open, Open, Open]);
    tokio::time::sleep(MOMENT * 2).await;
    assert_eq!(states().await, [Expired, Open, Open]);
    tokio::time::sleep(LIVES.guest_cart.saturating_sub(LIVES.empty_cart)).await;
    assert_eq!(states().await, [Expired, Expired, Open]);
    tokio::time::sleep(LIVES.customer_cart).await;
    assert_eq!(states().await, [Expired, Expired, Expired]);
    for cart in [empty, guest, known] {
        assert_eq!(events(&world, Kind::Cart, cart).await, ["cart.created.v1", "cart.expired.v1"]);
    }
    let clear = [CartAction::Clear];
    let late = house.update_cart(&world.mutation("UpdateCart"), guest, &clear, &|_| Bytes::new()).await;
    let refused = late.unwrap_err();
    assert_eq!(refused.reason(), Reason::CartNotOpen);
    assert_eq!(refused.metadata()["state"], "EXPIRED");
}

#[tokio::test(start_paused = true)]
async fn every_activity_on_a_cart_or_its_checkout_starts_the_life_of_the_cart_anew() {
    let (world, house) = world().await;
    let cart = world.cart(&house, 1).await;
    let most = LIVES.guest_cart.saturating_sub(HOUR);
    tokio::time::sleep(most).await;
    let more = [CartAction::Add { sku: "mug".parse().unwrap(), quantity: 1, line: LineId(world.fresh()) }];
    house.update_cart(&world.mutation("UpdateCart"), cart, &more, &|_| Bytes::new()).await.unwrap();
    tokio::time::sleep(most).await;
    assert_eq!(state_of(&house, cart).await, CartState::Open);
    let (checkout, _) = world.checkout(&house, cart).await;
    for _ in 0..6 {
        tokio::time::sleep(LIVES.checkout.saturating_sub(HOUR)).await;
        touch(&world, &house, checkout).await;
    }
    assert_eq!(state_of(&house, cart).await, CartState::Open, "its checkout is in use");
    tokio::time::sleep(LIVES.guest_cart + MOMENT).await;
    assert_eq!(state_of(&house, cart).await, CartState::Expired);
    assert_eq!(shown(&house, checkout).await.checkout.state, CheckoutState::Expired);
}

#[tokio::test(start_paused = true)]
async fn an_open_checkout_is_abandoned_once_and_expires_and_its_cart_can_be_checked_out_again() {
    let (world, house) = world().await;
    let cart = world.cart(&house, 1).await;
    let (checkout, _) = world.checkout(&house, cart).await;
    let told = async || count(&events(&world, Kind::Checkout, checkout).await, "checkout.abandoned.v1");
    tokio::time::sleep(HOUR.saturating_sub(MOMENT)).await;
    assert_eq!(told().await, 0);
    tokio::time::sleep(MOMENT * 2).await;
    assert_eq!(told().await, 1);
    let view = shown(&house, checkout).await;
    assert_eq!(view.checkout.state, CheckoutState::Open);
    assert!(view.checkout.abandoned_at.is_some());
    // Resumed, and left alone again: once is enough.
    touch(&world, &house, checkout).await;
    tokio::time::sleep(LIVES.checkout.saturating_sub(HOUR)).await;
    assert_eq!(shown(&house, checkout).await.checkout.state, CheckoutState::Open);
    assert_eq!(told().await, 1);
    tokio::time::sleep(HOUR + MOMENT).await;
    let over = shown(&house, checkout).await.checkout;
    assert_eq!(over.state, CheckoutState::Expired);
    let all = events(&world, Kind::Checkout, checkout).await;
    assert_eq!(all.last().map(String::as_str), Some("checkout.expired.v1"));
    let late =
        house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, "any")).await.unwrap_err();
    assert_eq!(late.reason(), Reason::CheckoutNotOpen);
    let (again, digest) = world.checkout(&house, cart).await;
    let placed = house.place_order(&world.mutation("PlaceOrder"), &World::order(again, &digest)).await;
    assert!(placed.unwrap().starts_with(b"order "));
    world.settle().await;
    assert_eq!(world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_of_an_order_is_abandoned_or_expires_nor_another_checkout_of_its_cart_abandoned() {
    let (world, house) = world().await;
    let cart = world.cart(&house, 1).await;
    let (checkout, digest) = world.checkout(&house, cart).await;
    let (other, _) = world.checkout(&house, cart).await;
    let placed = house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await;
    assert!(placed.unwrap().starts_with(b"order "));
    let (of_cart, of_checkout) =
        (events(&world, Kind::Cart, cart).await, events(&world, Kind::Checkout, checkout).await);
    tokio::time::sleep(LIVES.customer_cart).await;
    assert_eq!(events(&world, Kind::Cart, cart).await, of_cart);
    assert_eq!(events(&world, Kind::Checkout, checkout).await, of_checkout);
    let other = events(&world, Kind::Checkout, other).await;
    assert_eq!(count(&other, "checkout.abandoned.v1"), 0, "{other:?}");
    assert_eq!(count(&other, "checkout.expired.v1"), 1, "{other:?}");
    assert_eq!(world.audit().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_placement_that_waits_for_its_customer_is_left_alone_and_a_declined_one_is_abandoned_later() {
    let mut world = World::new().await;
    // Shorter than a customer may take to act.
    world.lifetimes = Some(Lifetimes {
        abandoned_after: Duration::from_mins(1),
        checkout: Duration::from_mins(5),
        guest_cart: Duration::from_mins(6),
        ..LIVES
    });
    let house = world.process(&Fuse::never());
    let cart = world.cart(&house, 1).await;
    let (checkout, digest) = world.checkout(&house, cart).await;
    world.primary.next(OperationKind::Confirm, Weather::Action);
    let placed = house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await;
    assert!(placed.unwrap().starts_with(b"action "));
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(shown(&house, checkout).await.checkout.state, CheckoutState::AwaitingAction);
    assert_eq!(state_of(&house, cart).await, CartState::Locked);
    let none = events(&world, Kind::Checkout, checkout).await;
    assert_eq!(count(&none, "checkout.abandoned.v1") + count(&none, "checkout.expired.v1"), 0, "{none:?}");
    // The action runs out, the session opens again, and only then its life goes on.
    tokio::time::sleep(Duration::from_hours(3)).await;
    assert_eq!(shown(&house, checkout).await.checkout.state, CheckoutState::Expired);
    assert_eq!(state_of(&house, cart).await, CartState::Expired);
    assert_eq!(world.audit().await, 0);
}

#[tokio::test(start_paused = true)]
async fn whoever_dies_over_an_end_leaves_it_to_the_next_and_it_happens_once() {
    for effects in 1..=3 {
        let mut world = World::new().await;
        world.lifetimes = Some(LIVES);
        let idle = world.house(&Fuse::never());
        let cart = world.cart(&idle, 1).await;
        let (checkout, _) = world.checkout(&idle, cart).await;
        tokio::time::sleep(HOUR + MOMENT).await;
        let mortal = world.process(&Fuse::at(effects));
        tokio::time::sleep(MOMENT).await;
        let heir = world.process(&Fuse::never());
        tokio::time::sleep(MOMENT * 4).await;
        let told = events(&world, Kind::Checkout, checkout).await;
        assert_eq!(count(&told, "checkout.abandoned.v1"), 1, "{effects}: {told:?}");
        drop((mortal, heir));
    }
}

#[tokio::test(start_paused = true)]
async fn a_declined_checkout_is_open_and_is_abandoned_an_hour_after_the_decline() {
    let (world, house) = world().await;
    let cart = world.cart(&house, 1).await;
    let (checkout, digest) = world.checkout(&house, cart).await;
    tokio::time::sleep(HOUR / 2).await;
    let digest = shown(&house, checkout).await.checkout.quoted.map_or(digest, |quoted| quoted.digest);
    world.primary.next(OperationKind::Confirm, Weather::Declined(DeclineClass::LostStolenPickup));
    let placed = house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await;
    assert!(placed.unwrap().starts_with(b"declined "));
    tokio::time::sleep(HOUR.saturating_sub(MOMENT * 2)).await;
    let told = events(&world, Kind::Checkout, checkout).await;
    assert_eq!(count(&told, "checkout.abandoned.v1"), 0, "{told:?}");
    tokio::time::sleep(MOMENT * 4).await;
    let told = events(&world, Kind::Checkout, checkout).await;
    assert_eq!(count(&told, "checkout.abandoned.v1"), 1, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn thousands_of_lives_that_are_due_hold_a_capture_back_by_no_more_than_the_batch_before_it() {
    let mut world = World::new().await;
    world.lifetimes = Some(LIVES);
    let fuse = Fuse::never();
    let house = Arc::new(world.house(&fuse));
    for _ in 0..3_000 {
        let key = Key::new(&store_id(), Kind::Cart, CartId(world.fresh()));
        let mut unit = UnitOfWork::new(UnitId(world.fresh()), store_id());
        unit.timers.push(TimerWrite { key, change: TimerChange::Due(Duration::ZERO) });
        assert_eq!(world.store.commit(&unit).await, Verdict::Committed);
    }
    tokio::time::sleep(HOUR).await;
    let cart = world.cart(&house, 1).await;
    let (checkout, digest) = world.checkout(&house, cart).await;
    let placed = house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await;
    assert!(placed.unwrap().starts_with(b"order "));
    let payment = only_payment(&world).await;
    // Every life takes as long as its commit: all of them together take a multiple of what is waited here.
    fuse.lag(Duration::from_secs(2));
    house.engine.tasks.spawn(claims::run(Arc::clone(&house.engine)));
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(house.get_payment(&store_id(), payment).await.unwrap().row.captured_minor(), 1_250);
    let lives = || world.memory.dump().due().filter(|(key, _)| key.kind.lives()).count();
    assert!(lives() > 1_000, "the lives took no time, so that nothing was proved: {}", lives());
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert!(lives() <= 2, "money first, and then the lives: {}", lives());
}

#[tokio::test(start_paused = true)]
async fn an_open_session_whose_flow_is_no_longer_served_is_shown_and_says_that_it_leads_nowhere() {
    let Ready { world, house: _, checkout, digest } = Ready::new().await;
    let mut later = world.house(&Fuse::never());
    later.flows.clear();
    let later = Arc::new(later);
    let view = shown(&later, checkout).await;
    assert_eq!((view.checkout.state, view.primary_action.enabled), (CheckoutState::Open, false));
    let [problem] = view.problems.as_slice() else { panic!("{:?}", view.problems) };
    assert_eq!((problem.code.as_str(), problem.severity), ("FLOW_UNAVAILABLE", Severity::Unrecoverable));
    assert!(problem.remedy.contains("open another checkout of the cart"), "{}", problem.remedy);
    let place = world.mutation("PlaceOrder");
    let refused = later.place_order(&place, &World::order(checkout, &digest)).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::NoFlow);
    let edit = Edit { return_uri: Some(None), ..Edit::default() };
    let update = world.mutation("UpdateCheckout");
    let refused = later.update_checkout(&update, checkout, &edit, &|_| Bytes::new()).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::NoFlow);
    assert!(world.primary.totals().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_cart_was_ordered_or_has_expired_is_not_changed_any_more() {
    let (world, house) = world().await;
    let edit = Edit { return_uri: Some(None), ..Edit::default() };
    let cart = world.cart(&house, 1).await;
    let (first, digest) = world.checkout(&house, cart).await;
    let (second, _) = world.checkout(&house, cart).await;
    house.place_order(&world.mutation("PlaceOrder"), &World::order(first, &digest)).await.unwrap();
    let update = world.mutation("UpdateCheckout");
    let refused = house.update_checkout(&update, second, &edit, &|_| Bytes::new()).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::AlreadyOrdered);
    assert!(refused.metadata()["order"].starts_with("stores/shop/orders/ord_"));

    // A cart that expired under its checkout: by the clock of another store's settings, or by hand.
    let cart = world.cart(&house, 1).await;
    let (checkout, _) = world.checkout(&house, cart).await;
    let key = Key::new(&store_id(), Kind::Cart, cart);
    let query = Query { keys: vec![key.clone()], ..Query::default() };
    let held = world.store.read(&query).await.unwrap().rows.remove(&key).unwrap();
    let Record::Cart(mut row) = held.row else { panic!("no cart") };
    row.state = Expired;
    let mut unit = UnitOfWork::new(UnitId(world.fresh()), store_id());
    unit.writes.push(Write { key, expected: held.version, row: Record::Cart(row), events: Vec::new() });
    assert_eq!(world.store.commit(&unit).await, Verdict::Committed);
    let update = world.mutation("UpdateCheckout");
    let refused = house.update_checkout(&update, checkout, &edit, &|_| Bytes::new()).await.unwrap_err();
    assert_eq!((refused.reason(), refused.metadata()["state"].as_str()), (Reason::CartNotOpen, "EXPIRED"));
    assert!(refused.message().contains("open a checkout of another cart"), "{}", refused.message());
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_flow_is_no_longer_served_is_given_up_and_shown() {
    let Ready { world, house, checkout, digest } = Ready::new().await;
    world.primary.next(OperationKind::Confirm, Weather::Action);
    let _action = house.place_order(&world.mutation("PlaceOrder"), &World::order(checkout, &digest)).await;
    let mut later = world.house(&Fuse::never());
    later.flows.clear();
    let cancel = world.mutation("CancelCheckout");
    let encode = |view: &CheckoutView| Bytes::from(view.checkout.state.as_str());
    let body = later.cancel_checkout(&cancel, checkout, &encode).await.unwrap();
    assert!(!body.is_empty(), "a reply that says nothing would be repeated for a day");
    world.settle_briefly().await;
    assert_eq!(shown(&later, checkout).await.checkout.state, CheckoutState::Cancelled);
}
