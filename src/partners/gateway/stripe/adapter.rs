//! The parts put together: render, exchange, parse.

use super::parse::{Question, parse};
use super::render::{Request, render};
use super::settings::{StripeError, StripeSettings};
use super::transport::Transport;
use crate::domain::money::Money;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{GatewayCapabilities, OperationKind, Outcome};
use crate::partners::gateway::exchange::{Form, NoReply, Raw, segment};
use crate::partners::gateway::{Adapter, Prober, Reply};
use crate::ports::gateway::{GatewayRequest, Look, Rendered, Window};

/// An intent that nobody has: Stripe's answer is that it does not exist, and that it is Stripe who says so.
const NOWHERE: &str = "pi_cashwrap_probe";

/// An account at Stripe, or at a gateway that speaks its wire.
pub struct Stripe {
    transport: Transport,
    version: String,
    capabilities: GatewayCapabilities,
}

impl Stripe {
    /// The adapter of an account. TLS needs rustls's default provider to be installed.
    pub fn new(settings: &StripeSettings) -> Result<Self, StripeError> {
        Ok(Self {
            transport: Transport::new(settings)?,
            version: settings.api_version.clone(),
            capabilities: settings.capabilities.clone(),
        })
    }
}

#[async_trait::async_trait]
impl Adapter for Stripe {
    fn capabilities(&self) -> GatewayCapabilities {
        self.capabilities.clone()
    }

    fn prober(&self) -> Option<&dyn Prober> {
        Some(self)
    }

    fn render(&self, request: &GatewayRequest) -> Rendered {
        render(request, &self.version)
    }

    async fn send(&self, kind: OperationKind, amount: Money, rendered: &Rendered, window: Window) -> Reply {
        let Some(request) = Request::of(rendered) else { return unsendable() };
        let object = request.object.clone();
        let question = match (kind, object.as_deref()) {
            (OperationKind::Refund, Some(object)) => Question::Refund { object, amount },
            (OperationKind::Refund, None) => return unsendable(),
            (_, object) => Question::Change { kind, object },
        };
        conclude(question, self.transport.post(request, window.send_by).await)
    }

    async fn look(&self, look: &Look, window: Window) -> Reply {
        let (question, path) = match look {
            Look::Object { object, .. } => {
                let query = Form::default().with("expand[]", "latest_charge").encoded();
                (Question::Object { object }, format!("/v1/payment_intents/{}?{query}", segment(object)))
            }
            Look::Reference { reference, .. } => {
                let escaped = reference.replace('\\', "\\\\").replace('\'', "\\'");
                let query = Form::default()
                    .with("query", &format!("metadata['reference']:'{escaped}'"))
                    .with("expand[]", "data.latest_charge")
                    .encoded();
                (Question::Search { reference }, format!("/v1/payment_intents/search?{query}"))
            }
            Look::Refund { object, key, amount } => {
                let query = Form::default().with("payment_intent", object).with("limit", "100").encoded();
                (Question::Refunds { object, key, amount: *amount }, format!("/v1/refunds?{query}"))
            }
        };
        conclude(question, self.transport.get(&path, &self.version, window.send_by).await)
    }
}

#[async_trait::async_trait]
impl Prober for Stripe {
    async fn probe(&self, window: Window) -> Reply {
        let path = format!("/v1/payment_intents/{NOWHERE}");
        let exchange = self.transport.get(&path, &self.version, window.send_by).await;
        conclude(Question::Object { object: NOWHERE }, exchange)
    }
}

fn conclude(question: Question<'_>, exchange: Result<Raw, NoReply>) -> Reply {
    match exchange {
        Ok(raw) => parse(question, raw),
        Err(NoReply::NotSent(why)) => Outcome::NotSent(why).into(),
        Err(NoReply::Unknown(why)) => Outcome::Unknown(why).into(),
    }
}

/// A rendering that says nothing that can be sent: nothing left, and no other try will fare better.
fn unsendable() -> Reply {
    Outcome::Refused(Refusal {
        code: "rendering_cannot_be_sent".to_owned(),
        class: None,
        not_found: false,
        retry_after: None,
    })
    .into()
}
