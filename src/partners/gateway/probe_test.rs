//! The read that goes before payments, at an account whose gateway has one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, advance, sleep};

use super::{Adapter, GatewayAccount, Prober, Reply, StackSettings};
use crate::domain::money::Money;
use crate::domain::payment::outcome::Refusal;
use crate::domain::payment::{GatewayCapabilities, NotSent, OperationKind, Outcome, UnknownCause};
use crate::ports::gateway::{BreakerState, Gateway, GatewayRequest, Guard, Look, Operable, Rendered, Window};
use crate::resilience::Entropy;

const OPEN: Duration = Duration::from_secs(10);

/// Answers payments and reads each as it is told, and counts them.
#[derive(Clone)]
struct Script(Arc<Mutex<State>>);

struct State {
    payment: Outcome,
    read: Outcome,
    read_takes: Duration,
    payments: u32,
    reads: u32,
}

#[async_trait::async_trait]
impl Adapter for Script {
    fn capabilities(&self) -> GatewayCapabilities {
        GatewayCapabilities::stripe()
    }

    fn prober(&self) -> Option<&dyn Prober> {
        Some(self)
    }

    fn render(&self, _request: &GatewayRequest) -> Rendered {
        Rendered(Vec::new())
    }

    async fn send(&self, _: OperationKind, _: Money, _: &Rendered, _: Window) -> Reply {
        let mut state = self.0.lock().unwrap();
        state.payments += 1;
        state.payment.clone().into()
    }

    async fn look(&self, _: &Look, _: Window) -> Reply {
        broken().into()
    }
}

#[async_trait::async_trait]
impl Prober for Script {
    async fn probe(&self, _: Window) -> Reply {
        let (read, takes) = {
            let mut state = self.0.lock().unwrap();
            state.reads += 1;
            (state.read.clone(), state.read_takes)
        };
        sleep(takes).await;
        read.into()
    }
}

struct Rig {
    script: Script,
    account: GatewayAccount,
}

fn broken() -> Outcome {
    Outcome::Unknown(UnknownCause::ServerError)
}

fn nowhere() -> Outcome {
    Outcome::Refused(Refusal {
        code: "resource_missing".to_owned(),
        class: None,
        not_found: true,
        retry_after: None,
    })
}

impl Rig {
    /// An account whose open time after this failure of its payments has just passed.
    async fn after(payment: Outcome, kinds: &[OperationKind]) -> Self {
        let (read, read_takes) = (nowhere(), Duration::ZERO);
        let state = State { payment, read, read_takes, payments: 0, reads: 0 };
        let script = Script(Arc::new(Mutex::new(state)));
        let account = GatewayAccount::new(
            &"primary".parse().unwrap(),
            script.clone(),
            &StackSettings::default(),
            &Entropy::new(|| 1 << 63),
        );
        let rig = Self { script, account };
        for kind in kinds {
            for _ in 0..5 {
                let _ = rig.send(*kind).await;
            }
        }
        rig.set(|state| state.payments = 0);
        advance(OPEN).await;
        rig
    }

    fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.script.0.lock().unwrap());
    }

    fn counts(&self) -> (u32, u32) {
        let state = self.script.0.lock().unwrap();
        (state.reads, state.payments)
    }

    async fn send(&self, kind: OperationKind) -> Outcome {
        let end = Instant::now() + Duration::from_mins(1);
        let window = Window { send_by: end, answer_by: end };
        let amount = Money::new(1_000, "EUR".parse().unwrap());
        self.account.send(kind, amount, &Rendered(Vec::new()), window, Guard::Heeded).await
    }

    fn unavailable(&self) -> Option<NotSent> {
        self.account.unavailable(Guard::Heeded)
    }

    fn states(&self) -> [BreakerState; 4] {
        let states: Vec<_> = self.account.breakers().into_iter().map(|view| view.state).collect();
        states.try_into().unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_one_read_goes_before_the_payments_however_many_wait() {
    let rig = Rig::after(broken(), &[OperationKind::Confirm]).await;
    for _ in 0..100 {
        assert_eq!(rig.send(OperationKind::Create).await, Outcome::NotSent(NotSent::BreakerOpen));
    }
    assert_eq!((rig.counts(), rig.unavailable()), ((0, 0), Some(NotSent::BreakerOpen)));
    for _ in 0..100 {
        rig.account.tend(false).await;
    }
    assert_eq!((rig.counts(), rig.unavailable()), ((1, 0), None));
    let _ = rig.send(OperationKind::Create).await;
    assert_eq!(rig.counts(), (1, 1), "payments go out again");
    assert!(
        matches!(rig.states()[0], BreakerState::Open { .. }),
        "and one that fails opens the breaker again"
    );
}

#[tokio::test(start_paused = true)]
async fn a_read_that_fails_keeps_payments_away_for_twice_as_long_and_is_made_once_in_that_time() {
    let rig = Rig::after(broken(), &[OperationKind::Confirm]).await;
    rig.set(|state| state.read = broken());
    for _ in 0..19 {
        rig.account.tend(false).await;
        assert_eq!(rig.unavailable(), Some(NotSent::BreakerOpen));
        advance(Duration::from_secs(1)).await;
    }
    assert_eq!(rig.counts(), (1, 0));
    advance(Duration::from_secs(1)).await;
    rig.account.tend(false).await;
    assert_eq!(rig.counts(), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn one_read_answers_for_every_class_that_waits_and_the_reads_own_breaker_needs_none() {
    let kinds = [OperationKind::Confirm, OperationKind::Capture, OperationKind::Refund];
    let rig = Rig::after(broken(), &kinds).await;
    rig.account.tend(false).await;
    let half = BreakerState::HalfOpen;
    assert_eq!((rig.counts(), rig.states()), ((1, 0), [half, half, half, BreakerState::Closed]));
    for kind in kinds {
        assert_eq!(rig.send(kind).await, broken(), "{kind:?} goes out");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_the_gateway_itself_answers_proves_that_it_is_there_and_what_others_do_proves_nothing() {
    for (read, alive) in [
        (nowhere(), true),
        (Outcome::NotSent(NotSent::RateLimited), true),
        (Outcome::NotSent(NotSent::Connect), false),
        (Outcome::NotSent(NotSent::Credentials), false),
        (Outcome::Unknown(UnknownCause::Reset), false),
        (Outcome::Unknown(UnknownCause::Garbage), false),
        (Outcome::Unknown(UnknownCause::NotConclusive), false),
    ] {
        let rig = Rig::after(broken(), &[OperationKind::Confirm]).await;
        rig.set(|state| state.read = read.clone());
        rig.account.tend(false).await;
        assert_eq!(rig.unavailable().is_none(), alive, "{read:?}");
        assert_eq!(rig.counts(), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_hangs_is_cut_after_its_limit_and_has_failed() {
    let rig = Rig::after(broken(), &[OperationKind::Confirm]).await;
    rig.set(|state| state.read_takes = Duration::from_hours(1));
    let began = Instant::now();
    rig.account.tend(false).await;
    assert_eq!(began.elapsed(), StackSettings::default().probe_limit);
    assert_eq!(rig.states()[0], BreakerState::Open { probes_in: OPEN * 2 });
}

#[tokio::test(start_paused = true)]
async fn a_read_that_is_given_up_by_its_task_can_be_made_again() {
    let rig = Rig::after(broken(), &[OperationKind::Confirm]).await;
    rig.set(|state| state.read_takes = Duration::from_secs(1));
    let mut given_up = Box::pin(rig.account.tend(false));
    assert!(futures::poll!(&mut given_up).is_pending());
    rig.account.tend(false).await;
    assert_eq!(rig.counts(), (1, 0), "one at a time");
    drop(given_up);
    rig.account.tend(false).await;
    assert_eq!((rig.counts(), rig.unavailable()), ((2, 0), None));
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_are_read_again_only_where_somebody_says_that_they_are_mended() {
    let rig = Rig::after(Outcome::NotSent(NotSent::Credentials), &[OperationKind::Confirm]).await;
    rig.account.tend(false).await;
    assert_eq!((rig.counts(), rig.unavailable()), ((0, 0), Some(NotSent::Credentials)));
    rig.set(|state| state.read = Outcome::NotSent(NotSent::Credentials));
    for _ in 0..30 {
        rig.account.tend(true).await;
        advance(Duration::from_secs(1)).await;
    }
    assert_eq!((rig.counts(), rig.unavailable()), ((3, 0), Some(NotSent::Credentials)));
    rig.set(|state| state.read = nowhere());
    rig.account.tend(true).await;
    assert_eq!((rig.counts(), rig.unavailable()), ((4, 0), None));
}
