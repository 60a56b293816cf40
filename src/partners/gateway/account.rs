//! One merchant account: an adapter behind its stacks, as the port asks for it.

use std::sync::Arc;

use tokio::time::Instant;
use tower::ServiceExt as _;

use super::adapter::Adapter;
use super::call::{Call, Task};
use super::class::OperationClass;
use super::probe::Probe;
use super::settings::StackSettings;
use super::stack::{Parts, Stack, probe_stack, stack};
use crate::domain::ids::AccountId;
use crate::domain::money::Money;
use crate::domain::payment::{GatewayCapabilities, NotSent, OperationKind, Outcome};
use crate::partners::breaking::breaker;
use crate::ports::gateway::{
    BreakerState, BreakerView, Gateway, GatewayRequest, Guard, Look, Operable, Rendered, Window,
};
use crate::resilience::{Availability, Breaker, Entropy, First, Limiter, RetryBudget};

/// A gateway's account behind its stacks; operators look at its breakers through [`Operable`].
pub struct GatewayAccount {
    adapter: Arc<dyn Adapter>,
    authorise: Guarded,
    capture: Guarded,
    void_refund: Guarded,
    read: Guarded,
    /// The read that goes before payments, where the gateway has one.
    probe: Option<Probe>,
}

/// The stack of one class, and what is inside it.
struct Guarded {
    class: OperationClass,
    stack: Stack,
    breaker: Breaker,
    limiter: Limiter,
}

impl GatewayAccount {
    /// Puts `adapter` behind its stacks. `account` names it in metrics; `entropy` only spreads waits.
    pub fn new(
        account: &AccountId,
        adapter: impl Adapter,
        settings: &StackSettings,
        entropy: &Entropy,
    ) -> Self {
        let adapter: Arc<dyn Adapter> = Arc::new(adapter);
        let budget = RetryBudget::new(settings.budget);
        let probes = adapter.prober().is_some();
        let guarded = |class: OperationClass| {
            // A read that is refused costs nobody a payment: it needs none before it.
            let first = if probes && class != OperationClass::Read { First::Read } else { First::Call };
            let breaker = breaker(account, class.as_str(), first, settings.breaker, entropy);
            let limiter = Limiter::new(settings.limiter);
            let parts = Parts {
                account,
                class,
                settings,
                limit: adapter.capabilities().timeout,
                budget: budget.clone(),
                breaker: breaker.clone(),
                limiter: limiter.clone(),
                entropy: entropy.clone(),
            };
            Guarded { class, stack: stack(Arc::clone(&adapter), parts), breaker, limiter }
        };
        let read = guarded(OperationClass::Read);
        let probe = probes.then(|| Probe {
            account: account.clone(),
            stack: probe_stack(Arc::clone(&adapter), account, settings, read.limiter.clone()),
            settings: *settings,
        });
        Self {
            authorise: guarded(OperationClass::Authorise),
            capture: guarded(OperationClass::Capture),
            void_refund: guarded(OperationClass::VoidRefund),
            read,
            probe,
            adapter,
        }
    }

    const fn all(&self) -> [&Guarded; 4] {
        [&self.authorise, &self.capture, &self.void_refund, &self.read]
    }

    async fn call(&self, task: Task, window: Window, guard: Guard) -> Outcome {
        let guarded = match task.class() {
            OperationClass::Authorise => &self.authorise,
            OperationClass::Capture => &self.capture,
            OperationClass::VoidRefund => &self.void_refund,
            OperationClass::Read => &self.read,
        };
        let Ok(answer) = guarded.stack.clone().oneshot(Call { task: Arc::new(task), window, guard }).await;
        answer.reply.outcome
    }
}

#[async_trait::async_trait]
impl Gateway for GatewayAccount {
    fn capabilities(&self) -> GatewayCapabilities {
        self.adapter.capabilities()
    }

    fn unavailable(&self, guard: Guard) -> Option<NotSent> {
        let refused = match (self.authorise.breaker.availability(), guard) {
            // Half open, a few calls find out whether the gateway is back; the others are refused unsent.
            (Availability::Closed | Availability::HalfOpen, _) | (_, Guard::Overruled) => None,
            (Availability::Open { .. } | Availability::Proving, Guard::Heeded) => Some(NotSent::BreakerOpen),
            (Availability::Misconfigured, Guard::Heeded) => Some(NotSent::Credentials),
        };
        let held = || self.authorise.limiter.held_until().map(|_| NotSent::RateLimited);
        self.adapter.unready().or(refused).or_else(held)
    }

    fn render(&self, request: &GatewayRequest) -> Rendered {
        self.adapter.render(request)
    }

    async fn send(
        &self,
        kind: OperationKind,
        amount: Money,
        rendered: &Rendered,
        window: Window,
        guard: Guard,
    ) -> Outcome {
        self.call(Task::Send { kind, amount, rendered: rendered.clone() }, window, guard).await
    }

    async fn look(&self, look: &Look, window: Window, guard: Guard) -> Outcome {
        self.call(Task::Look(look.clone()), window, guard).await
    }
}

#[async_trait::async_trait]
impl Operable for GatewayAccount {
    fn breakers(&self) -> Vec<BreakerView> {
        let now = Instant::now();
        self.all()
            .map(|guarded| BreakerView {
                class: guarded.class.as_str(),
                state: state(guarded.breaker.availability(), now),
            })
            .into()
    }

    async fn tend(&self, mended: bool) {
        self.adapter.tend().await;
        let Some(probe) = &self.probe else { return };
        let asks = |guarded: &Guarded| {
            let mended = || mended.then(|| guarded.breaker.recheck()).flatten();
            guarded.breaker.prove().or_else(mended).map(|pass| (guarded.class, pass))
        };
        probe.run(self.all().into_iter().filter_map(asks).collect()).await;
    }
}

fn state(availability: Availability, now: Instant) -> BreakerState {
    match availability {
        Availability::Closed => BreakerState::Closed,
        Availability::Proving | Availability::HalfOpen => BreakerState::HalfOpen,
        Availability::Open { until } => {
            BreakerState::Open { probes_in: until.saturating_duration_since(now) }
        }
        Availability::Misconfigured => BreakerState::Misconfigured,
    }
}
