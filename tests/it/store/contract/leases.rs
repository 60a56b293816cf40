//! Timers, claims and fences: one worker drives a row, and one that woke up late writes nothing.
//!
//! A lease of no time has run out at once, so that no test waits.

use std::time::Duration;

use cashwrap::ports::store::TimerChange::{Clear, Due, Lease};
use cashwrap::ports::store::{Claim, Fence, Key, Kind, Verdict};

use super::bench::*;

const NONE: Duration = Duration::ZERO;

fn leased(number: u128, lease: Duration) -> cashwrap::ports::store::TimerChange {
    Lease { worker: worker(number), lease }
}

fn under(claim: &Claim) -> Fence {
    Fence { key: claim.key.clone(), fence: claim.fence }
}

fn claim_of(key: &Key, fence: u64) -> Claim {
    Claim { key: key.clone(), fence }
}

pub(crate) async fn a_due_row_is_claimed_once_and_oldest_first(bench: &Bench) {
    let rows: Vec<Key> = ["c", "a", "b"].iter().map(|id| key(Kind::Payment, id)).collect();
    for row in &rows {
        bench.committed(unit().times(row, Due(NONE))).await;
    }
    bench.committed(unit().times(&key(Kind::Payment, "later"), Due(LONG))).await;
    let first = bench.store.claim_due(worker(1), LONG, 2).await.unwrap();
    assert_eq!(first, [claim_of(&rows[0], 1), claim_of(&rows[1], 1)]);
    let second = bench.store.claim_due(worker(2), LONG, 9).await.unwrap();
    assert_eq!(second, [claim_of(&rows[2], 1)]);
    assert_eq!(bench.store.claim_due(worker(3), LONG, 9).await.unwrap(), []);
}

pub(crate) async fn what_moves_money_is_claimed_before_lives_that_are_due_longer(bench: &Bench) {
    let lives = [key(Kind::Checkout, "a"), key(Kind::Cart, "b"), key(Kind::Cart, "c")];
    let money = [key(Kind::Placement, "d"), key(Kind::Payment, "e")];
    for row in lives.iter().chain(&money) {
        bench.committed(unit().times(row, Due(NONE))).await;
    }
    let first = bench.store.claim_due(worker(1), LONG, 3).await.unwrap();
    assert_eq!(first, [claim_of(&money[0], 1), claim_of(&money[1], 1), claim_of(&lives[0], 1)]);
    let second = bench.store.claim_due(worker(2), LONG, 9).await.unwrap();
    assert_eq!(second, [claim_of(&lives[1], 1), claim_of(&lives[2], 1)]);
}

pub(crate) async fn a_lease_that_ran_out_is_taken_over_with_a_higher_fence(bench: &Bench) {
    let row = key(Kind::Placement, "p");
    bench.committed(unit().writes(&row, 0, text(1)).times(&row, leased(1, NONE))).await;
    assert_eq!(bench.store.claim_due(worker(2), NONE, 9).await.unwrap(), [claim_of(&row, 2)]);
    assert_eq!(bench.store.claim(&row, worker(3), LONG).await.unwrap(), Some(claim_of(&row, 3)));
    assert_eq!(bench.store.claim(&row, worker(1), LONG).await.unwrap(), None);
    assert_eq!(bench.store.claim_due(worker(1), LONG, 9).await.unwrap(), []);
    // A worker may claim again what it has: a restart of its own must not wait for itself.
    assert_eq!(bench.store.claim(&row, worker(3), LONG).await.unwrap(), Some(claim_of(&row, 4)));
}

pub(crate) async fn a_unit_under_an_old_fence_writes_nothing(bench: &Bench) {
    let row = key(Kind::Placement, "p");
    bench.committed(unit().writes(&row, 0, text(1)).times(&row, leased(1, NONE))).await;
    let slow = claim_of(&row, 1);
    let fast = bench.store.claim(&row, worker(2), LONG).await.unwrap().unwrap();
    let before = (bench.dump)().await;
    let mut late = unit().writes(&row, 1, text(2)).times(&row, Clear);
    late.fence = Some(under(&slow));
    assert_eq!(bench.commit(&late).await, Verdict::Fenced);
    assert_eq!((bench.dump)().await, before);
    let mut good = unit().writes(&row, 1, text(2)).times(&row, leased(2, LONG));
    good.fence = Some(under(&fast));
    bench.committed(good.clone()).await;
    // What is durable stays so after the claim has moved on.
    bench.committed(unit().times(&row, Clear)).await;
    assert_eq!(bench.commit(&good).await, Verdict::Committed);
    assert_eq!(bench.row(&row).await.unwrap().version, 2);
}

