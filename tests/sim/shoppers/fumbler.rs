//! One who sends what must be refused, uses keys again for other requests, and buys all the same.

use super::buying::cart_reply;
use super::customer::Habit;
use super::{Hand, Shopper};
use cashwrap::domain::cart::CartAction;
use cashwrap::domain::ids::{CartId, LineId};

/// The shopper.
pub const SHOPPER: Shopper = Shopper { name: "fumbler", visit: |hand| Box::pin(visit(hand)) };

async fn visit(mut hand: Hand) {
    let Some(cart) = hand.cart().await else { return };
    let nothing =
        CartAction::Add { sku: "nosuch".parse().unwrap(), quantity: 1, line: LineId(hand.world.fresh()) };
    let mutation = hand.mutation("UpdateCart");
    let _refused = hand
        .change(&mutation, |house, mutation| {
            let nothing = nothing.clone();
            Box::pin(async move { house.update_cart(&mutation, cart, &[nothing], &cart_reply).await })
        })
        .await;
    two_methods(&mut hand, cart).await;
    let Some(mut session) = hand.session(cart).await else { return };
    let right = session.digest.clone();
    session.digest = format!("v1.{}", "0".repeat(64));
    let wallet = hand.wallet(false);
    let mutation = hand.mutation("PlaceOrder");
    let _refused = hand.place(&mutation, &Hand::order(&session, &wallet), Habit::Never).await;
    session.digest = right;
    let place = Hand::order(&session, &wallet);
    let mutation = hand.mutation("PlaceOrder");
    let mut again = mutation.clone();
    again.fingerprint = [8; 32];
    let mut other = hand.twin();
    let mut without = place.clone();
    without.tenders.clear();
    let _both = tokio::join!(hand.place(&mutation, &place, Habit::Prompt), async {
        other.dawdle(3_000).await;
        let _refused = other.place(&again, &place, Habit::Never).await;
        let fresh = other.mutation("PlaceOrder");
        other.place(&fresh, &without, Habit::Never).await
    });
}

/// The same number for two keys: a key's scope is its method (I16).
async fn two_methods(hand: &mut Hand, cart: CartId) {
    let line = LineId(hand.world.fresh());
    let song = CartAction::Add { sku: "song".parse().unwrap(), quantity: 1, line };
    let mutation = hand.mutation("UpdateCart");
    let mut other = hand.mutation("ApplyCode");
    other.request_id = mutation.request_id;
    let _added = hand
        .change(&mutation, |house, mutation| {
            let song = song.clone();
            Box::pin(async move { house.update_cart(&mutation, cart, &[song], &cart_reply).await })
        })
        .await;
    let _applied = hand
        .change(&other, |house, mutation| {
            let code = "ALWAYS".parse().unwrap();
            Box::pin(async move { house.apply_code(&mutation, cart, &code, &cart_reply).await })
        })
        .await;
}
