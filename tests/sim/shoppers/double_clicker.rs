//! An impatient one: the same request twice at once, and once more in between.

use super::customer::Habit;
use super::{Hand, Shopper};

/// The shopper.
pub const SHOPPER: Shopper = Shopper { name: "double_clicker", visit: |hand| Box::pin(visit(hand)) };

async fn visit(mut hand: Hand) {
    let Some(cart) = hand.cart().await else { return };
    let Some(session) = hand.session(cart).await else { return };
    let wallet = hand.wallet(false);
    let place = Hand::order(&session, &wallet);
    let mutation = hand.mutation("PlaceOrder");
    let mut second = hand.twin();
    let mut third = hand.twin();
    let _all = tokio::join!(
        hand.place(&mutation, &place, Habit::Prompt),
        second.place(&mutation, &place, Habit::Prompt),
        async {
            third.dawdle(2_000).await;
            third.place(&mutation, &place, Habit::Prompt).await
        },
    );
}