pub(crate) async fn a_claim_is_renewed_only_by_its_fence_and_until_it_is_given_back(bench: &Bench) {
    let row = key(Kind::Payment, "p");
    bench.committed(unit().times(&row, leased(1, NONE))).await;
    assert!(bench.store.renew(&claim_of(&row, 1), LONG).await.unwrap());
    assert_eq!(bench.store.claim(&row, worker(2), LONG).await.unwrap(), None);
    assert!(!bench.store.renew(&claim_of(&row, 2), LONG).await.unwrap());
    let mut given_back = unit().times(&row, Due(LONG));
    given_back.fence = Some(under(&claim_of(&row, 1)));
    bench.committed(given_back).await;
    assert!(!bench.store.renew(&claim_of(&row, 1), LONG).await.unwrap());
    assert_eq!(bench.store.claim_due(worker(2), LONG, 9).await.unwrap(), []);
    assert_eq!(bench.store.claim(&row, worker(2), LONG).await.unwrap(), Some(claim_of(&row, 2)));
}

pub(crate) async fn a_row_that_was_claimed_before_it_was_due_is_taken_over_when_its_worker_is_dead(
    bench: &Bench,
) {
    let row = key(Kind::Placement, "p");
    bench.committed(unit().times(&row, Due(LONG))).await;
    let dies = bench.store.claim(&row, worker(1), LONG).await.unwrap().unwrap();
    assert_eq!(bench.store.claim_due(worker(2), LONG, 9).await.unwrap(), [], "its lease runs");
    assert!(bench.store.renew(&dies, NONE).await.unwrap());
    let heir = bench.store.claim_due(worker(2), LONG, 9).await.unwrap();
    assert!(heir.len() == 1 && heir[0].key == row && heir[0].fence > dies.fence, "{heir:?}");
}

pub(crate) async fn a_timer_that_is_set_again_is_given_under_no_fence_that_was_given_before(bench: &Bench) {
    let row = key(Kind::Payment, "p");
    bench.committed(unit().times(&row, leased(1, LONG))).await;
    let asleep = claim_of(&row, 1);
    let mut done = unit().times(&row, Clear);
    done.fence = Some(under(&asleep));
    bench.committed(done).await;
    bench.committed(unit().times(&row, Due(Duration::ZERO))).await;
    let mut late = unit().times(&row, Clear);
    late.fence = Some(under(&asleep));
    assert_eq!(bench.commit(&late).await, Verdict::Fenced, "before anybody has claimed it");
    let claimed = bench.store.claim_due(worker(2), LONG, 9).await.unwrap();
    assert!(claimed.len() == 1 && claimed[0].fence > asleep.fence, "{claimed:?}");
    assert_eq!(bench.commit(&late).await, Verdict::Fenced);
    assert!(!bench.store.renew(&asleep, LONG).await.unwrap());
}

pub(crate) async fn a_cleared_timer_is_nobodys(bench: &Bench) {
    let row = key(Kind::Payment, "p");
    bench.committed(unit().times(&row, leased(1, LONG))).await;
    let mut done = unit().times(&row, Clear);
    done.fence = Some(under(&claim_of(&row, 1)));
    bench.committed(done.clone()).await;
    assert_eq!(bench.store.claim(&row, worker(1), LONG).await.unwrap(), None);
    assert!(!bench.store.renew(&claim_of(&row, 1), LONG).await.unwrap());
    done.id = unit().id;
    assert_eq!(bench.commit(&done).await, Verdict::Fenced);
}

pub(crate) async fn a_foreign_due_leaves_the_lease_of_the_worker_that_drives(bench: &Bench) {
    let row = key(Kind::Payment, "p");
    bench.committed(unit().times(&row, leased(1, LONG))).await;
    bench.committed(unit().times(&row, Due(NONE))).await;
    assert_eq!(bench.store.claim_due(worker(2), LONG, 9).await.unwrap(), []);
    assert!(bench.store.renew(&claim_of(&row, 1), NONE).await.unwrap());
    assert_eq!(bench.store.claim_due(worker(2), LONG, 9).await.unwrap(), [claim_of(&row, 2)]);
}

pub(crate) async fn a_lease_is_not_taken_along_from_another_worker(bench: &Bench) {
    let row = key(Kind::Payment, "p");
    bench.committed(unit().times(&row, leased(1, LONG))).await;
    bench.committed(unit().times(&row, leased(1, LONG))).await;
    assert_eq!(bench.commit(&unit().times(&row, leased(2, LONG))).await, Verdict::Fenced);
    assert!(bench.store.renew(&claim_of(&row, 1), NONE).await.unwrap());
    assert_eq!(bench.commit(&unit().times(&row, leased(2, LONG))).await, Verdict::Fenced);
}

pub(crate) async fn a_timer_drives_a_row_of_any_kind_and_each_due_moves_it(bench: &Bench) {
    for kind in Kind::ALL {
        bench.committed(unit().times(&key(kind, "row"), Due(NONE))).await;
    }
    bench.committed(unit().times(&key(Kind::Cart, "row"), Due(LONG))).await;
    let claims = bench.store.claim_due(worker(1), LONG, 99).await.unwrap();
    let claimed: Vec<Kind> = claims.iter().map(|claim| claim.key.kind).collect();
    let mut rest: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Cart).collect();
    rest.sort_by_key(|kind| kind.lives());
    assert_eq!(claimed, rest);
}
