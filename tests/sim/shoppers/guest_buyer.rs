//! A guest who buys, and does what is asked for.

use super::customer::Habit;
use super::{Hand, Shopper};

/// The shopper.
pub const SHOPPER: Shopper = Shopper { name: "guest_buyer", visit: |hand| Box::pin(visit(hand)) };

async fn visit(mut hand: Hand) {
    let Some(cart) = hand.cart().await else { return };
    let Some(session) = hand.session(cart).await else { return };
    hand.dawdle(3_000).await;
    let _order = hand.buy(session, false, Habit::Prompt).await;
}
