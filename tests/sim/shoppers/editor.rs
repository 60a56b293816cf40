//! One who edits cart and session while the order is being placed, and buys in the end.

use super::buying::cart_reply;
use super::customer::Habit;
use super::{Hand, Shopper};
use cashwrap::domain::cart::CartAction;
use cashwrap::domain::ids::LineId;

/// The shopper.
pub const SHOPPER: Shopper = Shopper { name: "editor", visit: |hand| Box::pin(visit(hand)) };

async fn visit(mut hand: Hand) {
    let Some(cart) = hand.cart().await else { return };
    let Some(session) = hand.session(cart).await else { return };
    let challenges = hand.one_in(2);
    let wallet = hand.wallet(challenges);
    let place = Hand::order(&session, &wallet);
    let mutation = hand.mutation("PlaceOrder");
    let mut other = hand.twin();
    let checkout = session.checkout;
    let _both = tokio::join!(hand.place(&mutation, &place, Habit::Silent), async {
        let span = other.dice.one_of(&[100, 1_000, 20_000]);
        other.dawdle(span).await;
        let line = LineId(other.world.fresh());
        let more = CartAction::Add { sku: "song".parse().unwrap(), quantity: 1, line };
        let change = other.mutation("UpdateCart");
        let _refused = other
            .change(&change, |house, mutation| {
                let more = more.clone();
                Box::pin(async move { house.update_cart(&mutation, cart, &[more], &cart_reply).await })
            })
            .await;
        other.edit(checkout).await
    });
    if let Some(session) = hand.ready(checkout).await {
        let _order = hand.buy(session, false, Habit::Prompt).await;
    }
}
