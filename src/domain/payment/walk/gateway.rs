//! A naive gateway with a ledger of its own: what it executed, whatever anybody was told of it.
//!
//! It knows nothing of the machine's rules, so that it can contradict them.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::ids::OperationId;
use crate::domain::money::Money;
use crate::domain::payment::capabilities::{Lookup, Replay};
use crate::domain::payment::outcome::{Outcome, Refusal, Status, UnknownCause, View};
use crate::domain::payment::policy::after;
use crate::domain::payment::{Decline, DeclineClass, GatewayCapabilities, OperationKind, Said, Told};

/// How long a lagging read may miss what was written.
const LAG: Duration = Duration::from_mins(1);

/// What the issuer says when asked to hold the amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Approve,
    Decline(DeclineClass),
    Action,
    Processing,
    WrongAmount,
    WrongReference,
    Partial,
}

#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) operation: OperationId,
    pub(super) kind: OperationKind,
    pub(super) amount_minor: i64,
    pub(super) bytes: Vec<u8>,
    pub(super) by_id: bool,
    pub(super) answer: Answer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    Created,
    Action,
    Approved,
    Processing,
    Authorised,
    Captured,
    Voided,
    Declined(Decline),
}

#[derive(Debug, Clone)]
pub(super) struct Object {
    phase: Phase,
    amount: Money,
    reference: String,
    held: i64,
    pub(super) captured: i64,
    captures: Vec<OperationId>,
    refunds: BTreeMap<OperationId, i64>,
    pub(super) wrong: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Gateway {
    pub(super) capabilities: GatewayCapabilities,
    pub(super) asked: Money,
    pub(super) reference: String,
    pub(super) object: Option<Object>,
    before: Option<(Timestamp, Option<Object>)>,
    keys: BTreeMap<OperationId, (Vec<u8>, Outcome)>,
    flying: Vec<(Timestamp, Request)>,
    /// Received and not executed yet, where the vendor tells later.
    received: Vec<Request>,
    /// What it has to tell.
    pub(super) letters: Vec<Told>,
}

fn refusal(code: &str, not_found: bool) -> Outcome {
    Outcome::Refused(Refusal { code: code.to_owned(), class: None, not_found, retry_after: None })
}

impl Gateway {
    pub(super) fn new(capabilities: GatewayCapabilities, asked: Money, reference: String) -> Self {
        Self {
            capabilities,
            asked,
            reference,
            object: None,
            before: None,
            keys: BTreeMap::new(),
            flying: Vec::new(),
            received: Vec::new(),
            letters: Vec::new(),
        }
    }

    /// Executes a request that has arrived, as this vendor's keys have it.
    pub(super) fn arrive(&mut self, request: &Request, now: Timestamp) -> Outcome {
        if let Some((bytes, first)) = self.keys.get(&request.operation) {
            assert_eq!(bytes, &request.bytes, "I6: the same key came with other bytes");
            assert_eq!(self.capabilities.replay, Replay::ForcesOutcome, "R3: replayed where it must not be");
            return first.clone();
        }
        self.before = Some((now, self.object.clone()));
        let later = self.capabilities.tells_later && !request.kind.authorises();
        let outcome = if later {
            self.received.push(request.clone());
            Outcome::Unknown(UnknownCause::Processing)
        } else {
            self.execute(request)
        };
        self.keys.insert(request.operation, (request.bytes.clone(), outcome.clone()));
        outcome
    }

    /// The vendor breaks and stores its 500 under the key, as Stripe does.
    pub(super) fn break_down(&mut self, request: &Request, executes: bool, now: Timestamp) {
        if executes {
            let _ = self.arrive(request, now);
        }
        let stored = (request.bytes.clone(), Outcome::Unknown(UnknownCause::ServerError));
        if self.capabilities.replay == Replay::ForcesOutcome {
            self.keys.insert(request.operation, stored);
        }
    }

