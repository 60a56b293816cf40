//! What a vendor's adapter is to the stack: it makes one call, and says what became of it.

use std::time::Duration;

use crate::domain::money::Money;
use crate::domain::payment::{GatewayCapabilities, NotSent, OperationKind, Outcome};
use crate::ports::gateway::{GatewayRequest, Look, Rendered, Window};

/// What became of one call, with what the layers around the adapter need to know besides.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Reply {
    /// What is known of the call.
    pub outcome: Outcome,
    /// How long the vendor asked us to wait before the next call.
    pub retry_after: Option<Duration>,
    /// The vendor says that its own processing is down: a failure of the gateway, told as a decline.
    pub processor_unavailable: bool,
}

impl From<Outcome> for Reply {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, retry_after: None, processor_unavailable: false }
    }
}

/// A read that moves nothing, shows nothing of anybody, and that every account may make: any answer of the vendor's
/// own to it, a refusal too, proves that the vendor is there. It is made before the first payments after an outage.
#[async_trait::async_trait]
pub trait Prober: Send + Sync {
    /// Reads, once.
    async fn probe(&self, window: Window) -> Reply;
}

/// One merchant account on a vendor's wire.
///
/// An implementation MUST keep what [`Gateway`](crate::ports::gateway::Gateway) promises for a single call;
/// it MUST NOT repeat a call, and leaves the time limit to the stack.
#[async_trait::async_trait]
pub trait Adapter: Send + Sync + 'static {
    /// What the account promises.
    fn capabilities(&self) -> GatewayCapabilities;

    /// Why no new authorisation can begin, for a reason that no breaker knows: it is not known yet what the account
    /// promises.
    fn unready(&self) -> Option<NotSent> {
        None
    }

    /// Keeps what the adapter knows of the account up to date, where it must ask for it. One task calls it again and
    /// again; it ends in a few seconds.
    async fn tend(&self) {}

    /// The read that goes before payments, where the vendor has one that is harmless.
    fn prober(&self) -> Option<&dyn Prober> {
        None
    }

    /// The request as it will be sent. Pure.
    fn render(&self, request: &GatewayRequest) -> Rendered;

    /// Sends a rendered request, once.
    async fn send(&self, kind: OperationKind, amount: Money, rendered: &Rendered, window: Window) -> Reply;

    /// Looks, once.
    async fn look(&self, look: &Look, window: Window) -> Reply;
}
