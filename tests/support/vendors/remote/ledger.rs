//! What an honest partner keeps: objects by id, answers by key, tombstones by payment.

use std::collections::{BTreeMap, BTreeSet};

use cashwrap::proto::partner::v1 as wire;
use cashwrap::proto::partner::v1::execute_request::Operation;
use cashwrap::proto::partner::v1::find_request::Question;
use cashwrap::proto::partner::v1::notification::Told;
use cashwrap::proto::partner::v1::outcome::Outcome;
use cashwrap::proto::partner::v1::view::State;
use prost::Message as _;

/// How a partner is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent promises, not states")]
pub struct Promises {
    /// Whether a key is executed once.
    pub keys: bool,
    /// What lookups see. They see everything here, whatever is promised, unless they cannot be asked.
    pub lookups: wire::Lookup,
    /// Whether a void leaves a tombstone, and works by payment.
    pub tombstones: bool,
    /// Whether a payment is created and then confirmed.
    pub two_step: bool,
    /// Whether the customer's action only allows it.
    pub confirms_after_action: bool,
    /// Whether captures, voids and refunds are only received.
    pub tells_later: bool,
}

impl Promises {
    /// Everything that a partner can promise, in one step.
    pub const STRONG: Self = Self {
        keys: true,
        lookups: wire::Lookup::Consistent,
        tombstones: true,
        two_step: false,
        confirms_after_action: false,
        tells_later: false,
    };

    /// Next to nothing, in one step.
    pub const WEAK: Self =
        Self { keys: false, lookups: wire::Lookup::Lagging, tombstones: false, ..Self::STRONG };

    /// As the partner tells it.
    pub fn told(self) -> wire::Capabilities {
        let replay = if self.keys { wire::Replay::ForcesOutcome } else { wire::Replay::None };
        wire::Capabilities {
            replay: replay.into(),
            key_life: Some(prost_types::Duration { seconds: 86_400, nanos: 0 }),
            lookup_by_object: self.lookups.into(),
            lookup_by_payment: self.lookups.into(),
            voids_by_payment: self.tombstones,
            voids_leave_tombstones: self.tombstones,
            two_step: self.two_step,
            confirms_after_action: self.confirms_after_action,
            tells_later: self.tells_later,
            executes_within: None,
        }
    }
}

/// Sums of what was done, for whoever judges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Book {
    /// How often an amount was held.
    pub holds: u32,
    /// Held now.
    pub held_minor: i64,
    /// How often something was captured.
    pub captures: u32,
    /// Captured in all.
    pub captured_minor: i64,
    /// How often something was refunded.
    pub refunds: u32,
    /// Refunded in all.
    pub refunded_minor: i64,
}

#[derive(Debug, Clone)]
struct Object {
    payment: String,
    token: String,
    amount: wire::Money,
    state: State,
    held: i64,
    captured: i64,
    refunds: BTreeMap<String, i64>,
}

/// The ledger of one account.
#[derive(Debug)]
pub struct Ledger {
    /// What it promises, and keeps.
    pub promises: Promises,
    objects: BTreeMap<String, Object>,
    answers: BTreeMap<String, (Vec<u8>, Outcome)>,
    voided_payments: BTreeSet<String>,
    notifications: Vec<wire::Notification>,
    book: Book,
}

impl Ledger {
    /// An empty one.
    pub fn new(promises: Promises) -> Self {
        Self {
            promises,
            objects: BTreeMap::new(),
            answers: BTreeMap::new(),
            voided_payments: BTreeSet::new(),
            notifications: Vec::new(),
            book: Book::default(),
        }
    }

    /// What was done.
    pub fn book(&self) -> Book {
        let sum = |of: fn(&Object) -> i64| self.objects.values().map(of).sum();
        Book {
            held_minor: sum(|object| object.held),
            captured_minor: sum(|object| object.captured),
            ..self.book
        }
    }

    /// The customer decides about the object at this address.
    pub fn act(&mut self, redirect_url: &str, allow: bool) {
        let id = redirect_url.rsplit('/').next().unwrap();
        let confirms = self.promises.confirms_after_action;
        let object = self.objects.get_mut(id).unwrap();
        object.state = match (allow, confirms) {
            (true, true) => State::Approved(wire::Approved {}),
            (true, false) => {
                object.held = object.amount.minor_units;
                self.book.holds += 1;
                State::Authorised(wire::Authorised { capturable_minor: object.held })
            }
            (false, _) => declined("authentication_failed", wire::DeclineClass::ScaRequired),
        };
    }

