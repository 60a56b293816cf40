//! What must be refused, and moves nothing.

use cashwrap::domain::payment::Outcome;

use super::rig::{AMOUNT_MINOR, Ledger, Rig, Wish};
use super::walk::{Asking, End, Walk, refusal};

/// Asks for what cannot be; the book stays as it is.
async fn moves_nothing<R: Rig>(walk: &Walk<R>, asking: &Asking) -> End {
    let before = walk.rig.ledger().await;
    let outcome = walk.ask(asking).await;
    let end = walk.end(asking, outcome).await;
    assert_eq!(walk.rig.ledger().await, before, "{:?}: {end:?}", asking.kind);
    end
}

pub(crate) async fn more_than_was_held_is_not_captured<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let object = walk.hold().await;
    // Some vendors take a little more than was held, for tips: nobody takes the double.
    let end = moves_nothing(&walk, &walk.capturing(&object, 2 * AMOUNT_MINOR)).await;
    assert!(matches!(end, End::Refused), "{end:?}");
    walk.done(&walk.capturing(&object, AMOUNT_MINOR)).await;
}

pub(crate) async fn more_than_was_captured_is_not_refunded<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let object = walk.hold().await;
    walk.done(&walk.capturing(&object, 700)).await;
    let end = moves_nothing(&walk, &walk.refunding(&object, 701)).await;
    assert!(matches!(end, End::Refused), "{end:?}");
    walk.done(&walk.refunding(&object, 400)).await;
    let end = moves_nothing(&walk, &walk.refunding(&object, 301)).await;
    assert!(matches!(end, End::Refused), "{end:?}");
    walk.done(&walk.refunding(&object, 300)).await;
    assert_eq!(walk.rig.ledger().await.refunded_minor, 700);
}

pub(crate) async fn a_void_after_the_capture_moves_nothing<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let object = walk.hold().await;
    walk.done(&walk.capturing(&object, AMOUNT_MINOR)).await;
    let end = moves_nothing(&walk, &walk.voiding(&object)).await;
    assert!(!matches!(end, End::Done(_)), "it is not voided: {end:?}");
}

pub(crate) async fn a_capture_after_the_void_takes_nothing<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let object = walk.hold().await;
    walk.done(&walk.voiding(&object)).await;
    let end = moves_nothing(&walk, &walk.capturing(&object, AMOUNT_MINOR)).await;
    assert!(!matches!(end, End::Done(_)), "it is not captured: {end:?}");
}

pub(crate) async fn what_cannot_be_a_token_of_this_account_is_refused<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let outcome = walk.ask(&walk.beginning(Wish::Foreign)).await;
    assert!(!matches!(outcome, Outcome::Definite(_)), "{outcome:?}");
    let refusal = refusal(outcome);
    assert!(refusal.class.is_some(), "the shopper is told to use another: {refusal:?}");
    assert_eq!(walk.rig.ledger().await, Ledger::default());
}
