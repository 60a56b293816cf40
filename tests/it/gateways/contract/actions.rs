//! The customer acts: what they do leads to a question at the gateway, and only its answer counts (R15).

use cashwrap::domain::payment::capabilities::Lookup;
use cashwrap::domain::payment::{Outcome, Status, View};

use super::rig::{AMOUNT_MINOR, Ledger, Rig, Wish};
use super::walk::{Asking, Walk, view};

/// A payment that waits for its customer, by the call that found so.
async fn waiting<R: Rig>(walk: &Walk<R>) -> (Asking, Option<String>, String) {
    let mut asking = walk.beginning(Wish::Act);
    let mut told = view(walk.ask(&asking).await);
    if told.status == Status::Created {
        asking = walk.confirming(told.object, Vec::new());
        told = view(walk.ask(&asking).await);
    }
    let Status::ActionNeeded { redirect_url } = told.status else { panic!("no action: {told:?}") };
    assert_eq!(walk.rig.ledger().await, Ledger::default(), "an action that waits holds nothing");
    (asking, told.object, redirect_url)
}

/// What the gateway says after the customer decided.
async fn after<R: Rig>(walk: &Walk<R>, allow: bool) -> Outcome {
    let row = walk.rig.gateway().capabilities();
    let (asking, object, redirect_url) = waiting(walk).await;
    let brought_back = walk.rig.act(&redirect_url, allow).await;
    if !row.confirms_after_action {
        return walk.look(&Asking { object, ..asking }).await;
    }
    let confirming = walk.confirming(object, brought_back);
    if allow && row.sight(confirming.object.is_some()) == Lookup::Consistent {
        let looked = view(walk.look(&confirming).await);
        assert_eq!(looked.status, Status::Approved, "allowed, and not asked for yet");
        assert_eq!(walk.rig.ledger().await.holds, 0);
    }
    walk.ask(&confirming).await
}

pub(crate) async fn an_action_that_the_customer_allows_ends_in_one_hold<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let held = view(after(&walk, true).await);
    assert_eq!((held.status, held.capturable_minor), (Status::Authorised, AMOUNT_MINOR));
    let ledger = walk.rig.ledger().await;
    assert_eq!((ledger.holds, ledger.held_minor), (1, AMOUNT_MINOR));
}

pub(crate) async fn an_action_that_the_customer_refuses_holds_nothing<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let outcome = after(&walk, false).await;
    let promises =
        |view: &View| matches!(view.status, Status::Authorised | Status::Captured | Status::Processing);
    assert!(!matches!(&outcome, Outcome::Definite(view) if promises(view)), "{outcome:?}");
    assert!(!matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    assert_eq!(walk.rig.ledger().await, Ledger::default());
}
