//! A gateway with a ledger of its own, in memory: two-step, with keys that force an outcome and cancels that
//! leave a tombstone, as Stripe's are. What the next calls meet is told by a script.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cashwrap::domain::money::Money;
use cashwrap::domain::payment::capabilities::Lookup;
use cashwrap::domain::payment::outcome::{Refusal, SeenCard};
use cashwrap::domain::payment::scheme::Advice;
use cashwrap::domain::payment::{
    Decline, DeclineClass, GatewayCapabilities, NotSent, OperationKind, Outcome, Status, UnknownCause, View,
};
use cashwrap::ports::gateway::{Call, Gateway, GatewayRequest, Guard, Look, Rendered, Window};

/// What a call meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// The connection is refused.
    Refused,
    /// Never executed, never answered.
    TimeoutBefore,
    /// Executed, never answered.
    TimeoutAfter,
    /// Executed, answered with a 5xx.
    FiveAfter,
    /// Definitely declined.
    Declined(DeclineClass),
    /// Definitely declined, with the scheme's advice.
    Advised(DeclineClass, Advice),
    /// The customer must act first.
    Action,
    /// The amount is taken at once, whatever was asked for.
    Taken,
    /// Authorised for so many minor units more, or fewer, than was asked for.
    Off(i64),
}

#[derive(Debug, Clone)]
struct Object {
    status: Status,
    amount: Money,
    reference: String,
    captured: i64,
    refunds: BTreeMap<String, i64>,
    was_authorised: bool,
}

impl Object {
    fn new(request: &GatewayRequest) -> Self {
        Self {
            status: Status::Created,
            amount: request.amount,
            reference: request.reference.clone(),
            captured: 0,
            refunds: BTreeMap::new(),
            was_authorised: false,
        }
    }
}

/// What one payment came to at this gateway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub authorised: i64,
    pub captured: i64,
    pub refunded: i64,
    pub held: i64,
}

#[derive(Default)]
struct Ledger {
    objects: BTreeMap<String, Object>,
    keys: BTreeMap<String, Outcome>,
    weather: VecDeque<(OperationKind, Weather)>,
    down: bool,
    guards: Vec<Guard>,
    looks: usize,
    card: Option<SeenCard>,
    steps: &'static [(&'static str, i64)],
    tells_later: bool,
}

/// The gateway.
#[derive(Clone, Default)]
pub struct Till(Arc<Mutex<Ledger>>);

impl Till {
    /// What the next call of this kind meets.
    pub fn next(&self, kind: OperationKind, weather: Weather) {
        self.0.lock().unwrap().weather.push_back((kind, weather));
    }

    /// Whether connections are refused from now on.
    pub fn set_down(&self, down: bool) {
        self.0.lock().unwrap().down = down;
    }

    /// What answers show of the card from now on.
    pub fn shows_card(&self, card: Option<SeenCard>) {
        self.0.lock().unwrap().card = card;
    }

    /// In which steps it takes amounts from now on.
    pub fn takes_steps(&self, steps: &'static [(&'static str, i64)]) {
        self.0.lock().unwrap().steps = steps;
    }

    /// From now on captures, voids and refunds are executed, and answered as received; nothing can be looked at.
    pub fn tells_later(&self) {
        self.0.lock().unwrap().tells_later = true;
    }

    /// The customer did what an action asked for.
    pub fn customer_acts(&self, succeeds: bool) {
        for object in self.0.lock().unwrap().objects.values_mut() {
            if matches!(object.status, Status::ActionNeeded { .. }) {
                object.was_authorised |= succeeds;
                object.status =
                    if succeeds { Status::Authorised } else { declined(DeclineClass::ScaRequired) };
            }
        }
    }

    /// The customer did what an action asked for, and the gateway took the money at once: no cancel can undo it.
    pub fn customer_pays(&self) {
        for object in self.0.lock().unwrap().objects.values_mut() {
            if matches!(object.status, Status::ActionNeeded { .. }) {
                object.was_authorised = true;
                object.captured = object.amount.minor;
                object.status = Status::Captured;
            }
        }
    }

    /// What it had declined succeeds after all: the amount is held, or was taken.
    pub fn succeeds_after_all(&self, taken: bool) {
        for object in self.0.lock().unwrap().objects.values_mut() {
            if matches!(object.status, Status::Declined(_)) {
                object.was_authorised = true;
                object.captured = if taken { object.amount.minor } else { 0 };
                object.status = if taken { Status::Captured } else { Status::Authorised };
            }
        }
    }

    /// How often somebody looked.
    pub fn looks(&self) -> usize {
        self.0.lock().unwrap().looks
    }

    /// Every idempotency key that arrived.
    pub fn keys(&self) -> Vec<String> {
        self.0.lock().unwrap().keys.keys().cloned().collect()
    }

    /// Whether the breakers had a say, for each request that was sent here.
    pub fn guards(&self) -> Vec<Guard> {
        self.0.lock().unwrap().guards.clone()
    }

    /// How many payments it declined.
    pub fn declines(&self) -> usize {
        let ledger = self.0.lock().unwrap();
        ledger.objects.values().filter(|object| matches!(object.status, Status::Declined(_))).count()
    }

    /// What each payment came to, by our reference.
    pub fn totals(&self) -> BTreeMap<String, Vec<Totals>> {
        let mut totals: BTreeMap<String, Vec<Totals>> = BTreeMap::new();
        for object in self.0.lock().unwrap().objects.values() {
            totals.entry(object.reference.clone()).or_default().push(Totals {
                authorised: if object.was_authorised { object.amount.minor } else { 0 },
                captured: object.captured,
                refunded: object.refunds.values().sum(),
                held: if object.status == Status::Authorised { object.amount.minor } else { 0 },
            });
        }
        totals
    }
}

