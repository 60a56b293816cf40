//! The way of one payment at a gateway, as the payment machine goes it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cashwrap::domain::ids::OperationId;
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::outcome::Refusal;
use cashwrap::domain::payment::{OperationKind, Outcome, Said, Status, UnknownCause, View};
use cashwrap::ports::gateway::{Call, GatewayRequest, Guard, Look, Rendered, Window};
use tokio::time::Instant;
use uuid::Uuid;

use super::rig::{AMOUNT_MINOR, LIMIT, REFERENCE, Rig, Wish};

/// Where the customer comes back to.
const BACK: &str = "https://shop.example/back";

/// What each refund of the laws gives back, unless they say otherwise.
pub(crate) const REFUND_MINOR: i64 = 300;

/// How far a payment goes before a law looks at its next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Everything is ready for the call that holds the amount.
    Hold,
    /// The amount is held: the next call captures all of it.
    Capture,
    /// The amount is held: the next call gives it back.
    Void,
    /// The amount was captured: the next call refunds a part.
    Refund,
}

impl Stage {
    pub(crate) const ALL: [Self; 4] = [Self::Hold, Self::Capture, Self::Void, Self::Refund];
}

/// A call that is ready to be sent, as often as one likes.
pub(crate) struct Asking {
    pub(crate) kind: OperationKind,
    pub(crate) key: String,
    pub(crate) object: Option<String>,
    pub(crate) rendered: Rendered,
}

/// What became of a call, when all that the vendor tells of it was told.
#[derive(Debug)]
pub(crate) enum End {
    /// It was executed; the view, where it was answered with one.
    Done(Option<View>),
    /// The answer shows that it was not to be: a decline, a refusal, another state.
    Refused,
    /// Nobody knows.
    Unknown(#[expect(dead_code, reason = "shown by a law that fails")] Outcome),
}

/// One payment at a rig's gateway.
pub(crate) struct Walk<R> {
    pub(crate) rig: R,
    keys: AtomicU64,
}

impl<R: Rig> Walk<R> {
    pub(crate) fn new(rig: R) -> Self {
        Self { rig, keys: AtomicU64::new(1) }
    }

    /// Renders a call under a key of its own.
    pub(crate) fn asking(&self, call: Call) -> Asking {
        let number = self.keys.fetch_add(1, Ordering::Relaxed);
        let key = OperationId(Uuid::from_u128(u128::from(number))).to_string();
        let object = match &call {
            Call::Create { .. } | Call::Authorise { .. } | Call::VoidReference => None,
            Call::Confirm { object, .. } => object.clone(),
            Call::Capture { object, .. } | Call::Void { object } | Call::Refund { object, .. } => {
                Some(object.clone())
            }
        };
        let kind = call.kind();
        let request = GatewayRequest {
            key: key.clone(),
            store: "shop".parse().unwrap(),
            reference: REFERENCE.to_owned(),
            amount: amount(),
            call,
        };
        Asking { kind, key, object, rendered: self.rig.gateway().render(&request) }
    }

    /// Sends it, again if it was sent before.
    pub(crate) async fn ask(&self, asking: &Asking) -> Outcome {
        let send_by = Instant::now() + Duration::from_secs(5);
        let window = Window { send_by, answer_by: Instant::now() + LIMIT * 5 };
        self.rig.gateway().send(asking.kind, amount(), &asking.rendered, window, Guard::Heeded).await
    }

    /// The first call of a payment.
    pub(crate) fn beginning(&self, wish: Wish) -> Asking {
        let (token, return_url) = (self.rig.token(wish), Some(BACK.to_owned()));
        let two_step = self.rig.gateway().capabilities().two_step;
        self.asking(if two_step {
            Call::Create { token, return_url }
        } else {
            Call::Authorise { token, return_url }
        })
    }

    pub(crate) fn confirming(&self, object: Option<String>, brought_back: Vec<(String, String)>) -> Asking {
        self.asking(Call::Confirm { object, return_url: Some(BACK.to_owned()), brought_back })
    }

    /// Goes on to where one call is left that asks for the money.
    pub(crate) async fn ready(&self, wish: Wish) -> Asking {
        let beginning = self.beginning(wish);
        if beginning.kind == OperationKind::Authorise {
            return beginning;
        }
        let created = view(self.ask(&beginning).await);
        match created.status {
            Status::Created => self.confirming(created.object, Vec::new()),
            Status::ActionNeeded { redirect_url } => {
                let brought_back = self.rig.act(&redirect_url, true).await;
                self.confirming(created.object, brought_back)
            }
            other => panic!("a payment that was only created is {other:?}"),
        }
    }

