//! Calls a gateway while the lease is kept. No transaction and no connection of the store is held meanwhile.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::case::Case;
use super::driver::Driver;
use crate::domain::ids::{AccountId, OperationId, PaymentId};
use crate::domain::payment::{
    Attempt, Effect, Input, NotSent, Operation, OperationKind, Outcome, Payment, UnknownCause,
};
use crate::mutants::{self, Mutant, planted};
use crate::ports::gateway::{Call, Gateway, GatewayRequest, Guard, Look, Rendered, Window};
use crate::ports::store::Claim;

/// A look answers fast or not at all: it holds nothing, and the ladder has other rungs.
const LOOK_PATIENCE: Duration = Duration::from_secs(10);

/// What an effect needs before it can be intended or performed.
#[derive(Debug)]
pub enum Prepared {
    /// The sealed rendering and the plain one, ready to be sent once its intent is durable.
    Ready {
        /// For the operation's row.
        sealed: Vec<u8>,
        /// For the socket.
        rendered: Rendered,
    },
    /// The sealed token cannot be opened, or the account is not configured: nothing can be sent.
    Impossible,
}

/// What binds the parameters of a return: a token's ciphertext cannot be put in their place.
fn returned_to(payment: PaymentId) -> String {
    format!("{payment}/return")
}

impl Driver {
    /// Renders the request of an effect that moves money, under the id that its operation has or will have.
    pub(super) fn prepare(&self, payment: &Payment, effect: &Effect, operation: OperationId) -> Prepared {
        let Some((account, call)) = self.call_of(payment, effect) else { return Prepared::Impossible };
        let Some(gateway) = self.gateways.get(&account) else { return Prepared::Impossible };
        let shared = planted(Mutant::OneKeyForTwoRefunds) && matches!(call, Call::Refund { .. });
        let request = GatewayRequest {
            key: if shared { payment.id.to_string() } else { operation.to_string() },
            store: payment.store.clone(),
            reference: payment.id.to_string(),
            amount: payment.amount,
            call,
        };
        let rendered = gateway.render(&request);
        Prepared::Ready { sealed: self.vault.seal(&operation.to_string(), &rendered.0), rendered }
    }

    /// Until when the request of an effect may leave.
    pub(super) fn leaves_by(&self, payment: &Payment, effect: &Effect, now: Timestamp) -> Instant {
        let kind = match effect {
            Effect::Begin { kind, .. } => Some((None, *kind)),
            Effect::Next { attempt, kind, .. } => {
                Some((payment.attempts.iter().find(|each| each.id == *attempt), *kind))
            }
            Effect::Send { operation } | Effect::Replay { operation } => {
                let attempt = payment.attempt_of(*operation);
                attempt
                    .and_then(|attempt| attempt.operation(*operation))
                    .map(|operation| (attempt, operation.kind))
            }
            Effect::Look { .. } => None,
        };
        match kind {
            Some((attempt, kind)) => self.monotonic(payment.leaves_by(attempt, kind, now, &self.policy)),
            None => Instant::now(),
        }
    }

    /// A moment of the clock on the monotonic scale, which no jump of the clock can stretch afterwards.
    fn monotonic(&self, moment: Timestamp) -> Instant {
        let left = moment.duration_since(self.clock.now());
        Instant::now() + Duration::try_from(left).unwrap_or_default()
    }

    fn call_of(&self, payment: &Payment, effect: &Effect) -> Option<(AccountId, Call)> {
        match effect {
            Effect::Begin { account, kind, .. } => {
                let sealed = payment.token(account)?;
                let plain = self.vault.open(&payment.id.to_string(), sealed).ok()?;
                let token = String::from_utf8(plain).ok()?;
                let return_url = payment.return_url.clone();
                let call = match kind {
                    OperationKind::Create => Call::Create { token, return_url },
                    _ => Call::Authorise { token, return_url },
                };
                Some((account.clone(), call))
            }
            Effect::Next { attempt, kind, amount_minor } => {
                let attempt = payment.attempts.iter().find(|each| each.id == *attempt)?;
                self.call_on(payment, attempt, *kind, *amount_minor)
            }
            Effect::Send { operation } => {
                let attempt = payment.attempt_of(*operation)?;
                let operation = attempt.operation(*operation)?;
                self.call_on(payment, attempt, operation.kind, operation.amount_minor)
            }
            Effect::Replay { .. } | Effect::Look { .. } => None,
        }
    }