fn declined(class: DeclineClass) -> Status {
    Status::Declined(Decline::new(class, class.as_str().to_lowercase()))
}

impl Ledger {
    fn view(&self, id: &str) -> Option<View> {
        let object = self.objects.get(id)?;
        Some(View {
            object: Some(id.to_owned()),
            status: object.status.clone(),
            amount: object.amount,
            reference: Some(object.reference.clone()),
            capturable_minor: if object.status == Status::Authorised { object.amount.minor } else { 0 },
            captured_minor: object.captured,
            refunded_minor: None,
            card: self.card.clone(),
        })
    }

    fn refusal(code: &str, not_found: bool) -> Outcome {
        Outcome::Refused(Refusal { code: code.to_owned(), class: None, not_found, retry_after: None })
    }

    fn execute(&mut self, request: &GatewayRequest, weather: Option<Weather>) -> Outcome {
        let id = match &request.call {
            Call::Create { .. } | Call::Authorise { .. } => {
                let id = format!("pi_{}", self.objects.len() + 1);
                self.objects.insert(id.clone(), Object::new(request));
                id
            }
            Call::Confirm { object, .. } => object.clone().unwrap_or_default(),
            Call::Capture { object, .. } | Call::Void { object } | Call::Refund { object, .. } => {
                object.clone()
            }
            Call::VoidReference => return Self::refusal("resource_missing", true),
        };
        let Some(object) = self.objects.get_mut(&id) else { return Self::refusal("resource_missing", true) };
        let mut refunded = None;
        match (&request.call, &object.status) {
            (Call::Create { .. }, _) => {}
            (Call::Authorise { .. } | Call::Confirm { .. }, Status::Created) => match weather {
                Some(Weather::Declined(class)) => object.status = declined(class),
                Some(Weather::Advised(class, advice)) => {
                    let decline = Decline::new(class, class.as_str().to_lowercase());
                    object.status = Status::Declined(Decline { advice: Some(advice), ..decline });
                }
                Some(Weather::Action) => {
                    object.status = Status::ActionNeeded { redirect_url: "https://bank.example/".to_owned() };
                }
                Some(Weather::Off(minor)) => {
                    object.amount.minor += minor;
                    object.status = Status::Authorised;
                    object.was_authorised = true;
                }
                Some(Weather::Taken) => {
                    object.status = Status::Captured;
                    object.was_authorised = true;
                    object.captured = object.amount.minor;
                }
                _ => {
                    object.status = Status::Authorised;
                    object.was_authorised = true;
                }
            },
            (Call::Capture { .. }, Status::Authorised) if matches!(weather, Some(Weather::Declined(_))) => {
                return Self::refusal("charge_expired_for_capture", false);
            }
            (Call::Capture { amount_minor, .. }, Status::Authorised) => {
                object.captured = *amount_minor;
                object.status = Status::Captured;
            }
            (Call::Void { .. }, Status::Created | Status::Authorised | Status::ActionNeeded { .. }) => {
                object.status = Status::Voided;
            }
            (Call::Refund { amount_minor, .. }, Status::Captured)
                if object.refunds.values().sum::<i64>() + amount_minor <= object.captured =>
            {
                object.refunds.insert(request.key.clone(), *amount_minor);
                refunded = Some(*amount_minor);
            }
            _ => return Self::refusal("payment_intent_unexpected_state", false),
        }
        self.view(&id).map_or_else(
            || Self::refusal("resource_missing", true),
            |view| Outcome::Definite(View { refunded_minor: refunded, ..view }),
        )
    }
}

#[async_trait::async_trait]
impl Gateway for Till {
    fn capabilities(&self) -> GatewayCapabilities {
        let ledger = self.0.lock().unwrap();
        let stripe = GatewayCapabilities { steps: ledger.steps, ..GatewayCapabilities::stripe() };
        if ledger.tells_later {
            return GatewayCapabilities {
                tells_later: true,
                read_by_id: Lookup::None,
                reference_lookup: Lookup::None,
                ..stripe
            };
        }
        stripe
    }

