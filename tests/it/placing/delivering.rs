//! What delivery costs where the cart holds goods that are delivered and goods that are not.

use bytes::Bytes;
use cashwrap::app::checkouts::Edit;
use cashwrap::domain::cart::CartAction;
use cashwrap::domain::ids::LineId;
use cashwrap::domain::product::Product;

use super::fuse::Fuse;
use super::world::{World, berlin, shown};

#[tokio::test(start_paused = true)]
async fn the_threshold_after_discounts_takes_off_what_the_delivered_goods_were_discounted_by_and_no_more() {
    let world = World::new().await;
    let house = world.process(&Fuse::never());
    let poster = Product { requires_delivery: true, ..World::product("poster", 5_000) };
    world.sells(poster, None).await;
    // The coupon takes 2.50 off 62.50: 2.00 of it off the poster, which is worth 48.00 then.
    let cart = world.cart(&house, 1).await;
    let (mutation, line) = (world.mutation("UpdateCart"), LineId(world.fresh()));
    let code = "ONCE".parse().unwrap();
    house.apply_code(&world.mutation("ApplyCode"), cart, &code, &|_| Bytes::new()).await.unwrap();
    let (checkout, _) = world.checkout(&house, cart).await;
    let poster = CartAction::Add { sku: "poster".parse().unwrap(), quantity: 1, line };
    house.update_cart(&mutation, cart, &[poster], &|_| Bytes::new()).await.unwrap();
    let edit = Edit { delivery_address: Some(Some(berlin())), ..Edit::default() };
    let mutation = world.mutation("UpdateCheckout");
    house.update_checkout(&mutation, checkout, &edit, &|_| Bytes::new()).await.unwrap();
    let session = shown(&house, checkout).await.checkout;
    assert_eq!(session.quoted.as_ref().unwrap().quote.totals.discount.minor, 250);
    let flow = house.flow(&session.flow.id, session.flow.version).unwrap();
    let offers = house.delivery_options(&session, flow).await.unwrap();
    let prices: Vec<i64> = offers.options.iter().map(|offered| offered.option.amount.minor).collect();
    assert_eq!(prices, [0], "{offers:?}");
}