    /// What a customer's browser brought back, as it lies in the payment's row until it was asked with.
    pub fn seal_brought_back(&self, payment: PaymentId, parameters: &[(String, String)]) -> Vec<u8> {
        // Writing strings cannot fail; what could not be read again would not be sent.
        let plain = serde_json::to_vec(parameters).unwrap_or_default();
        self.vault.seal(&returned_to(payment), &plain)
    }

    /// What was brought back from an action, to be asked with; nothing where nothing was, and `None` where it cannot be
    /// opened.
    fn brought_back(&self, payment: &Payment, attempt: &Attempt) -> Option<Vec<(String, String)>> {
        let sealed = attempt.after_action.as_ref().and_then(|after| after.brought_back.as_ref());
        let Some(sealed) = sealed else { return Some(Vec::new()) };
        let plain = self.vault.open(&returned_to(payment.id), sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    /// A call on what an attempt began. What has no id yet can only be voided, and only where the vendor voids by
    /// our reference (R3d).
    fn call_on(
        &self,
        payment: &Payment,
        attempt: &Attempt,
        kind: OperationKind,
        amount_minor: i64,
    ) -> Option<(AccountId, Call)> {
        let by_reference =
            || self.gateways.get(&attempt.account)?.capabilities().void_by_reference.then_some(());
        let call = match (kind, attempt.object.clone()) {
            (OperationKind::Confirm, object) => {
                let brought_back = self.brought_back(payment, attempt)?;
                if object.is_none() && brought_back.is_empty() {
                    return None;
                }
                Call::Confirm { object, return_url: payment.return_url.clone(), brought_back }
            }
            (OperationKind::Capture, Some(object)) => Call::Capture { object, amount_minor },
            (OperationKind::Void, Some(object)) => Call::Void { object },
            (OperationKind::Void, None) => by_reference().map(|()| Call::VoidReference)?,
            (OperationKind::Refund, Some(object)) => Call::Refund { object, amount_minor },
            (OperationKind::Create | OperationKind::Authorise, _)
            | (OperationKind::Capture | OperationKind::Refund, None) => return None,
        };
        Some((attempt.account.clone(), call))
    }

    /// Performs an effect whose intent, if it needs one, is durable; gives back what to react to. The lease is
    /// renewed while the call is out, and the call goes on even when it is lost: its outcome is then refused
    /// by the fence, and whoever holds the claim resolves it.
    pub(super) async fn perform(
        &self,
        case: &Case,
        index: usize,
        effect: &Effect,
        sending: Option<(OperationId, Rendered, Instant)>,
        claim: &Claim,
    ) -> Option<Input> {
        let payment = case.payment(index)?;
        let call = self.call(payment, effect, sending);
        tokio::pin!(call);
        let mut beat = tokio::time::interval(self.settings.renew_every);
        beat.tick().await;
        let mut ours = true;
        loop {
            // In order, not by lot: an answer that is there comes before the beat, and a run can be repeated.
            tokio::select! {
                biased;
                input = &mut call => return input,
                _ = beat.tick(), if ours => {
                    ours = self.store.renew(claim, self.settings.lease).await.unwrap_or(true);
                }
            }
        }
    }

    async fn call(
        &self,
        payment: &Payment,
        effect: &Effect,
        sending: Option<(OperationId, Rendered, Instant)>,
    ) -> Option<Input> {
        match (effect, sending) {
            (Effect::Look { attempt, operation }, _) => {
                let attempt = payment.attempts.iter().find(|each| each.id == *attempt)?;
                let sought = operation.and_then(|id| attempt.operation(id));
                let outcome = self.look(payment, attempt, sought).await;
                Some(Input::Looked { attempt: attempt.id, operation: *operation, outcome })
            }
            (Effect::Replay { operation }, _) => {
                let outcome = self.replay(payment, *operation).await;
                Some(Input::Outcome { operation: *operation, replay: true, outcome })
            }
            (_, Some((operation, rendered, send_by))) => {
                let attempt = payment.attempt_of(operation)?;
                let kind = attempt.operation(operation)?.kind;
                let begins = matches!(kind, OperationKind::Create | OperationKind::Authorise);
                let outcome = match self.way(payment, attempt, begins) {
                    Ok((gateway, guard)) => {
                        let answer_by = Instant::now() + gateway.capabilities().timeout;
                        let window = Window { send_by, answer_by };
                        gateway.send(kind, payment.amount, &rendered, window, guard).await
                    }
                    Err(why) => Outcome::NotSent(why),
                };
                Some(Input::Outcome { operation, replay: false, outcome })
            }
            (_, None) => None,
        }
    }

    /// The gateway of an attempt, and whether its breakers have a say; or why nothing of this store goes there.
    fn way(&self, of: &Payment, attempt: &Attempt, begins: bool) -> Result<(&dyn Gateway, Guard), NotSent> {
        let gateway = self.gateways.get(&attempt.account).ok_or(NotSent::Drained)?;
        let guard = self.modes.admit(&of.store, &attempt.account, begins)?;
        Ok((gateway.as_ref(), guard))
    }

    async fn look(&self, payment: &Payment, attempt: &Attempt, sought: Option<&Operation>) -> Outcome {
        let (gateway, guard) = match self.way(payment, attempt, false) {
            Ok(way) => way,
            Err(why) => return Outcome::NotSent(why),
        };
        let amount = payment.amount;
        let look = match (&attempt.object, sought) {
            (Some(object), Some(refund)) if refund.kind == OperationKind::Refund => {
                Look::Refund { object: object.clone(), key: refund.idempotency_key(), amount }
            }
            (Some(object), _) if gateway.capabilities().looks_by_id(true) => {
                Look::Object { object: object.clone(), amount }
            }
            _ => Look::Reference { reference: payment.id.to_string(), amount },
        };
        let now = Instant::now();
        let patience = LOOK_PATIENCE.min(gateway.capabilities().timeout);
        gateway.look(&look, Window { send_by: now + patience, answer_by: now + patience }, guard).await
    }

    /// Sends the stored bytes again: a rolling deploy cannot change them (R1).
    async fn replay(&self, payment: &Payment, operation: OperationId) -> Outcome {
        let stored = payment.attempt_of(operation).and_then(|attempt| {
            let row = attempt.operation(operation)?;
            let mut bytes = self.vault.open(&operation.to_string(), row.rendered.as_deref()?).ok()?;
            if planted(Mutant::ReplayReRendered) {
                bytes.push(b' ');
            }
            if planted(Mutant::FreshKeyPerRetry) {
                let fresh = OperationId(self.ids.fresh());
                bytes = mutants::rekeyed(&bytes, &operation.to_string(), &fresh.to_string());
            }
            // What is not sent proves nothing of the first time.
            let (gateway, guard) = self.way(payment, attempt, false).ok()?;
            Some((gateway, guard, attempt, row.kind, Rendered(bytes)))
        });
        match stored {
            Some((gateway, guard, attempt, kind, rendered)) => {
                let patience = LOOK_PATIENCE.min(gateway.capabilities().timeout);
                let by = payment.leaves_by(Some(attempt), kind, self.clock.now(), &self.policy);
                let send_by = self.monotonic(by);
                let window = Window { send_by, answer_by: Instant::now() + patience };
                gateway.send(kind, payment.amount, &rendered, window, guard).await
            }
            None => Outcome::Unknown(UnknownCause::NotConclusive),
        }
    }
}
