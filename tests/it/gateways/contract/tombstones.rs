//! The request that lands after it was given up.

use cashwrap::domain::payment::Outcome;
use cashwrap::ports::gateway::Call;

use super::rig::{AMOUNT_MINOR, Fault, Rig, Wish};
use super::walk::Walk;

pub(crate) async fn a_void_stops_what_comes_late_if_and_only_if_the_row_says_so<R: Rig>(
    fresh: impl AsyncFn() -> R,
) {
    let walk = Walk::new(fresh().await);
    let row = walk.rig.gateway().capabilities();
    let asking = walk.ready(Wish::Late).await;
    walk.rig.strike(asking.kind, Fault::Late);
    let outcome = walk.ask(&asking).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    let voiding = match &asking.object {
        Some(object) => walk.voiding(object),
        None if row.void_by_reference => walk.asking(Call::VoidReference),
        // What has no name yet cannot be voided, so that the row's word on it is never needed.
        None => return,
    };
    let voided = walk.ask(&voiding).await;
    assert!(!matches!(voided, Outcome::NotSent(_)), "{voided:?}");
    walk.rig.let_in().await;
    let ledger = walk.rig.ledger().await;
    let holds = if row.void_tombstones { 0 } else { AMOUNT_MINOR };
    assert_eq!(ledger.held_minor, holds, "the row says: tombstones {}", row.void_tombstones);
}