    /// Executes a request, given as it came.
    pub fn execute(&mut self, bytes: &[u8]) -> Outcome {
        let request = wire::ExecuteRequest::decode(bytes).unwrap();
        if self.promises.keys
            && let Some((first, answer)) = self.answers.get(&request.idempotency_key)
        {
            return if first == bytes { answer.clone() } else { Outcome::Unknown(wire::Unknown::default()) };
        }
        let answer = self.act_on(&request);
        let answer = if self.promises.tells_later { self.tell_later(&request, answer) } else { answer };
        self.answers.insert(request.idempotency_key.clone(), (bytes.to_vec(), answer.clone()));
        answer
    }

    /// What it has told by itself so far.
    pub fn notifications(&self) -> &[wire::Notification] {
        &self.notifications
    }

    /// What became of a capture, void or refund is told by a notification; the answer says that it was received.
    fn tell_later(&mut self, request: &wire::ExecuteRequest, answer: Outcome) -> Outcome {
        let amount = |minor_units| Some(wire::Money { minor_units, ..request.amount.clone().unwrap() });
        let (object, amount) = match request.operation.as_ref().unwrap() {
            Operation::Capture(capture) => (capture.object.as_str(), amount(capture.amount_minor)),
            Operation::Refund(refund) => (refund.object.as_str(), amount(refund.amount_minor)),
            Operation::Void(void) => (void.object.as_str(), None),
            Operation::VoidByPayment(_) => ("", None),
            Operation::Create(_) | Operation::Confirm(_) | Operation::Authorise(_) => return answer,
        };
        let voiding = amount.is_none();
        let told = match answer {
            Outcome::View(view) if voiding && !matches!(view.state, Some(State::Voided(_))) => {
                let code = "nothing_to_void".to_owned();
                Told::Refused(wire::Refusal { code, ..wire::Refusal::default() })
            }
            Outcome::View(_) => Told::Executed(wire::Executed { amount }),
            Outcome::Refusal(refusal) => Told::Refused(refusal),
            other => return other,
        };
        self.notifications.push(wire::Notification {
            store: request.store.clone(),
            payment: request.payment.clone(),
            object: object.to_owned(),
            change: wire::Change::Moved.into(),
            idempotency_key: request.idempotency_key.clone(),
            told: Some(told),
        });
        Outcome::Unknown(wire::Unknown { cause: wire::unknown::Cause::Processing.into() })
    }

    fn act_on(&mut self, request: &wire::ExecuteRequest) -> Outcome {
        match request.operation.as_ref().unwrap() {
            Operation::Create(create) => self.make(request, &create.token, false),
            Operation::Authorise(authorise) => self.make(request, &authorise.token, true),
            Operation::Confirm(confirm) => self.ask_for_money(&confirm.object),
            Operation::Capture(capture) => self.capture(&capture.object, capture.amount_minor),
            Operation::Void(void) => self.void(&void.object),
            Operation::VoidByPayment(_) => self.void_payment(request),
            Operation::Refund(refund) => {
                self.refund(&refund.object, &request.idempotency_key, refund.amount_minor)
            }
        }
    }

    fn make(&mut self, request: &wire::ExecuteRequest, token: &str, at_once: bool) -> Outcome {
        if !token.starts_with("tok_partner_") {
            let class = wire::DeclineClass::TokenInvalid.into();
            return Outcome::Refusal(wire::Refusal {
                code: "unknown_token".into(),
                class,
                retry_after: None,
            });
        }
        let id = format!("p_{}", self.objects.len() + 1);
        let buried = self.voided_payments.contains(&request.payment);
        let object = Object {
            payment: request.payment.clone(),
            token: token.to_owned(),
            amount: request.amount.clone().unwrap(),
            state: if buried { State::Voided(wire::Voided {}) } else { State::Created(wire::Created {}) },
            held: 0,
            captured: 0,
            refunds: BTreeMap::new(),
        };
        self.objects.insert(id.clone(), object);
        if at_once { self.ask_for_money(&id) } else { self.view(&id, None) }
    }

