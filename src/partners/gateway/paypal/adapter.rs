//! The parts put together: render, read where to aim, exchange, parse.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::aim::{Aim, aim};
use super::order::{Seen, is_id};
use super::parse::{Question, parse, read};
use super::render::{Request, Unsendable, Verb, render};
use super::settings::{PaypalError, PaypalSettings};
use super::transport::Transport;
use crate::domain::money::Money;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{
    DeclineClass, GatewayCapabilities, NotSent, OperationKind, Outcome, UnknownCause,
};
use crate::partners::gateway::{Adapter, Prober, Reply};
use crate::ports::gateway::{GatewayRequest, Look, Rendered, Window};

const ORDERS: &str = "/v2/checkout/orders";

/// An order that nobody has: PayPal's answer is that it does not exist, and that it is PayPal who says so.
const NOWHERE: &str = "CASHWRAPPROBE";

/// What a capture, void or refund is aimed by is read fast or not at all: it moves nothing, and the call is made again.
const AIM_PATIENCE: Duration = Duration::from_secs(10);

/// An account at PayPal.
pub struct Paypal {
    transport: Transport,
    capabilities: GatewayCapabilities,
}

impl Paypal {
    /// The adapter of an account. TLS needs rustls's default provider to be installed.
    pub fn new(settings: &PaypalSettings) -> Result<Self, PaypalError> {
        Ok(Self { transport: Transport::new(settings)?, capabilities: settings.capabilities.clone() })
    }

    async fn order(&self, order: &str, send_by: Instant) -> Result<Seen, Reply> {
        read(order, self.transport.get(&format!("{ORDERS}/{order}"), send_by).await?)
    }

    /// The order that a request is aimed by. Nothing was sent yet, so that whatever is lost on the way proves that.
    async fn before(&self, order: &str, send_by: Instant) -> Result<Seen, Reply> {
        let unsent = || Reply::from(Outcome::NotSent(NotSent::Connect));
        match timeout(AIM_PATIENCE, self.order(order, send_by)).await {
            Ok(Err(reply)) if matches!(reply.outcome, Outcome::Unknown(_)) => Err(unsent()),
            Ok(read) => read,
            Err(_) => Err(unsent()),
        }
    }

    async fn exchange(
        &self,
        path: &str,
        request: &Request,
        question: Question<'_>,
        send_by: Instant,
    ) -> Reply {
        match self.transport.post(path, &request.key, request.body.clone(), send_by).await {
            Ok(raw) => parse(question, raw),
            Err(reply) => reply,
        }
    }

    /// A request about an order that exists.
    async fn send_on(&self, order: &str, request: &Request, amount: Money, send_by: Instant) -> Reply {
        if !is_id(order) {
            return unsendable("ORDER_ID", None);
        }
        if request.verb == Verb::Authorize {
            let path = format!("{ORDERS}/{order}/authorize");
            return self.exchange(&path, request, Question::Authorize { order }, send_by).await;
        }
        let before = match self.before(order, send_by).await {
            Ok(before) => before,
            Err(reply) => return reply,
        };
        let path = match aim(request, &before, amount) {
            Aim::At(path) => path,
            Aim::Answered(outcome) => return outcome.into(),
        };
        let question = match request.verb {
            Verb::Capture => Question::Capture { before: &before },
            Verb::Void => Question::Void { before: &before },
            Verb::Create | Verb::Authorize | Verb::Refund => Question::Refund { order, asked: amount },
        };
        self.exchange(&path, request, question, send_by).await
    }
}

#[async_trait::async_trait]
impl Adapter for Paypal {
    fn capabilities(&self) -> GatewayCapabilities {
        self.capabilities.clone()
    }

    fn prober(&self) -> Option<&dyn Prober> {
        Some(self)
    }

    fn render(&self, request: &GatewayRequest) -> Rendered {
        render(request)
    }

    async fn send(&self, _: OperationKind, amount: Money, rendered: &Rendered, window: Window) -> Reply {
        let request = match Request::of(rendered) {
            Ok(request) => request,
            Err(Unsendable::Token) => {
                return unsendable("TOKEN_OF_ANOTHER_ACCOUNT", Some(DeclineClass::TokenInvalid));
            }
            Err(Unsendable::Request) => return unsendable("RENDERING_CANNOT_BE_SENT", None),
        };
        match &request.order {
            Some(order) => self.send_on(order, &request, amount, window.send_by).await,
            None => self.exchange(ORDERS, &request, Question::Create, window.send_by).await,
        }
    }

    async fn look(&self, look: &Look, window: Window) -> Reply {
        let (order, question) = match look {
            Look::Object { object, .. } => (object, Question::Order { order: object }),
            Look::Refund { object, key, amount } => {
                (object, Question::Refunds { order: object, key, asked: *amount })
            }
            // PayPal finds nothing by our reference, and the capability row says so.
            Look::Reference { .. } => return Outcome::Unknown(UnknownCause::NotConclusive).into(),
        };
        if !is_id(order) {
            return Outcome::Unknown(UnknownCause::NotConclusive).into();
        }
        match self.transport.get(&format!("{ORDERS}/{order}"), window.send_by).await {
            Ok(raw) => parse(question, raw),
            Err(reply) => reply,
        }
    }
}

#[async_trait::async_trait]
impl Prober for Paypal {
    async fn probe(&self, window: Window) -> Reply {
        match self.transport.get(&format!("{ORDERS}/{NOWHERE}"), window.send_by).await {
            Ok(raw) => parse(Question::Order { order: NOWHERE }, raw),
            Err(reply) => reply,
        }
    }
}

/// A rendering that says nothing that can be sent: nothing left, and no other try will fare better.
fn unsendable(code: &str, class: Option<DeclineClass>) -> Reply {
    Outcome::Refused(Refusal { code: code.to_owned(), class, not_found: false, retry_after: None }).into()
}
