//! The driver's loop in steps small enough to be interrupted: decide, commit the intent with the last outcome,
//! perform, react. What to do and what it makes of the rows is the shipped `decide` and `react`; only when a
//! worker does it, and what the store says to it, is the model's.

use cashwrap::domain::ids::{AttemptId, OperationId, OrderId};
use cashwrap::domain::payment::decide::{self, Decision, Effect, Facts};
use cashwrap::domain::payment::react::{Intent, react};
use cashwrap::domain::payment::{Input, NotSent, OperationKind, Outcome, Payment, invariants};
use cashwrap::domain::placement::{self, Conclusion, Effects, Step};
use jiff::Timestamp;
use uuid::Uuid;

use crate::rules::{Broken, Rule};
use crate::sale;
use crate::shop::Shop;
use crate::state::{Ask, Call, Drive, Fact, Kept, Learnt, Phase, Rows, Subject, Then};

/// Far more than any placement needs between two of its commits.
const MAX_STEPS: usize = 50;

/// A worker with its drive, at one moment.
pub struct Driver<'a> {
    pub shop: &'a Shop,
    pub now: Timestamp,
    pub drive: &'a mut Drive,
    pub broken: &'a mut Option<Broken>,
}

impl Shop {
    fn facts(&self, now: Timestamp) -> Facts<'_> {
        Facts { now, policy: &self.policy, gateways: &self.known, books: &self.books }
    }

    /// The payment's next step, as the end of its placement asks for it.
    pub fn next_of(&self, payment: &Payment, now: Timestamp) -> Decision {
        decide::decide(payment, &self.facts(now))
    }

    /// What the placement speaks for, out of its rows.
    pub fn whole(&self, rows: &Rows) -> Effects {
        let mut whole = self.claimed.clone();
        whole.placement = (*rows.placement).clone();
        whole.payments = vec![(*rows.payment).clone()];
        whole.checkout.state = rows.checkout;
        whole.checkout.order = rows.placement.order;
        whole.cart.state = rows.cart;
        whole.cart.order = rows.placement.order;
        whole
    }
}