    fn ask_for_money(&mut self, id: &str) -> Outcome {
        let Some(object) = self.objects.get_mut(id) else { return Outcome::NotFound(wire::NotFound {}) };
        let approved = matches!(object.state, State::Approved(_));
        if matches!(object.state, State::Created(_)) || approved {
            object.state = match object.token.as_str() {
                "tok_partner_decline" => declined("51", wire::DeclineClass::InsufficientFunds),
                "tok_partner_action" if !approved => {
                    let redirect_url = format!("https://bank.example/act/{id}");
                    State::ActionNeeded(wire::ActionNeeded { redirect_url })
                }
                _ => {
                    object.held = object.amount.minor_units;
                    self.book.holds += 1;
                    State::Authorised(wire::Authorised { capturable_minor: object.held })
                }
            };
        }
        self.view(id, None)
    }

    fn capture(&mut self, id: &str, amount: i64) -> Outcome {
        let Some(object) = self.objects.get_mut(id) else { return Outcome::NotFound(wire::NotFound {}) };
        if amount > object.held {
            return refusal("more_than_is_held");
        }
        (object.captured, object.held) = (amount, 0);
        object.state = State::Captured(wire::Captured { captured_minor: amount, capturable_minor: 0 });
        self.book.captures += 1;
        self.view(id, None)
    }

    fn void(&mut self, id: &str) -> Outcome {
        let Some(object) = self.objects.get_mut(id) else { return Outcome::NotFound(wire::NotFound {}) };
        let held = matches!(object.state, State::Authorised(_));
        let open = matches!(object.state, State::Created(_) | State::ActionNeeded(_) | State::Approved(_));
        // Without tombstones only what holds something can be given back.
        if held || (open && self.promises.tombstones) {
            object.held = 0;
            object.state = State::Voided(wire::Voided {});
        }
        self.view(id, None)
    }

    fn void_payment(&mut self, request: &wire::ExecuteRequest) -> Outcome {
        self.voided_payments.insert(request.payment.clone());
        let of = |(_, object): &(&String, &Object)| object.payment == request.payment;
        match self.objects.iter().find(of).map(|(id, _)| id.clone()) {
            Some(id) => self.void(&id),
            None => Outcome::View(wire::View {
                payment: request.payment.clone(),
                amount: request.amount.clone(),
                state: Some(State::Voided(wire::Voided {})),
                ..wire::View::default()
            }),
        }
    }

    fn refund(&mut self, id: &str, key: &str, amount: i64) -> Outcome {
        let Some(object) = self.objects.get_mut(id) else { return Outcome::NotFound(wire::NotFound {}) };
        let refunded: i64 = object.refunds.values().sum();
        if amount > object.captured - refunded {
            return refusal("more_than_was_captured");
        }
        *object.refunds.entry(key.to_owned()).or_default() += amount;
        self.book.refunds += 1;
        self.book.refunded_minor += amount;
        self.view(id, Some(amount))
    }

    /// Answers a question.
    pub fn find(&self, question: &Question) -> Outcome {
        if self.promises.lookups == wire::Lookup::None {
            return Outcome::Unknown(wire::Unknown::default());
        }
        let missing = Outcome::NotFound(wire::NotFound {});
        match question {
            Question::Object(id) => self.objects.get(id).map_or(missing, |_| self.view(id, None)),
            Question::Payment(payment) => {
                let of = |(_, object): &(&String, &Object)| object.payment == *payment;
                let latest = self.objects.iter().rfind(of).map(|(id, _)| id.clone());
                latest.map_or(missing, |id| self.view(&id, None))
            }
            Question::Refund(key) => {
                let refund =
                    self.objects.get(&key.object).and_then(|object| object.refunds.get(&key.idempotency_key));
                refund.map_or(missing, |amount| self.view(&key.object, Some(*amount)))
            }
        }
    }

    fn view(&self, id: &str, refunded_minor: Option<i64>) -> Outcome {
        let object = &self.objects[id];
        Outcome::View(wire::View {
            object: id.to_owned(),
            payment: object.payment.clone(),
            amount: Some(object.amount.clone()),
            state: Some(object.state.clone()),
            refunded_minor,
            card: None,
        })
    }
}

fn refusal(code: &str) -> Outcome {
    Outcome::Refusal(wire::Refusal { code: code.into(), ..wire::Refusal::default() })
}

fn declined(code: &str, class: wire::DeclineClass) -> State {
    State::Declined(wire::Declined { code: code.into(), class: class.into(), ..wire::Declined::default() })
}
