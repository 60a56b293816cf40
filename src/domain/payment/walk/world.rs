//! The driver in small: decide, commit the intent, perform, react; with a tape that makes things go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::gateway::{Answer, Gateway, Request};
use super::safety;
use crate::domain::ids::{
    AccountId, AttemptId, CheckoutId, OperationId, OrderId, PaymentId, PlacementId, StoreId,
};
use crate::domain::money::Money;
use crate::domain::payment::aggregate::CapturePolicy;
use crate::domain::payment::capabilities::Lookup;
use crate::domain::payment::decide::{self, Effect};
use crate::domain::payment::outcome::{NotSent, Outcome, Refusal, UnknownCause};
use crate::domain::payment::policy::after;
use crate::domain::payment::react::{self, Impossible, Input, Intent};
use crate::domain::payment::{
    Books, Decision, DeclineClass, Facts, GatewayCapabilities, GatewayFacts, Goal, Hint, Instrument, Payment,
    Policy, TenderCard, Told, Verdict,
};

/// A lease's length: a crash is noticed after this.
const LEASE: Duration = Duration::from_secs(15);

/// Steps within which everything must end: ten rounds of three rungs for each of a few operations, and the
/// voids that the schedule allows.
const STEPS_TO_END: usize = 1_500;

/// The choices that proptest made; all zero once it is used up.
struct Tape {
    bytes: Vec<u8>,
    at: usize,
}

impl Tape {
    fn draw(&mut self, choices: u8) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte % choices
    }

    const fn used_up(&self) -> bool {
        self.at >= self.bytes.len()
    }
}

pub(super) struct World {
    tape: Tape,
    now: Timestamp,
    policy: Policy,
    payment: Payment,
    committed: Payment,
    gateways: BTreeMap<AccountId, Gateway>,
    ids: u128,
    seen: BTreeSet<&'static str>,
}

impl World {
    pub(super) fn new(capabilities: Vec<GatewayCapabilities>, tape: Vec<u8>) -> Self {
        let now = Timestamp::UNIX_EPOCH;
        let policy = Policy::default();
        let asked = Money { minor: 1_000, currency: "EUR".parse().unwrap() };
        let id = PaymentId(Uuid::from_u128(1));
        let gateways: BTreeMap<AccountId, Gateway> = capabilities
            .into_iter()
            .zip(["a", "b", "c"])
            .map(|(each, name)| (name.parse().unwrap(), Gateway::new(each, asked, id.to_string())))
            .collect();
        let payment = Payment {
            id,
            store: "store".parse::<StoreId>().unwrap(),
            placement: PlacementId(Uuid::from_u128(2)),
            checkout: CheckoutId(Uuid::from_u128(3)),
            order: None,
            amount: asked,
            routes: gateways.keys().cloned().collect(),
            routing: None,
            instruments: gateways
                .keys()
                .map(|account| Instrument { account: account.clone(), token: vec![1] })
                .collect(),
            card: TenderCard::default(),
            capture_policy: CapturePolicy::AtFulfilment,
            action_window: None,
            return_url: None,
            claimed_at: now,
            place_by: after(now, policy.place_window),
            goal: Goal::Hold,
            skipped: vec![],
            attempts: vec![],
        };
        let tape = Tape { bytes: tape, at: 0 };
        Self {
            tape,
            now,
            policy,
            committed: payment.clone(),
            payment,
            gateways,
            ids: 100,
            seen: BTreeSet::new(),
        }
    }

