//! A caller of another store, who asks for what is not theirs.

use super::buying::cart_reply;
use super::customer::Habit;
use super::{Hand, Shopper};
use crate::world::shop::other_store_id;

/// The shopper.
pub const SHOPPER: Shopper = Shopper { name: "stranger", visit: |hand| Box::pin(visit(hand)) };

async fn visit(mut hand: Hand) {
    let Some(cart) = hand.cart().await else { return };
    let Some(session) = hand.session(cart).await else { return };
    let wallet = hand.wallet(false);
    let place = Hand::order(&session, &wallet);
    let mut foreign = hand.mutation("PlaceOrder");
    foreign.store = other_store_id();
    let _refused = hand.place(&foreign, &place, Habit::Never).await;
    let mut foreign = hand.mutation("DeleteCart");
    foreign.store = other_store_id();
    let _refused = hand
        .change(&foreign, |house, mutation| {
            Box::pin(async move { house.delete_cart(&mutation, cart, &cart_reply).await })
        })
        .await;
}