    fn unavailable(&self, _guard: Guard) -> Option<NotSent> {
        None
    }

    fn render(&self, request: &GatewayRequest) -> Rendered {
        let (name, object, amount) = match &request.call {
            Call::Create { .. } => ("create", String::new(), 0),
            Call::Confirm { object, .. } => ("confirm", object.clone().unwrap_or_default(), 0),
            Call::Authorise { .. } => ("authorise", String::new(), 0),
            Call::Capture { object, amount_minor } => ("capture", object.clone(), *amount_minor),
            Call::Void { object } => ("void", object.clone(), 0),
            Call::VoidReference => ("void", String::new(), 0),
            Call::Refund { object, amount_minor } => ("refund", object.clone(), *amount_minor),
        };
        let text = format!("{name}|{object}|{amount}|{}|{}", request.key, request.reference);
        Rendered(text.into_bytes())
    }

    async fn send(
        &self,
        kind: OperationKind,
        amount: Money,
        rendered: &Rendered,
        window: Window,
        guard: Guard,
    ) -> Outcome {
        if tokio::time::Instant::now() >= window.send_by {
            return Outcome::NotSent(NotSent::TooLate);
        }
        let request = parse(rendered, amount);
        let (outcome, weather) = {
            let mut ledger = self.0.lock().unwrap();
            ledger.guards.push(guard);
            if ledger.down {
                return Outcome::NotSent(NotSent::Connect);
            }
            let place = ledger.weather.iter().position(|(of, _)| *of == kind);
            let weather = place.and_then(|place| ledger.weather.remove(place)).map(|(_, weather)| weather);
            if weather == Some(Weather::Refused) {
                return Outcome::NotSent(NotSent::Connect);
            }
            if let Some(first) = ledger.keys.get(&request.key) {
                (first.clone(), None)
            } else if weather == Some(Weather::TimeoutBefore) {
                (Outcome::Unknown(UnknownCause::Timeout), weather)
            } else {
                let mut outcome = ledger.execute(&request, weather);
                if ledger.tells_later && !kind.authorises() {
                    outcome = Outcome::Unknown(UnknownCause::Processing);
                }
                let stored = if weather == Some(Weather::FiveAfter) {
                    Outcome::Unknown(UnknownCause::ServerError)
                } else {
                    outcome
                };
                ledger.keys.insert(request.key.clone(), stored.clone());
                (stored, weather)
            }
        };
        if matches!(weather, Some(Weather::TimeoutBefore | Weather::TimeoutAfter)) {
            tokio::time::sleep_until(window.answer_by).await;
            return Outcome::Unknown(UnknownCause::Timeout);
        }
        tokio::time::sleep(Duration::from_millis(80)).await;
        outcome
    }

    async fn look(&self, look: &Look, _window: Window, _guard: Guard) -> Outcome {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let mut ledger = self.0.lock().unwrap();
        ledger.looks += 1;
        if ledger.down {
            return Outcome::NotSent(NotSent::Connect);
        }
        let found = match look {
            Look::Object { object, .. } => ledger.view(object),
            Look::Reference { .. } => None,
            Look::Refund { object, key, .. } => ledger.view(object).map(|view| View {
                refunded_minor: Some(
                    ledger.objects.get(object).and_then(|held| held.refunds.get(key)).copied().unwrap_or(0),
                ),
                ..view
            }),
        };
        found.map_or_else(|| Ledger::refusal("resource_missing", true), Outcome::Definite)
    }
}

/// The idempotency key and our reference in a request.
pub fn addressed(rendered: &Rendered) -> (String, String) {
    let request = parse(rendered, Money::new(0, "EUR".parse().unwrap()));
    (request.key, request.reference)
}

fn parse(rendered: &Rendered, amount: Money) -> GatewayRequest {
    let text = String::from_utf8(rendered.0.clone()).unwrap();
    let parts: Vec<&str> = text.split('|').collect();
    let object = parts[1].to_owned();
    let amount_minor = parts[2].parse().unwrap();
    let call = match parts[0] {
        "create" => Call::Create { token: String::new(), return_url: None },
        "confirm" => Call::Confirm { object: Some(object), return_url: None, brought_back: vec![] },
        "authorise" => Call::Authorise { token: String::new(), return_url: None },
        "capture" => Call::Capture { object, amount_minor },
        "void" => Call::Void { object },
        _ => Call::Refund { object, amount_minor },
    };
    let (key, reference) = (parts[3].to_owned(), parts[4].to_owned());
    GatewayRequest { key, store: "shop".parse().unwrap(), reference, amount, call }
}
