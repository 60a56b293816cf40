//! A naive gateway with a book of its own: what it executed, whatever anybody was told of it. It knows nothing
//! of the machine's rules, so that it can contradict them.

use cashwrap::domain::ids::OperationId;
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::capabilities::{Lookup, Replay};
use cashwrap::domain::payment::outcome::Refusal;
use cashwrap::domain::payment::{
    Decline, DeclineClass, GatewayCapabilities, OperationKind, Outcome, Status, UnknownCause, View,
};

use crate::sale;
use crate::state::{Ask, Call};

/// How the gateway, or the issuer behind it, takes a request that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Yes.
    Approve,
    /// No; another gateway might say yes.
    DeclineSoftly,
    /// No, wherever it is asked.
    DeclineForGood,
    /// The customer must act first.
    AskCustomer,
    /// Yes, to another amount.
    OtherAmount,
    /// It executes, and breaks before it answers; the broken answer is kept under the key.
    BreakAfter,
    /// It breaks before it executes; the broken answer is kept under the key.
    BreakBefore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    Created,
    Acting,
    Held,
    Captured,
    Voided,
    Declined(DeclineClass),
}

/// A vendor's object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Object {
    pub phase: Phase,
    /// What it was asked for, as the gateway took it.
    pub minor: i64,
    pub captured_by: Option<OperationId>,
    pub refunds: Vec<(OperationId, i64)>,
}

impl Object {
    fn new(phase: Phase) -> Self {
        Self { phase, minor: sale::AMOUNT, captured_by: None, refunds: vec![] }
    }

    pub fn held(&self) -> i64 {
        if self.phase == Phase::Held { self.minor } else { 0 }
    }

    pub fn captured(&self) -> i64 {
        if self.phase == Phase::Captured { self.minor } else { 0 }
    }

    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|(_, minor)| minor).sum()
    }

    /// Held, or captured and not given back.
    pub fn keeps(&self) -> i64 {
        self.held() + self.captured() - self.refunded()
    }

    fn authorise(&mut self, answer: Answer) {
        self.phase = match answer {
            Answer::Approve | Answer::BreakAfter | Answer::BreakBefore => Phase::Held,
            Answer::DeclineSoftly => Phase::Declined(DeclineClass::IssuerUnavailable),
            Answer::DeclineForGood => Phase::Declined(DeclineClass::InsufficientFunds),
            Answer::AskCustomer => Phase::Acting,
            Answer::OtherAmount => {
                self.minor += 7;
                Phase::Held
            }
        };
    }
}

/// The book of one gateway.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Ledger {
    pub objects: Vec<Object>,
    /// A void came for our reference before anything else: what comes later is refused.
    tombstone: bool,
    /// First answers, by key.
    keys: Vec<(OperationId, Outcome)>,
}

fn refusal(code: &str, not_found: bool) -> Outcome {
    Outcome::Refused(Refusal { code: code.to_owned(), class: None, not_found, retry_after: None })
}

impl Ledger {
    /// Whether the request would move money or make an object, rather than be answered from what was kept.
    pub fn would_authorise(&self, call: &Call, promises: &GatewayCapabilities) -> bool {
        let known = call.operation.and_then(|id| self.kept(id)).is_some();
        if known && promises.replay == Replay::ForcesOutcome {
            return false;
        }
        let phase = call.object.and_then(|place| self.objects.get(place)).map(|object| object.phase);
        match call.ask {
            Ask::Money(OperationKind::Authorise) => !self.tombstone,
            Ask::Money(OperationKind::Confirm) => {
                phase == Some(Phase::Created) || (phase == Some(Phase::Voided) && !promises.void_tombstones)
            }
            _ => false,
        }
    }

    /// Takes a request in.
    pub fn arrive(&mut self, call: &Call, answer: Answer, promises: &GatewayCapabilities) -> Outcome {
        let (Some(id), Ask::Money(kind)) = (call.operation, call.ask) else {
            return self.look(call, promises);
        };
        if promises.replay == Replay::ForcesOutcome
            && let Some(first) = self.kept(id)
        {
            return first.clone();
        }
        let broken = Outcome::Unknown(UnknownCause::ServerError);
        let outcome = match answer {
            Answer::BreakBefore => broken,
            Answer::BreakAfter => {
                let _ = self.execute(call, id, kind, answer, promises);
                broken
            }
            _ => self.execute(call, id, kind, answer, promises),
        };
        if promises.replay == Replay::ForcesOutcome {
            self.keys.push((id, outcome.clone()));
        }
        outcome
    }

