//! A gateway that looks into the store at the moment of each call: is its operation's row there, and open?
//!
//! It looks past the process that calls, at what is durable. What it finds is kept for the oracle, because a row
//! that stands there afterwards does not prove that it stood there before. It never changes a call.

use std::sync::{Arc, Mutex};

use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{GatewayCapabilities, NotSent, OperationKind, Outcome, invariants};
use cashwrap::ports::Record;
use cashwrap::ports::gateway::{Gateway, GatewayRequest, Guard, Look, Rendered, Window};
use cashwrap::ports::store::{Key, Kind, Query, Store};

use super::till::{Till, addressed};
use super::world::store_id;

/// A call that moves money or makes an object at a vendor.
#[derive(Debug, Clone)]
pub struct Witnessing {
    /// Its idempotency key.
    pub key: String,
    /// Why it should not have been made: nothing, where its row was there and open.
    pub complaint: Option<String>,
}

/// Every call that processes made, in order.
#[derive(Clone, Default)]
pub struct Calls(Arc<Mutex<Vec<Witnessing>>>);

impl Calls {
    /// The calls so far.
    pub fn seen(&self) -> Vec<Witnessing> {
        self.0.lock().unwrap().clone()
    }
}

/// A till behind a witness.
pub struct Witnessed {
    pub inner: Till,
    pub store: Arc<dyn Store<Record>>,
    pub calls: Calls,
}

impl Witnessed {
    /// What is wrong with the durable rows at the moment of the call. A replay finds its row UNKNOWN, a first call
    /// finds it SENDING, and either finds the bytes that it sends.
    async fn complaint(&self, kind: OperationKind, key: &str, reference: &str) -> Option<String> {
        let row = Key::new(&store_id(), Kind::Payment, reference);
        let query = Query { keys: vec![row.clone()], ..Query::default() };
        let held = self.store.read(&query).await.unwrap().rows.remove(&row);
        let Some(Record::Payment(payment)) = held.map(|row| row.row) else {
            return Some(format!("{key} is sent for {reference}, of which there is no row"));
        };
        let mut operations = payment.attempts.iter().flat_map(|attempt| &attempt.operations);
        let Some(operation) = operations.find(|each| each.idempotency_key() == key) else {
            return Some(format!("{key} is sent before its operation has a row"));
        };
        if operation.kind != kind || !operation.outstanding() || operation.rendered.is_none() {
            let (wanted, state) = (operation.kind.as_str(), operation.state.as_str());
            return Some(format!("{key} is sent as {} while its row is a {wanted} {state}", kind.as_str()));
        }
        invariants::check(&payment).err().map(|violation| format!("{key} is sent while {violation}"))
    }
}

#[async_trait::async_trait]
impl Gateway for Witnessed {
    fn capabilities(&self) -> GatewayCapabilities {
        self.inner.capabilities()
    }

    fn unavailable(&self, guard: Guard) -> Option<NotSent> {
        self.inner.unavailable(guard)
    }

    fn render(&self, request: &GatewayRequest) -> Rendered {
        self.inner.render(request)
    }

    async fn send(
        &self,
        kind: OperationKind,
        amount: Money,
        rendered: &Rendered,
        window: Window,
        guard: Guard,
    ) -> Outcome {
        let (key, reference) = addressed(rendered);
        let complaint = self.complaint(kind, &key, &reference).await;
        self.calls.0.lock().unwrap().push(Witnessing { key, complaint });
        self.inner.send(kind, amount, rendered, window, guard).await
    }

    async fn look(&self, look: &Look, window: Window, guard: Guard) -> Outcome {
        self.inner.look(look, window, guard).await
    }
}
