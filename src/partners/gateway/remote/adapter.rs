//! The parts put together: render, call, read.

use std::time::Duration;

use prost::Message as _;
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret as _;
use tokio::time::{Instant, timeout};

use super::answer::{Question, read};
use super::promises::{self, Promises};
use super::settings::{RemoteError, RemoteSettings};
use super::{render, status};
use crate::domain::money::Money;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{GatewayCapabilities, NotSent, OperationKind, Outcome, UnknownCause};
use crate::partners::gateway::exchange::{UnaryCall, UnaryLine};
use crate::partners::gateway::{Adapter, Prober, Reply};
use crate::ports::gateway::{GatewayRequest, Look, Rendered, Window};
use crate::proto::partner::v1 as wire;
use crate::proto::partner::v1::find_request::Question as Find;

const CAPABILITIES: &str = "/cashwrap.partner.v1.PaymentGatewayService/GetCapabilities";
const EXECUTE: &str = "/cashwrap.partner.v1.PaymentGatewayService/Execute";
const FIND: &str = "/cashwrap.partner.v1.PaymentGatewayService/Find";

/// Who takes longer to say what it promises is no better off than who says nothing.
const CAPABILITIES_PATIENCE: Duration = Duration::from_secs(5);

/// An account at a partner's server.
pub struct RemoteGateway {
    line: UnaryLine,
    credential: HeaderValue,
    timeout: Duration,
    promises: Promises,
}

impl RemoteGateway {
    /// The adapter of an account. TLS needs rustls's default provider to be installed.
    pub fn new(settings: &RemoteSettings) -> Result<Self, RemoteError> {
        let line = UnaryLine::new(&settings.base_url, settings.connect_timeout, settings.allow_plain_http)?;
        let bearer = format!("Bearer {}", settings.credential.expose_secret());
        let mut credential = HeaderValue::from_str(&bearer).map_err(|_| RemoteError::Credential)?;
        credential.set_sensitive(true);
        let promises = Promises::new(settings.timeout);
        Ok(Self { line, credential, timeout: settings.timeout, promises })
    }

    async fn call(&self, path: &'static str, message: &[u8], window: Window) -> Result<Vec<u8>, Box<Reply>> {
        let left = window.answer_by.saturating_duration_since(Instant::now());
        let call = UnaryCall {
            path,
            message,
            credential: &self.credential,
            send_by: window.send_by,
            patience: left.min(self.timeout),
        };
        status::message(self.line.call(call).await)
    }

    /// Asks what the partner promises, and says what the answer tells of the partner.
    async fn ask(&self, window: Window) -> Reply {
        let answer = self.call(CAPABILITIES, &wire::GetCapabilitiesRequest {}.encode_to_vec(), window).await;
        let reply = match answer.map(|message| promises::read(&message, self.timeout)) {
            Ok(Some(told)) => {
                self.promises.heard(told);
                return alive();
            }
            Ok(None) => Outcome::Unknown(UnknownCause::Garbage).into(),
            Err(reply) => *reply,
        };
        let refused = reply.outcome == Outcome::NotSent(NotSent::Credentials);
        self.promises.not_heard(if refused { NotSent::Credentials } else { NotSent::Connect });
        reply
    }
}

#[async_trait::async_trait]
impl Adapter for RemoteGateway {
    fn capabilities(&self) -> GatewayCapabilities {
        self.promises.held()
    }

    fn unready(&self) -> Option<NotSent> {
        self.promises.unready()
    }

    async fn tend(&self) {
        if self.promises.due() {
            let end = Instant::now() + CAPABILITIES_PATIENCE;
            // What is not answered in time is asked again, and what was promised before holds meanwhile.
            let _ = timeout(CAPABILITIES_PATIENCE, self.ask(Window { send_by: end, answer_by: end })).await;
        }
    }

    fn prober(&self) -> Option<&dyn Prober> {
        Some(self)
    }

    fn render(&self, request: &GatewayRequest) -> Rendered {
        render::render(request)
    }

    async fn send(&self, kind: OperationKind, _amount: Money, rendered: &Rendered, window: Window) -> Reply {
        let request = render::of(rendered);
        let Some(operation) = request.as_ref().and_then(|request| request.operation.as_ref()) else {
            return unsendable();
        };
        let question = Question::Execute { kind, object: render::object(operation) };
        match self.call(EXECUTE, &rendered.0, window).await {
            Ok(message) => read(question, &message),
            Err(reply) => *reply,
        }
    }

    async fn look(&self, look: &Look, window: Window) -> Reply {
        let (question, find) = match look {
            Look::Object { object, .. } => (Question::Object { object }, Find::Object(object.clone())),
            Look::Reference { reference, .. } => {
                (Question::Payment { payment: reference }, Find::Payment(reference.clone()))
            }
            Look::Refund { object, key, amount } => {
                let named = wire::RefundKey { object: object.clone(), idempotency_key: key.clone() };
                (Question::Refund { object, amount: *amount }, Find::Refund(named))
            }
        };
        let request = wire::FindRequest { question: Some(find) }.encode_to_vec();
        match self.call(FIND, &request, window).await {
            Ok(message) => read(question, &message),
            Err(reply) => *reply,
        }
    }
}

#[async_trait::async_trait]
impl Prober for RemoteGateway {
    async fn probe(&self, window: Window) -> Reply {
        self.ask(window).await
    }
}

/// The partner answered, and said nothing of any payment.
fn alive() -> Reply {
    refusal("alive")
}

/// A rendering that says nothing that can be sent: nothing left, and no other try will fare better.
fn unsendable() -> Reply {
    refusal("rendering_cannot_be_sent")
}

fn refusal(code: &str) -> Reply {
    Outcome::Refused(Refusal { code: code.to_owned(), class: None, not_found: false, retry_after: None })
        .into()
}
