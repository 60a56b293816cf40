//! What a step makes durable, and what becomes of the claim with it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::super::case::{Case, Whole};
use super::super::counts;
use super::super::replies::{Answer, failed_tender, releases_key};
use super::parts::Driver;
use super::steps::Stop;
use crate::domain::coupon::COUPON_COUNTERS;
use crate::domain::ids::UnitId;
use crate::domain::payment::Decision;
use crate::domain::payment::decide::Facts;
use crate::domain::placement::PlacementState;
use crate::mutants::{Mutant, planted};
use crate::ports::Record;
use crate::ports::store::{
    Claim, CounterChange, CounterMove, Fence, Key, Kind, Query, ReplyKey, ReplyWrite, TimerChange,
    TimerWrite, UnitOfWork, Verdict,
};

/// A commit whose outcome is unknown, or that found the store busy, is submitted again after these pauses;
/// then the lease is left to run out and somebody else recovers.
const COMMIT_PAUSES_MS: [u64; 6] = [5, 20, 80, 200, 500, 1_000];

/// The name of the method whose key a placement freezes its reply under.
pub const PLACE_ORDER: &str = "PlaceOrder";

/// How a commit ended, for the loop.
pub(super) enum Commit {
    Done,
    /// Somebody else wrote in between: the case is loaded anew, decide again.
    Again,
    Lost,
}

/// What becomes of the timer of the case with a commit.
pub(super) enum Rest {
    /// The claim goes on.
    KeepDriving,
    /// Due at this time.
    Until(Timestamp),
    /// Never again.
    Over,
}

impl Driver {
    pub(super) async fn rest(&self, case: &mut Case, claim: &Claim, rest: Rest) -> Option<Stop> {
        match self.commit(case, claim, rest).await {
            Commit::Done => Some(Stop::Resting),
            Commit::Again => None,
            Commit::Lost => Some(Stop::Lost),
        }
    }

    pub(super) async fn commit(&self, case: &mut Case, claim: &Claim, rest: Rest) -> Commit {
        let mut unit = UnitOfWork::new(UnitId(self.ids.fresh()), case.store().clone());
        unit.fence = Some(Fence { key: claim.key.clone(), fence: claim.fence });
        unit.writes = case.writes();
        // A worker that wakes up late may find a placement that is long over, and cart and checkout in another:
        // where nothing is written there is nothing to hold against it.
        if !unit.writes.is_empty() {
            self.watch(case);
        }
        if planted(Mutant::HoldsThatExpire) && matches!(rest, Rest::Until(_)) {
            unit.counters.extend(holds_of(case, CounterChange::Release));
        }
        self.add_end(case, &mut unit);
        if !matches!(rest, Rest::KeepDriving) {
            unit.writes.extend(case.untouched(&unit.writes));
        }
        let timer = match rest {
            Rest::KeepDriving => None,
            Rest::Until(until) => Some(TimerChange::Due(self.span_until(until))),
            Rest::Over => Some(TimerChange::Clear),
        };
        unit.timers.extend(timer.map(|change| TimerWrite { key: claim.key.clone(), change }));
        if planted(Mutant::AcknowledgeEarly) && unit.reply.is_some() {
            self.submit_later(unit.clone());
            case.committed(unit.writes, unit.reply);
            return Commit::Done;
        }
        match self.submit(&unit).await {
            Verdict::Committed => {
                case.committed(unit.writes, unit.reply);
                self.bell.notify_one();
                self.commits.notify_waiters();
                Commit::Done
            }
            Verdict::Stale { key } => {
                if key.kind == Kind::CardBook {
                    self.give_way(0).await;
                }
                let Some(fresh) = self.load(case.subject()).await else { return Commit::Lost };
                // What was read is this worker's to go on with only if nobody took over before it was read.
                if !self.is_still_ours(claim).await {
                    return Commit::Lost;
                }
                match case.rebase(fresh, &self.policy) {
                    Ok(()) => self.read_books(case).await,
                    Err(_) => Commit::Lost,
                }
            }
            verdict @ (Verdict::Short { .. } | Verdict::ReplyTaken(_)) => {
                tracing::error!(subject = %claim.key.id, ?verdict, "a worker's commit was refused");
                Commit::Lost
            }
            Verdict::Fenced | Verdict::Unknown | Verdict::Busy => Commit::Lost,
        }
    }

    /// Whether the claim still is this worker's; it is renewed with the question, and in doubt it is lost.
    pub(super) async fn is_still_ours(&self, claim: &Claim) -> bool {
        self.store.renew(claim, self.settings.lease).await.unwrap_or(false)
    }

