//! The one loop: decide, commit the intent together with the last outcome, perform, react.
//!
//! It runs a fresh placement, one that a customer came back to, and one that a dead process left behind; there
//! is no second path to test. Every write carries the claim's fence, so that a worker that woke up late can
//! write nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::case::{Case, Whole};
use super::counts;
use super::modes::Modes;
use super::perform::Prepared;
use super::replies::{Answer, Replies, failed_tender, releases_key};
use super::tasks::Tasks;
use crate::domain::ids::{AccountId, AttemptId, OperationId, OrderId, StoreId, UnitId, WorkerId};
use crate::domain::payment::decide::{Facts, GatewayFacts};
use crate::domain::payment::react::Intent;
use crate::domain::payment::{Decision, Effect, Input, NotSent, Outcome, Policy};
use crate::domain::placement::{Conclusion, PlacementState, Step};
use crate::ports::gateway::Gateway;
use crate::ports::store::{
    Claim, CounterChange, CounterMove, Fence, Key, Kind, Query, ReplyKey, ReplyWrite, Store, TimerChange,
    TimerWrite, UnitOfWork, Verdict,
};
use crate::ports::{Clock, Ids, Record, Vault};

/// A commit whose outcome is unknown, or that found the store busy, is submitted again after these pauses;
/// then the lease is left to run out and somebody else recovers.
const COMMIT_PAUSES_MS: [u64; 6] = [5, 20, 80, 200, 500, 1_000];

/// How many steps one claim may take before it is given back: far more than any placement needs, so that a
/// fault in a machine cannot spin.
const MAX_STEPS: usize = 200;

/// The name of the method whose key a placement freezes its reply under.
pub const PLACE_ORDER: &str = "PlaceOrder";

/// Time constants of the engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a claim lasts.
    pub lease: Duration,
    /// How often it is renewed while a call is out.
    pub renew_every: Duration,
    /// How often due timers are looked for.
    pub poll: Duration,
    /// How many claims one process drives at once.
    pub max_driven: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(15),
            renew_every: Duration::from_secs(5),
            poll: Duration::from_millis(100),
            max_driven: 256,
        }
    }
}

/// Counts what must never happen. Operators see the metric; tests and simulation read the count.
#[derive(Debug, Default)]
pub struct Alarms(AtomicU64);

impl Alarms {
    /// How often it happened.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn raise(&self, kind: &'static str, case: &Case, reason: &dyn std::fmt::Display) {
        self.0.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("cashwrap_alarms_total", "kind" => kind).increment(1);
        tracing::error!(subject = %case.subject().id, kind, %reason, "this must never happen");
    }
}

/// What the driver works with. Everything but itself comes through a port.
pub struct Parts {
    /// Where decisions become durable.
    pub store: Arc<dyn Store<Record>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh identifiers.
    pub ids: Arc<dyn Ids>,
    /// Seals what is rendered.
    pub vault: Arc<dyn Vault>,
    /// The gateways by account.
    pub gateways: BTreeMap<AccountId, Arc<dyn Gateway>>,
    /// What operators said of them.
    pub modes: Arc<Modes>,
    /// Encodes replies.
    pub replies: Arc<dyn Replies>,
    /// The machines' time constants.
    pub policy: Policy,
    /// The engine's own.
    pub settings: Settings,
    /// This process.
    pub worker: WorkerId,
    /// What drain waits for.
    pub tasks: Tasks,
}

/// Drives the machines of one process.
pub struct Driver {
    parts: Parts,
    /// Rings when something may be due now.
    pub bell: tokio::sync::Notify,
    /// Counts the commits of this process's workers, so that who waits looks again at once.
    pub commits: tokio::sync::watch::Sender<u64>,
    /// What must never happen, counted.
    pub alarms: Alarms,
}

impl std::ops::Deref for Driver {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// A driver that its tasks share.
pub type Engine = Arc<Driver>;

/// How a drive ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Nothing more to do now; its timer says when to go on.
    Resting,
    /// The claim is somebody else's, or the store did not take the commit: it will be recovered.
    Lost,
}

/// How a commit ended, for the loop.
enum Commit {
    Done,
    /// Somebody else wrote in between: the case is loaded anew, decide again.
    Again,
    Lost,
}

/// What becomes of the timer of the case with a commit.
enum Rest {
    /// The claim goes on.
    KeepDriving,
    /// Due at this time.
    Until(Timestamp),
    /// Never again.
    Over,
}

