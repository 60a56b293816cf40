//! A hunter of coupons: applies every code, some of which others want too.

use super::buying::cart_reply;
use super::customer::Habit;
use super::{Hand, Shopper};

/// The shopper.
pub const SHOPPER: Shopper = Shopper { name: "coupon_hunter", visit: |hand| Box::pin(visit(hand)) };

async fn visit(mut hand: Hand) {
    let Some(cart) = hand.cart().await else { return };
    for code in ["ONCE", "TENTH", "ALWAYS", "NOSUCH"] {
        if !hand.one_in(3) {
            let _taken = hand.apply(cart, code).await;
        }
    }
    let Some(session) = hand.session(cart).await else { return };
    if hand.buy(session, false, Habit::Prompt).await.is_some() || hand.one_in(2) {
        return;
    }
    // The code may have gone to somebody else: without it, then.
    let mutation = hand.mutation("RemoveCode");
    let _removed = hand
        .change(&mutation, |house, mutation| {
            Box::pin(async move {
                house.remove_code(&mutation, cart, &"ONCE".parse().unwrap(), &cart_reply).await
            })
        })
        .await;
    let Some(session) = hand.session(cart).await else { return };
    let _order = hand.buy(session, false, Habit::Prompt).await;
}
