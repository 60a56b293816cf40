//! Callers who do not hear the end, and gateways that charge and do not say so.

use std::time::Duration;

use cashwrap::proto::cashwrap::v1::CheckoutState;

use super::support::binary::{Kept, Shop, Terms};
use super::support::dice::Dice;
use super::support::patience::{spawn, until};
use super::support::shopper::{Answer, Shopper, answer};
use super::support::witness::{Books, charges};

/// Less than the lease of 15 s: whoever lets a dropped call die and recovers it afterwards comes too late.
const SOON: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_disconnects_while_it_places_finds_its_order_and_one_charge() {
    let shop = Shop::open(Kept::Sqlite, Terms::default()).await;
    let server = shop.serve("server").await;
    let mut shopper = Shopper::at(server.channel(), Dice::of(Dice::fresh_seed()));
    let cart = shopper.fill_cart("CUP").await;
    let session = shopper.check_out_sent(&cart).await;
    let request_id = shopper.request_id();

    let hasty = Shopper::at(server.channel(), Dice::of(0));
    let call = spawn(hasty.place(&session, request_id, "slow"));
    until("the gateway has charged and keeps its answer back", SOON, async || {
        charges(&[&shop.primary]).await.iter().any(|charge| charge.has(&["authorised"]))
    })
    .await;
    assert_eq!(shopper.look(&session).await.state(), CheckoutState::Placing, "the answer is not out yet");
    call.abort();
    assert!(call.await.is_err_and(|error| error.is_cancelled()), "the call was dropped under way");

    until("the checkout is completed", SOON, async || {
        shopper.look(&session).await.state() == CheckoutState::Completed
    })
    .await;
    let order = shopper.look(&session).await.order;
    let repeated = shopper.place(&session, request_id, "slow").await.unwrap();
    assert_eq!(answer(&repeated), Answer::Order(order.clone()));
    let order = Books::of(server.channel()).order(&order).await;
    assert_eq!((order.checkout, order.total_minor), (session.name, session.total_minor));
    let all = charges(&[&shop.primary, &shop.backup]).await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!((all[0].authorised, all[0].held), (session.total_minor, session.total_minor), "{all:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_charges_and_times_out_is_resolved_and_never_failed_over() {
    let terms = Terms { patience_ms: 700, timeout_ms: 1_500, ..Terms::default() };
    let shop = Shop::open(Kept::Sqlite, terms).await;
    let server = shop.serve("server").await;
    let mut shopper = Shopper::at(server.channel(), Dice::of(Dice::fresh_seed()));
    let cart = shopper.fill_cart("COURSE").await;
    let session = shopper.check_out(&cart).await;
    let request_id = shopper.request_id();

    let first = shopper.place(&session, request_id, "timeoutafter").await.unwrap();
    assert_eq!(answer(&first), Answer::Processing);

    let mut books = Books::of(server.channel());
    until("the order is made and paid without anybody asking", SOON, async || {
        books.orders().await.iter().any(|order| order.paid && order.checkout == session.name)
    })
    .await;
    let repeated = shopper.place(&session, request_id, "timeoutafter").await.unwrap();
    assert_eq!(answer(&repeated), Answer::Order(shopper.look(&session).await.order));
    let at_the_backup = charges(&[&shop.backup]).await;
    assert!(at_the_backup.is_empty(), "{at_the_backup:?}");
    let charged = charges(&[&shop.primary]).await;
    assert_eq!(charged.len(), 1, "{charged:?}");
    assert_eq!((charged[0].captured, charged[0].captures()), (session.total_minor, 1), "{charged:?}");
}
