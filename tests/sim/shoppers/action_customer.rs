//! A customer whose card always asks for an action, and who acts early, late, twice or never.

use super::customer::Habit;
use super::{Hand, Shopper};

/// The shopper.
pub const SHOPPER: Shopper = Shopper { name: "action_customer", visit: |hand| Box::pin(visit(hand)) };

async fn visit(mut hand: Hand) {
    let Some(cart) = hand.cart().await else { return };
    let Some(session) = hand.session(cart).await else { return };
    let habit = Habit::roll(&mut hand.dice);
    let _order = hand.buy(session, true, habit).await;
}