impl Driver<'_> {
    fn breaks(&mut self, rule: Rule, how: impl std::fmt::Display) {
        let how = how.to_string();
        self.broken.get_or_insert(Broken { rule, how });
    }

    /// What was being sent when the subject was claimed may have been executed.
    pub fn recover(&mut self) {
        self.learn(Fact::Recovered);
        self.go_on();
    }

    /// Takes in how a call ended, and goes on.
    pub fn hear(&mut self, call: &Call, outcome: Outcome) {
        let fact = match (call.ask, call.operation) {
            (Ask::Money(_), Some(operation)) => Fact::Outcome { operation, replay: call.replay, outcome },
            (_, operation) => Fact::Looked { attempt: call.attempt, operation, outcome },
        };
        self.learn(fact);
        self.go_on();
    }

    /// Somebody else wrote in between: what we learnt is applied to their rows, what we decided is decided anew.
    /// False where their rows have no place for it.
    pub fn rebase(&mut self, fresh: &Rows) -> bool {
        let learnt = std::mem::take(&mut self.drive.learnt);
        self.drive.rows = fresh.clone();
        self.drive.stale = [false; 2];
        self.drive.dirty = [false; 2];
        for each in learnt {
            let payment = &self.drive.rows.payment;
            let Ok(next) = react(payment, each.fact.input(), each.at, &self.shop.policy) else {
                return false;
            };
            self.becomes(next);
            self.drive.learnt.push(each);
        }
        self.go_on();
        true
    }

    fn learn(&mut self, fact: Fact) {
        let input = fact.input();
        if self.apply(input) {
            self.drive.learnt.push(Learnt { fact, at: self.now });
        }
    }

    fn apply(&mut self, input: Input) -> bool {
        let payment = &self.drive.rows.payment;
        match react(payment, input, self.now, &self.shop.policy) {
            Ok(next) => {
                self.becomes(next);
                true
            }
            Err(error) => {
                self.breaks(Rule::Alarm, error);
                false
            }
        }
    }

    fn becomes(&mut self, next: Payment) {
        let before = self.drive.rows.payment.clone();
        if *before == next {
            return;
        }
        for (old, new) in before.attempts.iter().zip(&next.attempts) {
            if !old.state.may_become(&new.state) {
                self.breaks(Rule::Table, format!("{} became {}", old.state.as_str(), new.state.as_str()));
            }
            for (was, is) in old.operations.iter().zip(&new.operations) {
                if was.state != is.state && !was.state.may_become(is.state) {
                    let (was, is) = (was.state.as_str(), is.state.as_str());
                    self.breaks(Rule::Table, format!("an operation that was {was} became {is}"));
                }
            }
        }
        if let Err(violation) = invariants::check(&next) {
            self.breaks(Rule::Together, violation);
        }
        self.drive.rows.payment = Kept::new(next);
        self.drive.dirty[Subject::Payment as usize] = true;
    }

    /// Decides, and applies whatever needs no call, until there is something to commit or to ask.
    fn go_on(&mut self) {
        for _ in 0..MAX_STEPS {
            if self.broken.is_some() {
                return;
            }
            match self.decide() {
                Step::Conclude(conclusion) => self.conclude(&conclusion),
                Step::Payment { decision: Decision::Conclude(conclusion), .. } => {
                    self.apply(Input::Conclude(conclusion));
                }
                Step::Payment { decision: Decision::Do(effect), .. } => {
                    if let Some(phase) = self.begin(effect) {
                        self.drive.phase = phase;
                        return;
                    }
                }
                Step::Wait { until } if until == Timestamp::MAX => {
                    return self.breaks(Rule::Alarm, "it waits for nobody");
                }
                Step::Wait { until } => {
                    self.drive.phase = Phase::Committing(Then::RestUntil(until));
                    return;
                }
                Step::Done | Step::Payment { .. } => {
                    self.drive.phase = Phase::Committing(Then::NeverAgain);
                    return;
                }
            }
        }
        self.breaks(Rule::Alarm, "it does not come to rest");
    }

    fn decide(&self) -> Step {
        let (rows, facts) = (&self.drive.rows, self.shop.facts(self.now));
        match self.drive.subject {
            Subject::Placement => placement::decide(&rows.placement, &[&*rows.payment], &facts),
            Subject::Payment => match decide::decide(&rows.payment, &facts) {
                Decision::Wait { until } => Step::Wait { until },
                Decision::Done => Step::Done,
                decision @ (Decision::Do(_) | Decision::Conclude(_)) => Step::Payment { index: 0, decision },
            },
        }
    }

    fn conclude(&mut self, conclusion: &Conclusion) {
        let order = OrderId(Uuid::from_u128(9));
        let (whole, capture) = (self.shop.whole(&self.drive.rows), self.fresh_operation());
        let from = self.drive.rows.placement.state;
        match placement::react(whole, conclusion, order, &[capture], self.now, &self.shop.policy) {
            Ok(next) => {
                if let Err(violation) = placement::invariants::check(&next) {
                    self.breaks(Rule::Together, violation);
                }
                if !from.may_become(next.placement.state) {
                    let (from, to) = (from.as_str(), next.placement.state.as_str());
                    self.breaks(Rule::Table, format!("a placement that was {from} became {to}"));
                }
                self.drive.rows.placement = Kept::new(next.placement);
                self.drive.rows.checkout = next.checkout.state;
                self.drive.rows.cart = next.cart.state;
                self.drive.dirty[Subject::Placement as usize] = true;
                if let Some(payment) = next.payments.into_iter().next() {
                    self.becomes(payment);
                }
            }
            Err(error) => self.breaks(Rule::Alarm, error),
        }
    }

    /// An id that is the same wherever the same was done before. Two workers make the same one only where the
    /// rows of one of them are behind, and then its commit is refused.
    fn fresh_operation(&self) -> OperationId {
        let payment = &self.drive.rows.payment;
        let made: usize = payment.attempts.iter().map(|attempt| attempt.operations.len()).sum();
        OperationId(Uuid::from_u128(100 + made as u128))
    }

    /// The intent of an effect, as part of the rows in memory; `None` where nothing can be rendered.
    fn begin(&mut self, effect: Effect) -> Option<Phase> {
        let payment = &self.drive.rows.payment;
        let operation = match &effect {
            Effect::Send { operation } | Effect::Replay { operation } => *operation,
            Effect::Look { attempt, operation } => {
                let call = self.call(*attempt, Ask::Look, *operation, false);
                return Some(Phase::Calling(call));
            }
            Effect::Begin { .. } | Effect::Next { .. } => self.fresh_operation(),
        };
        if !effect.needs_intent() {
            let attempt = payment.attempt_of(operation)?;
            let kind = attempt.operation(operation)?.kind;
            return Some(Phase::Calling(self.call(attempt.id, Ask::Money(kind), Some(operation), true)));
        }
        let fresh = AttemptId(Uuid::from_u128(50 + payment.attempts.len() as u128));
        let intent = Intent { effect, attempt: fresh, operation, rendered: vec![1] };
        if !self.apply(Input::Intend(intent)) {
            return None;
        }
        let attempt = self.drive.rows.payment.attempt_of(operation)?;
        let kind = attempt.operation(operation)?.kind;
        let call = self.call(attempt.id, Ask::Money(kind), Some(operation), false);
        let named = call.object.is_some()
            || matches!(kind, OperationKind::Create | OperationKind::Authorise)
            || (kind == OperationKind::Void && self.shop.gateways[call.gateway].void_by_reference);
        if named {
            return Some(Phase::Committing(Then::Send(call)));
        }
        let outcome = Outcome::NotSent(NotSent::Credentials);
        self.apply(Input::Outcome { operation, replay: false, outcome });
        None
    }

    fn call(&self, attempt: AttemptId, ask: Ask, operation: Option<OperationId>, replay: bool) -> Call {
        let payment = &self.drive.rows.payment;
        let attempt = payment.attempts.iter().find(|each| each.id == attempt).unwrap();
        let row = operation.and_then(|id| attempt.operation(id));
        let leaves_by = match ask {
            Ask::Look => Timestamp::MAX,
            Ask::Money(kind) => payment.leaves_by(Some(attempt), kind, self.now, &self.shop.policy),
        };
        Call {
            gateway: sale::ACCOUNTS.iter().position(|name| *name == attempt.account.as_str()).unwrap(),
            ask,
            attempt: attempt.id,
            operation,
            object: attempt.object.as_ref().map(|object| object.parse().unwrap()),
            amount_minor: row.map_or(0, |row| row.amount_minor),
            replay,
            leaves_by,
        }
    }
}