    /// Goes on to where the whole amount is held; gives the vendor's id.
    pub(crate) async fn hold(&self) -> String {
        let asking = self.ready(Wish::Approve).await;
        let held = view(self.ask(&asking).await);
        assert_eq!(held.status, Status::Authorised, "{held:?}");
        held.object.unwrap()
    }

    /// Goes on to where the call of this stage is next.
    pub(crate) async fn at(&self, stage: Stage) -> Asking {
        match stage {
            Stage::Hold => self.ready(Wish::Approve).await,
            Stage::Capture => self.capturing(&self.hold().await, AMOUNT_MINOR),
            Stage::Void => self.voiding(&self.hold().await),
            Stage::Refund => {
                let object = self.hold().await;
                self.done(&self.capturing(&object, AMOUNT_MINOR)).await;
                self.refunding(&object, REFUND_MINOR)
            }
        }
    }

    pub(crate) fn capturing(&self, object: &str, amount_minor: i64) -> Asking {
        self.asking(Call::Capture { object: object.to_owned(), amount_minor })
    }

    pub(crate) fn voiding(&self, object: &str) -> Asking {
        self.asking(Call::Void { object: object.to_owned() })
    }

    pub(crate) fn refunding(&self, object: &str, amount_minor: i64) -> Asking {
        self.asking(Call::Refund { object: object.to_owned(), amount_minor })
    }

    /// Sends it, and it is executed.
    pub(crate) async fn done(&self, asking: &Asking) -> Option<View> {
        let outcome = self.ask(asking).await;
        match self.end(asking, outcome).await {
            End::Done(view) => view,
            other => panic!("{:?}: {other:?}", asking.kind),
        }
    }

    /// What an answer comes to, once what is told later was told.
    pub(crate) async fn end(&self, asking: &Asking, outcome: Outcome) -> End {
        let later = self.rig.gateway().capabilities().tells_later;
        match outcome {
            Outcome::Unknown(UnknownCause::Processing) if later => {
                let ours = |told: &cashwrap::domain::payment::Told| {
                    told.operation.is_some_and(|operation| operation.to_string() == asking.key)
                };
                let notices = self.rig.notices().await;
                match notices.into_iter().filter_map(|notice| notice.told).find(ours).map(|told| told.said) {
                    Some(Said::Done { .. }) => End::Done(None),
                    Some(Said::Seen(view)) => ended(asking.kind, view),
                    Some(Said::Refused(_)) => End::Refused,
                    None => End::Unknown(outcome),
                }
            }
            Outcome::Definite(view) => ended(asking.kind, view),
            Outcome::Refused(_) | Outcome::NotSent(_) => End::Refused,
            Outcome::Unknown(_) => End::Unknown(outcome),
        }
    }

    /// Looks as the ladder would for what became of this call.
    pub(crate) async fn look(&self, asking: &Asking) -> Outcome {
        let row = self.rig.gateway().capabilities();
        let look = match &asking.object {
            Some(object) if asking.kind == OperationKind::Refund => {
                Look::Refund { object: object.clone(), key: asking.key.clone(), amount: amount() }
            }
            Some(object) if row.looks_by_id(true) => {
                Look::Object { object: object.clone(), amount: amount() }
            }
            _ => Look::Reference { reference: REFERENCE.to_owned(), amount: amount() },
        };
        let now = Instant::now();
        let window = Window { send_by: now + LIMIT * 2, answer_by: now + LIMIT * 5 };
        self.rig.gateway().look(&look, window, Guard::Heeded).await
    }
}

/// What a view says of the call that it answers.
fn ended(kind: OperationKind, view: View) -> End {
    let done = match kind {
        OperationKind::Create => matches!(view.status, Status::Created | Status::ActionNeeded { .. }),
        OperationKind::Confirm | OperationKind::Authorise => view.status == Status::Authorised,
        OperationKind::Capture => view.status == Status::Captured,
        OperationKind::Void => view.status == Status::Voided,
        OperationKind::Refund => view.refunded_minor.is_some_and(|minor| minor > 0),
    };
    match view.status {
        _ if done => End::Done(Some(view)),
        Status::Processing => End::Unknown(Outcome::Definite(view)),
        _ => End::Refused,
    }
}

pub(crate) fn amount() -> Money {
    Money::new(AMOUNT_MINOR, "EUR".parse().unwrap())
}

/// The view of a definite outcome.
#[track_caller]
pub(crate) fn view(outcome: Outcome) -> View {
    match outcome {
        Outcome::Definite(view) => view,
        other => panic!("no definite outcome: {other:?}"),
    }
}

/// The refusal of a definite outcome.
#[track_caller]
pub(crate) fn refusal(outcome: Outcome) -> Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}