impl Driver {
    /// A driver over its parts.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            bell: tokio::sync::Notify::new(),
            commits: tokio::sync::watch::Sender::new(0),
            alarms: Alarms::default(),
        }
    }

    /// The facts of the moment for a store.
    pub fn gateway_facts(&self, store: &StoreId) -> BTreeMap<AccountId, GatewayFacts> {
        self.gateways
            .iter()
            .map(|(account, gateway)| {
                let unavailable = self.modes.forbids(store, account).or_else(|| gateway.unavailable());
                (account.clone(), GatewayFacts { capabilities: gateway.capabilities(), unavailable })
            })
            .collect()
    }

    /// Drives a case until it rests. What was being sent when it was claimed may have been executed.
    pub async fn drive(&self, mut case: Case, claim: &Claim) -> (Stop, Case) {
        for _ in 0..MAX_STEPS {
            let gateways = self.gateway_facts(case.store());
            let now = self.clock.now();
            let facts = Facts { now, policy: &self.policy, gateways: &gateways };
            let ended = match case.decide(&facts) {
                Step::Conclude(conclusion) => {
                    self.conclude(&mut case, &conclusion, now);
                    None
                }
                Step::Payment { index, decision: Decision::Conclude(conclusion) } => {
                    self.apply(&mut case, index, Input::Conclude(conclusion), now);
                    None
                }
                Step::Payment { index, decision: Decision::Do(effect) } => {
                    self.perform_step(&mut case, index, effect, claim).await
                }
                Step::Wait { until } => self.rest(&mut case, claim, Rest::Until(until)).await,
                Step::Done | Step::Payment { .. } => self.rest(&mut case, claim, Rest::Over).await,
            };
            if let Some(stop) = ended {
                return (stop, case);
            }
        }
        self.alarms.raise("restless", &case, &"a machine did not come to rest; left to its lease");
        (Stop::Lost, case)
    }

    /// The intent of the first effect, without performing it: what PlaceOrder commits first. Applies whatever
    /// needs no call on the way. `None` where there is no effect to intend.
    pub fn begin(&self, case: &mut Case) -> Option<Begun> {
        for _ in 0..MAX_STEPS {
            let gateways = self.gateway_facts(case.store());
            let now = self.clock.now();
            let facts = Facts { now, policy: &self.policy, gateways: &gateways };
            match case.decide(&facts) {
                Step::Conclude(conclusion) => self.conclude(case, &conclusion, now),
                Step::Payment { index, decision: Decision::Do(effect) } => {
                    if let Some(sending) = self.intend(case, index, &effect) {
                        return Some(Begun { index, effect, sending });
                    }
                }
                _ => return None,
            }
        }
        None
    }

    /// Goes on with what [`Driver::begin`] intended, once that is durable.
    pub async fn go_on(&self, mut case: Case, begun: Begun, claim: &Claim) -> (Stop, Case) {
        let performed = self.perform(&case, begun.index, &begun.effect, Some(begun.sending), claim).await;
        if let Some(input) = performed {
            self.apply(&mut case, begun.index, input, self.clock.now());
        }
        self.drive(case, claim).await
    }

    async fn perform_step(
        &self,
        case: &mut Case,
        index: usize,
        effect: Effect,
        claim: &Claim,
    ) -> Option<Stop> {
        let sending = if effect.needs_intent() {
            let sending = self.intend(case, index, &effect)?;
            match self.commit(case, claim, Rest::KeepDriving).await {
                Commit::Done => Some(sending),
                Commit::Again => return None,
                Commit::Lost => return Some(Stop::Lost),
            }
        } else {
            None
        };
        if let Some(input) = self.perform(case, index, &effect, sending, claim).await {
            self.apply(case, index, input, self.clock.now());
        }
        None
    }

    /// Makes the intent of an effect part of the case. Where nothing can be rendered the operation ends as
    /// not sent, which is the truth.
    fn intend(&self, case: &mut Case, index: usize, effect: &Effect) -> Option<Sending> {
        let payment = case.payment(index)?;
        let attempt = AttemptId(self.ids.fresh());
        let operation = match effect {
            Effect::Send { operation } => *operation,
            _ => OperationId(self.ids.fresh()),
        };
        let now = self.clock.now();
        let send_by = self.leaves_by(payment, effect, now);
        let prepared = self.prepare(payment, effect, operation);
        let (sealed, rendered) = match prepared {
            Prepared::Ready { sealed, rendered } => (sealed, Some(rendered)),
            Prepared::Impossible => (Vec::new(), None),
        };
        counts::intended(payment, effect);
        let intent = Intent { effect: effect.clone(), attempt, operation, rendered: sealed };
        self.apply(case, index, Input::Intend(intent), now);
        let Some(rendered) = rendered else {
            let outcome = Outcome::NotSent(NotSent::Credentials);
            self.apply(case, index, Input::Outcome { operation, replay: false, outcome }, now);
            return None;
        };
        Some((operation, rendered, send_by))
    }

    fn apply(&self, case: &mut Case, index: usize, input: Input, now: Timestamp) {
        if let Err(error) = case.apply(index, input, now, &self.policy) {
            // Nothing was changed. The machine decides again over what it holds.
            self.alarms.raise("impossible_input", case, &error);
        }
    }

    fn conclude(&self, case: &mut Case, conclusion: &Conclusion, now: Timestamp) {
        let order = OrderId(self.ids.fresh());
        let captures: Vec<OperationId> =
            (0..case.payments()).map(|_| OperationId(self.ids.fresh())).collect();
        if let Err(error) = case.conclude(conclusion, order, &captures, now, &self.policy) {
            self.alarms.raise("impossible_conclusion", case, &error);
        }
    }

    async fn rest(&self, case: &mut Case, claim: &Claim, rest: Rest) -> Option<Stop> {
        match self.commit(case, claim, rest).await {
            Commit::Done => Some(Stop::Resting),
            Commit::Again => None,
            Commit::Lost => Some(Stop::Lost),
        }
    }

    async fn commit(&self, case: &mut Case, claim: &Claim, rest: Rest) -> Commit {
        let mut unit = UnitOfWork::new(UnitId(self.ids.fresh()), case.store().clone());
        unit.fence = Some(Fence { key: claim.key.clone(), fence: claim.fence });
        unit.writes = case.writes();
        self.watch(case);
        self.add_end(case, &mut unit);
        let timer = match rest {
            Rest::KeepDriving => None,
            Rest::Until(until) => Some(TimerChange::Due(self.span_until(until))),
            Rest::Over => Some(TimerChange::Clear),
        };
        unit.timers.extend(timer.map(|change| TimerWrite { key: claim.key.clone(), change }));
        match self.submit(&unit).await {
            Verdict::Committed => {
                case.committed(unit.writes, unit.reply);
                self.bell.notify_one();
                self.commits.send_modify(|count| *count = count.wrapping_add(1));
                Commit::Done
            }
            Verdict::Stale { .. } => match self.load(case.subject()).await {
                Some(fresh) => case.rebase(fresh, &self.policy).map_or(Commit::Lost, |()| Commit::Again),
                None => Commit::Lost,
            },
            verdict @ (Verdict::Short { .. } | Verdict::ReplyTaken(_)) => {
                tracing::error!(subject = %claim.key.id, ?verdict, "a worker's commit was refused");
                Commit::Lost
            }
            Verdict::Fenced | Verdict::Unknown | Verdict::Busy => Commit::Lost,
        }
    }

    /// Counts and tells an invariant that a commit would break. It is committed all the same: what happened at
    /// a gateway happened, and must be on record.
    pub fn watch(&self, case: &Case) {
        if let Err(violation) = case.check() {
            self.alarms.raise("invariant", case, &violation);
        }
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
        unit.counters.extend(placement.holds.iter().map(|hold| CounterMove {
            name: hold.counter.clone(),
            change: if completed {
                CounterChange::Consume(hold.quantity)
            } else {
                CounterChange::Release(hold.quantity)
            },
        }));
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
                let answer = Answer::Declined { failure, tender_index };
                ReplyWrite::Finish { key, body: self.replies.place_order(&answer).into() }
            }
            (None, _) => ReplyWrite::Release { key },
        });
        for payment in &whole.payments {
            let gateways = self.gateway_facts(case.store());
            let facts = Facts { now: self.clock.now(), policy: &self.policy, gateways: &gateways };
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
    fn span_until(&self, until: Timestamp) -> Duration {
        /// Longer waits are cut: a timer that comes early finds that there is nothing to do and waits again.
        const LONGEST: Duration = Duration::from_hours(24);
        /// A tenth, and never so much that a buyer would notice.
        const MOST_JITTER: Duration = Duration::from_secs(30);
        let span = until.duration_since(self.clock.now());
        let span = Duration::try_from(span).unwrap_or_default().min(LONGEST);
        let percent = u32::try_from(self.ids.fresh().as_u128() % 100).unwrap_or_default();
        span + (span / 1_000 * percent).min(MOST_JITTER)
    }

    /// Loads a case with everything it speaks for.
    pub async fn load(&self, subject: &Key) -> Option<Case> {
        let query = Query { keys: vec![subject.clone()], ..Query::default() };
        let snapshot = self.store.read(&query).await.ok()?;
        Case::load(subject, snapshot)
    }

    /// Loads and drives what was claimed.
    pub async fn recover(&self, claim: &Claim) -> Option<(Stop, Case)> {
        let mut case = self.load(&claim.key).await?;
        let now = self.clock.now();
        for index in 0..case.payments() {
            self.apply(&mut case, index, Input::Recovered, now);
        }
        Some(self.drive(case, claim).await)
    }
}

/// A request that may leave once its intent is durable: the operation, its bytes, and until when.
type Sending = (OperationId, crate::ports::gateway::Rendered, Instant);

/// An effect whose intent is part of the case and waits for its commit.
#[derive(Debug)]
pub struct Begun {
    index: usize,
    effect: Effect,
    sending: Sending,
}