    /// Executes something that it has received, and has something to tell of it.
    pub(super) fn make_up_its_mind(&mut self, place: usize, now: Timestamp) {
        if self.received.is_empty() {
            return;
        }
        let request = self.received.remove(place % self.received.len());
        self.before = Some((now, self.object.clone()));
        let amount = Money { minor: request.amount_minor, ..self.asked };
        let said = match self.execute(&request) {
            Outcome::Refused(refusal) => Said::Refused(refusal),
            _ => Said::Done { amount: place.is_multiple_of(2).then_some(amount) },
        };
        self.letters.push(Told { operation: Some(request.operation), said });
    }

    pub(super) fn fly(&mut self, request: Request, lands_at: Timestamp) {
        self.flying.push((lands_at, request));
    }

    pub(super) fn land(&mut self, now: Timestamp) {
        let (due, later): (Vec<_>, Vec<_>) = self.flying.drain(..).partition(|(at, _)| *at <= now);
        self.flying = later;
        for (at, request) in due {
            let _ = self.arrive(&request, at);
        }
    }

    fn execute(&mut self, request: &Request) -> Outcome {
        let tombstones = self.capabilities.void_tombstones;
        match (request.kind, self.object.as_ref().map(|object| object.phase.clone())) {
            (OperationKind::Create, None) => {
                let asks = self.capabilities.confirms_after_action && request.answer == Answer::Action;
                self.object = Some(self.fresh(if asks { Phase::Action } else { Phase::Created }));
            }

            (OperationKind::Authorise, None) => {
                self.object = Some(self.fresh(Phase::Created));
                self.authorise(request.answer);
            }
            (OperationKind::Confirm, Some(Phase::Created | Phase::Approved)) => {
                self.authorise(request.answer);
            }
            (OperationKind::Confirm | OperationKind::Authorise, Some(Phase::Voided)) if !tombstones => {
                self.authorise(request.answer);
            }
            (OperationKind::Void, None) if tombstones && self.capabilities.void_by_reference => {
                self.object = Some(self.fresh(Phase::Voided));
            }
            (
                OperationKind::Void,
                Some(
                    Phase::Created
                    | Phase::Action
                    | Phase::Approved
                    | Phase::Processing
                    | Phase::Authorised
                    | Phase::Voided,
                ),
            ) if request.by_id || self.capabilities.void_by_reference => {
                self.with(|object| {
                    object.phase = Phase::Voided;
                    object.held = 0;
                });
            }
            (OperationKind::Capture, Some(Phase::Authorised)) if self.held() >= request.amount_minor => {
                self.with(|object| {
                    object.phase = Phase::Captured;
                    object.held = 0;
                    object.captured += request.amount_minor;
                    object.captures.push(request.operation);
                });
            }
            (OperationKind::Refund, Some(Phase::Captured)) if self.kept() >= request.amount_minor => {
                self.with(|object| {
                    object.refunds.insert(request.operation, request.amount_minor);
                });
            }
            (_, phase) => return refusal("not_now", phase.is_none()),
        }
        self.view(Some(request.operation)).map_or_else(|| refusal("gone", true), Outcome::Definite)
    }

    fn fresh(&self, phase: Phase) -> Object {
        Object {
            phase,
            amount: self.asked,
            reference: self.reference.clone(),
            held: 0,
            captured: 0,
            captures: Vec::new(),
            refunds: BTreeMap::new(),
            wrong: false,
        }
    }

    fn with(&mut self, change: impl FnOnce(&mut Object)) {
        if let Some(object) = &mut self.object {
            change(object);
        }
    }

    fn authorise(&mut self, answer: Answer) {
        let asked = self.asked.minor;
        let at_once = !self.capabilities.captures_separately;
        self.with(|object| {
            let amount = match answer {
                Answer::Decline(class) => {
                    object.phase = Phase::Declined(Decline::new(class, "no".to_owned()));
                    return;
                }
                Answer::Action => return object.phase = Phase::Action,
                Answer::Processing => return object.phase = Phase::Processing,
                Answer::Approve => asked,
                Answer::WrongAmount => {
                    object.amount.minor = asked + 7;
                    asked + 7
                }
                Answer::WrongReference => {
                    "other".clone_into(&mut object.reference);
                    asked
                }
                Answer::Partial => asked - 7,
            };
            object.wrong = answer != Answer::Approve;
            if at_once {
                object.phase = Phase::Captured;
                object.captured = amount;
            } else {
                object.phase = Phase::Authorised;
                object.held = amount;
            }
        });
        if self.capabilities.tells_later {
            let seen = self.view(None).map(|view| Told { operation: None, said: Said::Seen(view) });
            self.letters.extend(seen);
        }
    }