    fn kept(&self, id: OperationId) -> Option<&Outcome> {
        self.keys.iter().find(|(key, _)| *key == id).map(|(_, first)| first)
    }

    fn execute(
        &mut self,
        call: &Call,
        id: OperationId,
        kind: OperationKind,
        answer: Answer,
        promises: &GatewayCapabilities,
    ) -> Outcome {
        let place = match kind {
            OperationKind::Create | OperationKind::Authorise if self.tombstone => {
                return refusal("voided", false);
            }
            OperationKind::Create | OperationKind::Authorise => {
                self.objects.push(Object::new(Phase::Created));
                self.objects.len() - 1
            }
            OperationKind::Void if promises.void_by_reference => {
                self.tombstone |= promises.void_tombstones;
                if self.objects.is_empty() {
                    self.objects.push(Object::new(Phase::Voided));
                }
                call.object.unwrap_or_default()
            }
            _ => match call.object {
                Some(place) if place < self.objects.len() => place,
                _ => return refusal("unknown", true),
            },
        };
        let again = self.would_authorise(call, promises);
        let object = &mut self.objects[place];
        match (kind, object.phase) {
            (OperationKind::Create, _) => {}
            (OperationKind::Authorise, _) => object.authorise(answer),
            (OperationKind::Confirm, _) if again => object.authorise(answer),
            (OperationKind::Void, Phase::Created | Phase::Acting | Phase::Held | Phase::Voided) => {
                object.phase = Phase::Voided;
            }
            (OperationKind::Capture, Phase::Held) => {
                object.phase = Phase::Captured;
                object.captured_by = Some(id);
            }
            (OperationKind::Refund, Phase::Captured) if object.keeps() >= call.amount_minor => {
                object.refunds.push((id, call.amount_minor));
            }
            _ => return refusal("not_now", false),
        }
        Outcome::Definite(self.view(place, Some(id)))
    }

    /// The customer does what the gateway asked for, or does not.
    pub fn customer_acts(&mut self, place: usize, succeeds: bool) {
        let no = DeclineClass::InsufficientFunds;
        self.objects[place].phase = if succeeds { Phase::Held } else { Phase::Declined(no) };
    }

    fn look(&self, call: &Call, promises: &GatewayCapabilities) -> Outcome {
        let place = match call.object {
            Some(place) if promises.looks_by_id(true) => place,
            _ if promises.reference_lookup == Lookup::None => {
                return Outcome::Unknown(UnknownCause::NotConclusive);
            }
            _ => self.objects.iter().position(|object| object.keeps() > 0).unwrap_or_default(),
        };
        if place < self.objects.len() {
            Outcome::Definite(self.view(place, call.operation))
        } else {
            refusal("unknown", true)
        }
    }

    fn view(&self, place: usize, operation: Option<OperationId>) -> View {
        let object = &self.objects[place];
        let refunded = |id| object.refunds.iter().filter(|(by, _)| *by == id).map(|(_, minor)| minor).sum();
        View {
            object: Some(place.to_string()),
            status: match object.phase {
                Phase::Created => Status::Created,
                Phase::Acting => Status::ActionNeeded { redirect_url: "https://bank.test/".to_owned() },
                Phase::Held => Status::Authorised,
                Phase::Captured => Status::Captured,
                Phase::Voided => Status::Voided,
                Phase::Declined(class) => Status::Declined(Decline::new(class, "no".to_owned())),
            },
            amount: Money::new(object.minor, sale::amount().currency),
            reference: Some(sale::reference().to_string()),
            capturable_minor: object.held(),
            captured_minor: object.captured(),
            refunded_minor: operation.map(refunded),
            card: None,
        }
    }

    /// Held, or captured and not given back, over all objects.
    pub fn keeps(&self) -> i64 {
        self.objects.iter().map(Object::keeps).sum()
    }

    /// Whether something may yet come to be held without another request of ours.
    pub fn waits_for_customer(&self) -> bool {
        self.objects.iter().any(|object| object.phase == Phase::Acting)
    }

    /// Whether the book has this capture or refund.
    pub fn executed(&self, id: OperationId) -> bool {
        self.objects
            .iter()
            .any(|object| object.captured_by == Some(id) || object.refunds.iter().any(|(by, _)| *by == id))
    }
}
