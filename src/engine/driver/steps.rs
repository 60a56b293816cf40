//! The loop itself.

use jiff::Timestamp;
use tokio::time::Instant;

use super::super::case::Case;
use super::super::counts;
use super::super::perform::Prepared;
use super::commit::{Commit, Rest};
use super::parts::Driver;
use crate::domain::ids::{AttemptId, OperationId, OrderId};
use crate::domain::payment::decide::Facts;
use crate::domain::payment::react::Intent;
use crate::domain::payment::{Decision, Effect, Input, NotSent, Outcome};
use crate::domain::placement::{Conclusion, Step};
use crate::ports::store::{Claim, Key, Query};

/// How many steps one claim may take before it is given back: far more than any placement needs, so that a
/// fault in a machine cannot spin.
const MAX_STEPS: usize = 200;

/// How a drive ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Nothing more to do now; its timer says when to go on.
    Resting,
    /// The claim is somebody else's, or the store did not take the commit: it will be recovered.
    Lost,
}

/// A request that may leave once its intent is durable: the operation, its bytes, and until when.
pub(in crate::engine) type Sending = (OperationId, crate::ports::gateway::Rendered, Instant);

/// An effect whose intent is part of the case and waits for its commit.
#[derive(Debug)]
pub struct Begun {
    index: usize,
    effect: Effect,
    sending: Sending,
}

impl Driver {
    /// Drives a case until it rests. What was being sent when it was claimed may have been executed.
    pub async fn drive(&self, mut case: Case, claim: &Claim) -> (Stop, Case) {
        for _ in 0..MAX_STEPS {
            let gateways = self.gateway_facts(case.store());
            let (now, books) = (self.clock.now(), case.books());
            let facts = Facts { now, policy: &self.policy, gateways: &gateways, books: &books };
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
            let (now, books) = (self.clock.now(), case.books());
            let facts = Facts { now, policy: &self.policy, gateways: &gateways, books: &books };
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

    /// Loads and drives what was claimed.
    pub async fn recover(&self, claim: &Claim) -> Option<(Stop, Case)> {
        let mut case = self.load(&claim.key).await?;
        let now = self.clock.now();
        for index in 0..case.payments() {
            self.apply(&mut case, index, Input::Recovered, now);
        }
        Some(self.drive(case, claim).await)
    }

    /// Loads a case with everything it speaks for.
    pub async fn load(&self, subject: &Key) -> Option<Case> {
        let query = Query { keys: vec![subject.clone()], ..Query::default() };
        let snapshot = self.store.read(&query).await.ok()?;
        Case::load(subject, snapshot)
    }

    pub(super) async fn perform_step(
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
        } else if matches!(effect, Effect::Replay { .. }) && !self.is_still_ours(claim).await {
            // A replay has no intent to commit, whose fence would stop a worker that lost its claim while its call was
            // out: whoever took over may have tried elsewhere meanwhile.
            return Some(Stop::Lost);
        } else {
            None
        };
        let asked = self.clock.now();
        if let Some(input) = self.perform(case, index, &effect, sending, claim).await {
            // A look tells of the moment when it was asked: what lands while its answer is on the way it has not
            // seen, and absence may not be proved by it any earlier (R4).
            let at = if matches!(input, Input::Looked { .. }) { asked } else { self.clock.now() };
            self.apply(case, index, input, at);
        }
        None
    }

    /// Makes the intent of an effect part of the case. Where nothing can be rendered the operation ends as
    /// not sent, which is the truth.
    pub(super) fn intend(&self, case: &mut Case, index: usize, effect: &Effect) -> Option<Sending> {
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

    /// Lets the machine take in an input, with what it told of the card. What it has no place for is counted, and
    /// nothing is changed.
    pub fn apply(&self, case: &mut Case, index: usize, input: Input, now: Timestamp) {
        let card = self.card_of_input(case, index, &input);
        if let Err(error) = case.apply(index, input, card, now, &self.policy) {
            // Nothing was changed. The machine decides again over what it holds.
            self.alarms.raise("impossible_input", case, &error);
        }
    }

    pub(super) fn conclude(&self, case: &mut Case, conclusion: &Conclusion, now: Timestamp) {
        let order = OrderId(self.ids.fresh());
        let captures: Vec<OperationId> =
            (0..case.payments()).map(|_| OperationId(self.ids.fresh())).collect();
        if let Err(error) = case.conclude(conclusion, order, &captures, now, &self.policy) {
            self.alarms.raise("impossible_conclusion", case, &error);
        }
    }
}