    /// The customer acts, or the vendor makes up its mind.
    pub(super) fn finish(&mut self, succeeds: bool, now: Timestamp) {
        if self.object.as_ref().is_some_and(|o| matches!(o.phase, Phase::Action | Phase::Processing)) {
            self.before = Some((now, self.object.clone()));
            let asked = self.object.as_ref().is_some_and(|object| object.phase == Phase::Action);
            if succeeds && asked && self.capabilities.confirms_after_action {
                return self.with(|object| object.phase = Phase::Approved);
            }
            let no = Answer::Decline(DeclineClass::DoNotHonor);
            self.authorise(if succeeds { Answer::Approve } else { no });
        }
    }

    /// What a look shows; `stale` if a lagging read is to miss what was written last.
    pub(super) fn look(
        &self,
        by_id: bool,
        operation: Option<OperationId>,
        stale: bool,
        now: Timestamp,
    ) -> Outcome {
        let sight = if by_id { self.capabilities.read_by_id } else { self.capabilities.reference_lookup };
        let seen = match (&self.before, sight) {
            (_, Lookup::None) => return Outcome::Unknown(UnknownCause::NotConclusive),
            (Some((at, before)), Lookup::Lagging) if stale && now < after(*at, LAG) => {
                Self { object: before.clone(), ..self.clone() }.view(operation)
            }
            _ => self.view(operation),
        };
        seen.map_or_else(|| refusal("unknown", true), Outcome::Definite)
    }

    fn view(&self, operation: Option<OperationId>) -> Option<View> {
        let object = self.object.as_ref()?;
        let status = match &object.phase {
            Phase::Created => Status::Created,
            Phase::Action => Status::ActionNeeded { redirect_url: "https://bank.test/".to_owned() },
            Phase::Approved => Status::Approved,
            Phase::Processing => Status::Processing,
            Phase::Authorised => Status::Authorised,
            Phase::Captured => Status::Captured,
            Phase::Voided => Status::Voided,
            Phase::Declined(decline) => Status::Declined(decline.clone()),
        };
        Some(View {
            object: Some("obj".to_owned()),
            status,
            amount: object.amount,
            reference: Some(object.reference.clone()),
            capturable_minor: object.held,
            captured_minor: object.captured,
            refunded_minor: operation.map(|id| object.refunds.get(&id).copied().unwrap_or(0)),
            card: None,
        })
    }

    pub(super) fn held(&self) -> i64 {
        self.object.as_ref().map_or(0, |object| object.held)
    }

    /// Captured and not refunded.
    pub(super) fn kept(&self) -> i64 {
        self.object.as_ref().map_or(0, |object| object.captured - object.refunds.values().sum::<i64>())
    }

    pub(super) fn captured(&self) -> i64 {
        self.object.as_ref().map_or(0, |object| object.captured)
    }

    /// Whether the ledger has this capture or refund.
    pub(super) fn executed(&self, operation: OperationId) -> bool {
        self.object
            .as_ref()
            .is_some_and(|o| o.captures.contains(&operation) || o.refunds.contains_key(&operation))
    }

    /// The most that it may yet come to hold, if everything under way lands and everybody says yes.
    pub(super) fn may_come_to_hold(&self) -> i64 {
        let worst = |acts_first: bool| {
            let mut worst = self.clone();
            if acts_first {
                worst.finish(true, Timestamp::MAX);
            }
            worst.land(Timestamp::MAX);
            worst.finish(true, Timestamp::MAX);
            worst.held() + worst.kept()
        };
        worst(false).max(worst(true))
    }

    pub(super) fn quiet(&self) -> bool {
        self.flying.is_empty() && self.received.is_empty() && self.letters.is_empty()
    }
}
