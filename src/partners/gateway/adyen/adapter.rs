//! The parts put together: render, exchange, parse.

use serde_json::json;

use super::errors::refused;
use super::parse::{Question, parse};
use super::render::{Merchant, Problem, Request, VERSION, render};
use super::settings::{AdyenError, AdyenSettings};
use super::transport::Transport;
use crate::domain::money::Money;
use crate::domain::payment::{
    DeclineClass, GatewayCapabilities, NotSent, OperationKind, Outcome, UnknownCause,
};
use crate::partners::gateway::exchange::{NoReply, Raw};
use crate::partners::gateway::{Adapter, Prober, Reply};
use crate::ports::gateway::{GatewayRequest, Look, Rendered, Window};

/// As the Customer Area allows.
const MAX_MERCHANT_BYTES: usize = 80;

/// A merchant account at Adyen.
pub struct Adyen {
    transport: Transport,
    merchant_account: String,
    return_url: Option<String>,
    capabilities: GatewayCapabilities,
}

impl Adyen {
    /// The adapter of an account. TLS needs rustls's default provider to be installed.
    pub fn new(settings: &AdyenSettings) -> Result<Self, AdyenError> {
        if !(1..=MAX_MERCHANT_BYTES).contains(&settings.merchant_account.len()) {
            return Err(AdyenError::MerchantAccount);
        }
        Ok(Self {
            transport: Transport::new(settings)?,
            merchant_account: settings.merchant_account.clone(),
            return_url: settings.return_url.clone(),
            capabilities: settings.capabilities.clone(),
        })
    }
}

#[async_trait::async_trait]
impl Adapter for Adyen {
    fn capabilities(&self) -> GatewayCapabilities {
        self.capabilities.clone()
    }

    fn prober(&self) -> Option<&dyn Prober> {
        Some(self)
    }

    fn render(&self, request: &GatewayRequest) -> Rendered {
        let merchant = Merchant { account: &self.merchant_account, return_url: self.return_url.as_deref() };
        render(request, &merchant)
    }

    async fn send(&self, kind: OperationKind, amount: Money, rendered: &Rendered, window: Window) -> Reply {
        let Some(request) = Request::of(rendered) else {
            return unsendable("rendering_cannot_be_sent", None);
        };
        if let Some(problem) = request.problem {
            return unsent(kind, problem);
        }
        let (object, reference, value) = (request.object.clone(), request.reference.clone(), request.value);
        let currency = amount.currency;
        let question = match kind {
            OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => {
                Question::Payment { object: object.as_deref(), amount }
            }
            OperationKind::Capture | OperationKind::Void | OperationKind::Refund => Question::Modification {
                object: object.as_deref(),
                reference: reference.as_deref(),
                amount: value.map(|value| (value, currency.code())),
            },
        };
        conclude(question, self.transport.post(request, window.send_by).await)
    }

    /// Adyen cannot be asked about a payment; its capabilities say so, and this is the answer all the same.
    async fn look(&self, _look: &Look, _window: Window) -> Reply {
        Outcome::Unknown(UnknownCause::NotConclusive).into()
    }
}

#[async_trait::async_trait]
impl Prober for Adyen {
    /// Asks which payment methods the account has: the one question without an effect, and the credential's test.
    async fn probe(&self, window: Window) -> Reply {
        let body = json!({"merchantAccount": self.merchant_account}).to_string();
        let path = format!("/{VERSION}/paymentMethods");
        conclude(Question::Probe, self.transport.ask(&path, body, window.send_by).await)
    }
}

fn conclude(question: Question<'_>, exchange: Result<Raw, NoReply>) -> Reply {
    match exchange {
        Ok(raw) => parse(question, raw),
        Err(NoReply::NotSent(why)) => Outcome::NotSent(why).into(),
        Err(NoReply::Unknown(why)) => Outcome::Unknown(why).into(),
    }
}

/// What becomes of a request that cannot be sent: nothing left, and no other try will fare better.
fn unsent(kind: OperationKind, problem: Problem) -> Reply {
    match problem {
        Problem::Token => unsendable("token_not_understood", Some(DeclineClass::TokenInvalid)),
        Problem::Amount if kind.authorises() => Outcome::NotSent(NotSent::AmountNotTaken).into(),
        Problem::Amount => unsendable("amount_not_taken", None),
        Problem::ReturnUrl => unsendable("return_url_is_missing", None),
        Problem::TooLong => unsendable("reference_is_too_long", None),
        // What the customer did meanwhile is not told by what the browser did not bring: a cancel finds out.
        Problem::NothingBroughtBack => Outcome::Unknown(UnknownCause::NotConclusive).into(),
    }
}

fn unsendable(code: &str, class: Option<DeclineClass>) -> Reply {
    refused(code, class).into()
}
