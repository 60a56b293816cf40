//! The account between the engine and a rig, which knows one payment under a reference of its own.

use std::sync::{Arc, Mutex};

use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{GatewayCapabilities, NotSent, OperationKind, Outcome};
use cashwrap::ports::gateway::{Gateway, GatewayRequest, Guard, Look, Rendered, Window};

use crate::gateways::contract::{REFERENCE, Rig};

/// The account.
pub struct Counter<R> {
    rig: Arc<R>,
    /// The payment's reference, for which the rig's stands.
    ours: Mutex<String>,
    /// Takes an unknown outcome of a hold for a call that never left: the policy that this project exists to end.
    hasty: bool,
}

impl<R: Rig> Counter<R> {
    pub fn new(rig: Arc<R>, hasty: bool) -> Self {
        Self { rig, ours: Mutex::default(), hasty }
    }

    /// The payment's reference here and at the vendor: what the vendor tells of its own is told of ours.
    fn ours(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Definite(mut view) => {
                if view.reference.as_deref() == Some(REFERENCE) {
                    view.reference = Some(self.ours.lock().unwrap().clone());
                }
                Outcome::Definite(view)
            }
            other => other,
        }
    }
}

#[async_trait::async_trait]
impl<R: Rig + 'static> Gateway for Counter<R> {
    fn capabilities(&self) -> GatewayCapabilities {
        self.rig.gateway().capabilities()
    }

    fn unavailable(&self, guard: Guard) -> Option<NotSent> {
        self.rig.gateway().unavailable(guard)
    }

    fn render(&self, request: &GatewayRequest) -> Rendered {
        self.ours.lock().unwrap().clone_from(&request.reference);
        self.rig.gateway().render(&GatewayRequest { reference: REFERENCE.to_owned(), ..request.clone() })
    }

    async fn send(
        &self,
        kind: OperationKind,
        amount: Money,
        rendered: &Rendered,
        window: Window,
        guard: Guard,
    ) -> Outcome {
        let outcome = self.ours(self.rig.gateway().send(kind, amount, rendered, window, guard).await);
        match outcome {
            Outcome::Unknown(_) if self.hasty && kind.authorises() => Outcome::NotSent(NotSent::Connect),
            outcome => outcome,
        }
    }

    async fn look(&self, look: &Look, window: Window, guard: Guard) -> Outcome {
        let look = match look.clone() {
            Look::Reference { amount, .. } => Look::Reference { reference: REFERENCE.to_owned(), amount },
            other => other,
        };
        self.ours(self.rig.gateway().look(&look, window, guard).await)
    }
}
