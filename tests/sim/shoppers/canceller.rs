//! One who cancels while the order is being placed.

use super::buying::checkout_reply;
use super::customer::Habit;
use super::{Hand, Shopper};

/// The shopper.
pub const SHOPPER: Shopper = Shopper { name: "canceller", visit: |hand| Box::pin(visit(hand)) };

async fn visit(mut hand: Hand) {
    let Some(cart) = hand.cart().await else { return };
    let Some(session) = hand.session(cart).await else { return };
    let challenges = hand.one_in(2);
    let wallet = hand.wallet(challenges);
    let place = Hand::order(&session, &wallet);
    let mutation = hand.mutation("PlaceOrder");
    let mut other = hand.twin();
    let _both = tokio::join!(hand.place(&mutation, &place, Habit::Late), async {
        let span = other.dice.one_of(&[100, 500, 5_000, 30_000]);
        other.dawdle(span).await;
        let cancel = other.mutation("CancelCheckout");
        let checkout = session.checkout;
        other
            .change(&cancel, |house, mutation| {
                Box::pin(async move { house.cancel_checkout(&mutation, checkout, &checkout_reply).await })
            })
            .await
    });
}
