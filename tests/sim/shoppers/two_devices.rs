//! One cart on two devices: two sessions, or one session with two requests, at the same time.

use super::customer::Habit;
use super::{Hand, Shopper};

/// The shopper.
pub const SHOPPER: Shopper = Shopper { name: "two_devices", visit: |hand| Box::pin(visit(hand)) };

async fn visit(mut hand: Hand) {
    let Some(cart) = hand.cart().await else { return };
    let Some(first) = hand.session(cart).await else { return };
    let mut other = hand.twin();
    let second = if hand.one_in(2) { Some(first.clone()) } else { other.session(cart).await };
    let Some(second) = second else { return };
    let (one, two) = (hand.wallet(false), other.wallet(false));
    let two = if hand.one_in(2) { one.clone() } else { two };
    let (here, there) = (Hand::order(&first, &one), Hand::order(&second, &two));
    let (this, that) = (hand.mutation("PlaceOrder"), hand.mutation("PlaceOrder"));
    let _both = tokio::join!(hand.place(&this, &here, Habit::Prompt), async {
        other.dawdle(400).await;
        other.place(&that, &there, Habit::Prompt).await
    });
}