    /// Walks to the end and tells which states were seen.
    pub(super) fn run(mut self) -> BTreeSet<&'static str> {
        while !self.tape.used_up() {
            self.disturb();
            self.step();
        }
        self.run_to_the_end();
        match self.verdict() {
            Verdict::Held if self.payment.goal == Goal::Hold && self.ids.is_multiple_of(2) => {
                self.react(Input::Ordered(OrderId(Uuid::from_u128(4))));
                self.try_react(|operation| Input::Capture { operation, amount_minor: 1_000 });
            }
            _ if self.payment.goal == Goal::Hold => self.react(Input::Goal(Goal::Release)),
            _ => {}
        }
        self.run_to_the_end();
        safety::all_is_told(&self.payment, &self.gateways);
        self.an_operator_helps();
        self.seen
    }

    /// NEEDS_REVIEW is not a grave: where the gateway can be asked, asking again settles what is held.
    fn an_operator_helps(&mut self) {
        for _ in 0..3 {
            self.react(Input::Signalled);
            self.run_to_the_end();
        }
        safety::all_is_told(&self.payment, &self.gateways);
        for attempt in self.payment.attempts.iter().filter(|attempt| attempt.needs_review) {
            let gateway = &self.gateways[&attempt.account];
            let known = &gateway.capabilities;
            // What never reached a vendor that tells later it never tells of, and no look proves that it will not.
            let told = known.read_by_id == Lookup::Consistent
                && known.reference_lookup == Lookup::Consistent
                && !known.tells_later;
            let settled = self.payment.goal != Goal::Release;
            assert!(!told || settled || gateway.held() + gateway.kept() == 0, "stuck: {attempt:?}");
        }
    }

    /// Steps until nothing more is to be done, with nothing going wrong.
    fn run_to_the_end(&mut self) {
        for _ in 0..STEPS_TO_END {
            if self.step() {
                let last = Duration::from_hours(48);
                self.now = after(self.now, last);
                self.land();
                return;
            }
        }
        panic!("no end in sight: {:#?}", self.payment);
    }

    fn verdict(&self) -> Verdict {
        let known = self.known(None);
        let facts = Facts { now: self.now, policy: &self.policy, gateways: &known, books: &Books::default() };
        decide::verdict(&self.payment, &facts)
    }

    fn known(&self, out: Option<(AccountId, Option<NotSent>)>) -> BTreeMap<AccountId, GatewayFacts> {
        let mut known: BTreeMap<_, _> = self
            .gateways
            .iter()
            .map(|(account, gateway)| {
                let capabilities = gateway.capabilities.clone();
                (account.clone(), GatewayFacts { capabilities, unavailable: None })
            })
            .collect();
        match out {
            Some((account, None)) => drop(known.remove(&account)),
            Some((account, reason)) => {
                known.entry(account).and_modify(|facts| facts.unavailable = reason);
            }
            None => {}
        }
        known
    }

    /// One turn of the driver; true when nothing more is to be done.
    fn step(&mut self) -> bool {
        self.land();
        if self.tape.used_up() {
            self.everything_is_told();
        }
        let accounts: Vec<_> = self.gateways.keys().cloned().collect();
        let one = accounts[usize::from(self.tape.draw(3)) % accounts.len()].clone();
        let out = match self.tape.draw(12) {
            10 => Some((one, Some(NotSent::BreakerOpen))),
            11 => Some((one, None)),
            _ => None,
        };
        let known = self.known(out);
        let facts = Facts { now: self.now, policy: &self.policy, gateways: &known, books: &Books::default() };
        let decision = decide::decide(&self.payment, &facts);
        assert_eq!(decision, decide::decide(&self.payment, &facts), "pure");
        match decision {
            Decision::Do(effect) => {
                self.perform(effect);
                false
            }
            Decision::Conclude(conclusion) => {
                self.react(Input::Conclude(conclusion));
                false
            }
            Decision::Wait { until } => {
                assert_ne!(until, Timestamp::MAX, "waits for nobody: {:#?}", self.payment);
                assert!(until > self.now, "waits for the past");
                self.commit();
                self.now = until;
                false
            }
            Decision::Done => {
                self.commit();
                true
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        let decided_at = self.now;
        match effect {
            Effect::Look { attempt, operation } => self.look(attempt, operation),
            Effect::Replay { operation } => {
                let by = after(decided_at, self.policy.send_window);
                self.send(operation, true, by);
            }
            effect => {
                let (attempt, fresh) = (AttemptId(self.id()), OperationId(self.id()));
                let operation = if let Effect::Send { operation } = effect { operation } else { fresh };
                let rendered = operation.to_string().into_bytes();
                self.react(Input::Intend(Intent { effect, attempt, operation: fresh, rendered }));
                self.commit();
                if self.tape.draw(16) == 15 {
                    return self.crash();
                }
                let by = self.payment.attempt_of(operation).unwrap().operation(operation).unwrap().send_by;
                self.send(operation, false, by.unwrap());
            }
        }
    }

    fn look(&mut self, attempt: AttemptId, operation: Option<OperationId>) {
        self.land();
        let of = self.payment.attempts.iter().find(|each| each.id == attempt).unwrap();
        let gateway = &self.gateways[&of.account];
        let by_id = gateway.capabilities.looks_by_id(of.object.is_some());
        let outcome = match self.tape.draw(10) {
            7 => Outcome::NotSent(NotSent::BreakerOpen),
            8 => Outcome::Unknown(UnknownCause::Timeout),
            9 => gateway.look(by_id, operation, true, self.now),
            _ => gateway.look(by_id, operation, false, self.now),
        };
        self.react(Input::Looked { attempt, operation, outcome });
    }

    fn send(&mut self, operation: OperationId, replay: bool, by: Timestamp) {
        self.now = after(self.now, Duration::from_secs([0, 0, 0, 3, 6][usize::from(self.tape.draw(5))]));
        self.land();
        let attempt = self.payment.attempt_of(operation).unwrap().clone();
        let row = attempt.operation(operation).unwrap().clone();
        let until = attempt.authorises_until(row.kind, self.payment.place_by);
        let by = if row.kind.authorises() && replay { by.min(until) } else { by };
        let outcome = if self.now >= by {
            Outcome::NotSent(NotSent::TooLate)
        } else {
            let kept = self.committed.attempt_of(operation).unwrap().operation(operation).unwrap();
            assert!(kept.outstanding() && kept.rendered == row.rendered, "I6: not durable before it left");
            if row.kind.authorises() {
                assert!(self.now < until, "I27: {:?} left after {until}", row.kind);
                safety::nothing_held_elsewhere(&attempt.account, &self.gateways);
            }
            let request = Request {
                operation,
                kind: row.kind,
                amount_minor: row.amount_minor,
                bytes: row.rendered.clone().unwrap(),
                by_id: attempt.object.is_some(),
                answer: self.answer(),
            };
            self.transmit(&attempt.account, &request)
        };
        if self.tape.draw(16) == 15 {
            return self.crash();
        }
        self.react(Input::Outcome { operation, replay, outcome });
    }

    fn answer(&mut self) -> Answer {
        match self.tape.draw(18) {
            11 => Answer::WrongAmount,
            12 => Answer::WrongReference,
            13 => Answer::Partial,
            14 => Answer::Processing,
            15 => Answer::Action,
            16 => Answer::Decline(DeclineClass::IssuerUnavailable),
            17 => Answer::Decline(DeclineClass::ALL[usize::from(self.tape.draw(23))]),
            _ => Answer::Approve,
        }
    }

    /// The way to the gateway and back, where most things go wrong.
    fn transmit(&mut self, account: &AccountId, request: &Request) -> Outcome {
        let fault = self.tape.draw(24);
        let spans =
            if request.kind.authorises() { [1, 8, 40, 80, 10_000, 70_000] } else { [1, 8, 40, 80, 2, 60] };
        let span = Duration::from_secs(spans[usize::from(self.tape.draw(6))]);
        let now = self.now;
        let gateway = self.gateways.get_mut(account).unwrap();
        let cause =
            [UnknownCause::Timeout, UnknownCause::Reset, UnknownCause::Garbage, UnknownCause::InProgress];
        let cause = cause[usize::from(fault % 4)];
        if cause == UnknownCause::Timeout && (12..20).contains(&fault) {
            self.now = after(now, gateway.capabilities.timeout);
        }
        match fault {
            10 => Outcome::NotSent(NotSent::Connect),
            11 => Outcome::NotSent(NotSent::RateLimited),
            12 | 13 => Outcome::Unknown(cause),
            14..=16 => {
                let _ = gateway.arrive(request, now);
                Outcome::Unknown(cause)
            }
            17..=19 => {
                gateway.fly(request.clone(), after(now, span));
                Outcome::Unknown(cause)
            }
            20 | 21 => {
                gateway.break_down(request, fault == 20, now);
                Outcome::Unknown(UnknownCause::ServerError)
            }
            22 => Outcome::Refused(Refusal {
                code: "bad".to_owned(),
                class: None,
                not_found: false,
                retry_after: None,
            }),
            23 => {
                gateway.fly(request.clone(), after(now, span));
                let class = Some(DeclineClass::Duplicate);
                Outcome::Refused(Refusal {
                    code: "dup".to_owned(),
                    class,
                    not_found: false,
                    retry_after: None,
                })
            }
            _ => gateway.arrive(request, now),
        }
    }

    /// What others do meanwhile: the customer, the owner, messages, and death.
    fn disturb(&mut self) {
        let now = self.now;
        match self.tape.draw(40) {
            1 => self.react(Input::Goal(Goal::Release)),
            2 | 3 => self.react(Input::Signalled),
            4 | 5 => self.gateways.values_mut().for_each(|gateway| gateway.finish(true, now)),
            6 => self.gateways.values_mut().for_each(|gateway| gateway.finish(false, now)),
            7 | 8 => self.crash(),
            9 | 10 => {
                if let Some(attempt) = self.payment.attempts.first() {
                    self.look(attempt.id, None);
                }
            }
            27..=30 => self.told(),
            31 | 32 => self.react(Input::Returned { brought_back: vec![1] }),
            33 | 34 => {
                let place = usize::from(self.tape.draw(8));
                self.gateways.values_mut().for_each(|gateway| gateway.make_up_its_mind(place, now));
            }
            35..=37 => self.a_letter_comes(),
            11 => self.now = after(now, Duration::from_secs(1)),
            12 => self.now = after(now, Duration::from_hours(20)),
            13..=17 if self.verdict() == Verdict::Held && self.payment.goal == Goal::Hold => {
                self.react(Input::Ordered(OrderId(Uuid::from_u128(4))));
            }
            18..=21 => self.try_react(|operation| Input::Capture { operation, amount_minor: 1_000 }),
            22 => self.try_react(|operation| Input::Capture { operation, amount_minor: 400 }),
            23..=26 => self.try_react(|operation| Input::Refund { operation, amount_minor: 300 }),
            _ => {}
        }
    }

    /// A message of some account, true or not.
    fn told(&mut self) {
        let hint = Hint::ALL[usize::from(self.tape.draw(4))];
        let accounts: Vec<_> = self.gateways.keys().cloned().collect();
        let account = accounts[usize::from(self.tape.draw(3)) % accounts.len()].clone();
        self.react(Input::Hinted { account, object: None, hint });
    }

    /// Any of the letters that a vendor has written, once or not for the last time.
    fn a_letter_comes(&mut self) {
        let (place, again) = (usize::from(self.tape.draw(8)), self.tape.draw(3) == 2);
        let mut written = vec![];
        for (account, gateway) in &mut self.gateways {
            if gateway.letters.is_empty() {
                continue;
            }
            let place = place % gateway.letters.len();
            let letter = gateway.letters[place].clone();
            if !again {
                gateway.letters.remove(place);
            }
            written.push((account.clone(), letter));
        }
        for (account, told) in written {
            self.hear(account, told);
        }
    }

    /// Every vendor makes up its mind and is heard.
    fn everything_is_told(&mut self) {
        let now = self.now;
        for account in self.gateways.keys().cloned().collect::<Vec<_>>() {
            let letters = {
                let gateway = self.gateways.get_mut(&account).unwrap();
                for _ in 0..16 {
                    gateway.make_up_its_mind(0, now);
                }
                std::mem::take(&mut gateway.letters)
            };
            for told in letters {
                self.hear(account.clone(), told);
            }
        }
    }

    /// A letter is durable once it was heard, whatever becomes of whoever drives.
    fn hear(&mut self, account: AccountId, told: Told) {
        let input = Input::Told { account, object: None, told };
        let committed = react::react(&self.committed, input.clone(), self.now, &self.policy);
        self.committed =
            committed.unwrap_or_else(|error| panic!("{error}: {input:?} on {:#?}", self.committed));
        self.react(input);
    }

    /// An act of the owner's, who may be told that there is nothing to act on.
    fn try_react(&mut self, input: impl FnOnce(OperationId) -> Input) {
        let input = input(OperationId(self.id()));
        match react::react(&self.payment, input.clone(), self.now, &self.policy) {
            Ok(_) if self.payment.goal != Goal::Hold => {
                self.react(input);
                self.commit();
            }
            Ok(_) | Err(Impossible::Amount { .. } | Impossible::State) => {}
            Err(other) => panic!("{other}"),
        }
    }

    fn react(&mut self, input: Input) {
        let next = react::react(&self.payment, input.clone(), self.now, &self.policy)
            .unwrap_or_else(|error| panic!("{error}: {input:?} on {:#?}", self.payment));
        safety::changed_by_the_table(&self.payment, &next);
        self.seen.extend(next.attempts.iter().map(|attempt| attempt.state.as_str()));
        self.payment = next;
        safety::holds(&self.payment, &self.gateways);
    }

    /// Everything in memory is lost; whoever comes next reads what was committed.
    fn crash(&mut self) {
        self.payment = self.committed.clone();
        self.now = after(self.now, LEASE);
        self.land();
        self.react(Input::Recovered);
        self.commit();
    }

    fn commit(&mut self) {
        self.committed = self.payment.clone();
    }

    fn land(&mut self) {
        for gateway in self.gateways.values_mut() {
            gateway.land(self.now);
        }
    }

    fn id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }
}