    /// Pauses for a moment of random length, longer with each turn: of the placements that write one card's book at
    /// once, one after the other gets through.
    pub async fn give_way(&self, turn: u32) {
        let most_ms = (10_u64 << turn.min(4)).min(100);
        let random = u64::try_from(self.ids.fresh().as_u128() % 1_000).unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(random * most_ms / 1_000)).await;
    }

    /// Reads the card books whose names a reply has just told. They are first written as new, because most cards
    /// are; only one that stands already makes the commit stale and costs this read.
    async fn read_books(&self, case: &mut Case) -> Commit {
        let query = Query { keys: case.unread_books(), ..Query::default() };
        if !query.keys.is_empty() {
            let Ok(snapshot) = self.store.read(&query).await else { return Commit::Lost };
            case.hold(snapshot.rows);
        }
        Commit::Again
    }

    /// Submits a unit until its verdict is known, for a bounded time. The same unit may be submitted as often
    /// as one likes.
    pub async fn submit(&self, unit: &UnitOfWork<Record>) -> Verdict {
        let mut verdict = self.store.commit(unit).await;
        for pause_ms in COMMIT_PAUSES_MS {
            if !matches!(verdict, Verdict::Unknown | Verdict::Busy) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            verdict = self.store.commit(unit).await;
        }
        if verdict == Verdict::Committed {
            counts::committed(unit, self.clock.now());
        }
        verdict
    }

    /// Commits when nobody waits for it any more: for [`Mutant::AcknowledgeEarly`].
    fn submit_later(&self, unit: UnitOfWork<Record>) {
        let store = Arc::clone(&self.store);
        self.tasks.spawn(async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            store.commit(&unit).await
        });
    }

    /// What the end of a placement adds to its commit: holds consumed or given back, the reply frozen or its
    /// key released, and the payments' own timers.
    pub fn add_end(&self, case: &Case, unit: &mut UnitOfWork<Record>) {
        let Whole::Placement(whole) = case.whole() else { return };
        let ended = unit
            .writes
            .iter()
            .any(|write| matches!(&write.row, Record::Placement(placement) if placement.state.terminal()));
        if !ended {
            return;
        }
        let placement = &whole.placement;
        let completed = placement.state == PlacementState::Completed;
        let used = completed && !planted(Mutant::StockNotConsumed);
        unit.counters
            .extend(holds_of(case, if used { CounterChange::Consume } else { CounterChange::Release }));
        if planted(Mutant::HoldsReleasedTwice) && !completed {
            unit.counters.extend(holds_of(case, CounterChange::Release));
        }
        if planted(Mutant::CodeNotReleased) && !completed {
            unit.counters.retain(|moved| !moved.name.starts_with(COUPON_COUNTERS));
        }
        let key = ReplyKey {
            store: case.store().clone(),
            method: PLACE_ORDER,
            request_id: placement.request.request_id,
        };
        unit.reply = Some(match (&whole.order, &placement.failure) {
            (Some(order), _) => {
                ReplyWrite::Finish { key, body: self.replies.place_order(&Answer::Order(order)).into() }
            }
            (None, Some(failure)) if !releases_key(failure) => {
                let tender_index = failed_tender(&whole.payments);
                let failed = whole.payments.get(tender_index);
                let payment = failed.map(|payment| (&payment.store, payment.id));
                let answer = Answer::Declined { failure, tender_index, payment };
                ReplyWrite::Finish { key, body: self.replies.place_order(&answer).into() }
            }
            (None, _) => ReplyWrite::Release { key },
        });
        let (gateways, books) = (self.gateway_facts(case.store()), case.books());
        for payment in &whole.payments {
            let now = self.clock.now();
            let facts = Facts { now, policy: &self.policy, gateways: &gateways, books: &books };
            let due = match crate::domain::payment::decide::decide(payment, &facts) {
                Decision::Wait { until } => self.span_until(until),
                Decision::Do(_) | Decision::Conclude(_) => Duration::ZERO,
                Decision::Done => continue,
            };
            let key = Key::new(case.store(), Kind::Payment, payment.id);
            unit.timers.push(TimerWrite { key, change: TimerChange::Due(due) });
        }
    }

    /// How long from now until `until`, with jitter so that what failed together is not tried together (R8).
    pub(super) fn span_until(&self, until: Timestamp) -> Duration {
        /// Longer waits are cut: a timer that comes early finds that there is nothing to do and waits again.
        const LONGEST: Duration = Duration::from_hours(24);
        /// A tenth, and never so much that a buyer would notice.
        const MOST_JITTER: Duration = Duration::from_secs(30);
        let span = until.duration_since(self.clock.now());
        let span = Duration::try_from(span).unwrap_or_default().min(LONGEST);
        let percent = u32::try_from(self.ids.fresh().as_u128() % 100).unwrap_or_default();
        span + (span / 1_000 * percent).min(MOST_JITTER)
    }
}

/// One move of each counter that the placement of a case holds.
fn holds_of(case: &Case, change: fn(u32) -> CounterChange) -> Vec<CounterMove> {
    let Whole::Placement(whole) = case.whole() else { return Vec::new() };
    let holds = whole.placement.holds.iter();
    holds.map(|hold| CounterMove { name: hold.counter.clone(), change: change(hold.quantity) }).collect()
}
