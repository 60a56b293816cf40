//! An account's stacks around an adapter that answers from a script: what trips which breaker, what is
//! repeated, and what operators can do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, advance, sleep};

use super::{Adapter, GatewayAccount, Reply, StackSettings};
use crate::domain::money::Money;
use crate::domain::payment::{
    Decline, DeclineClass, GatewayCapabilities, NotSent, OperationKind, Outcome, Status, UnknownCause, View,
};
use crate::ports::gateway::{BreakerState, Gateway, GatewayRequest, Guard, Look, Operable, Rendered, Window};
use crate::resilience::Entropy;

const LIMIT: Duration = Duration::from_secs(50);
const LONG: Duration = Duration::from_mins(2);

/// Answers always the same, after a time, and counts what reached it.
#[derive(Clone)]
struct Script(Arc<Mutex<State>>);

struct State {
    reply: Reply,
    takes: Duration,
    calls: u32,
}

impl Script {
    fn answers(&self, reply: impl Into<Reply>) {
        self.0.lock().unwrap().reply = reply.into();
    }

    fn takes(&self, takes: Duration) {
        self.0.lock().unwrap().takes = takes;
    }

    fn calls(&self) -> u32 {
        self.0.lock().unwrap().calls
    }

    async fn answer(&self) -> Reply {
        let (reply, takes) = {
            let mut state = self.0.lock().unwrap();
            state.calls += 1;
            (state.reply.clone(), state.takes)
        };
        if !takes.is_zero() {
            sleep(takes).await;
        }
        reply
    }
}

#[async_trait::async_trait]
impl Adapter for Script {
    fn capabilities(&self) -> GatewayCapabilities {
        GatewayCapabilities { timeout: LIMIT, ..GatewayCapabilities::stripe() }
    }

    fn render(&self, _request: &GatewayRequest) -> Rendered {
        Rendered(Vec::new())
    }

    async fn send(&self, _: OperationKind, _: Money, _: &Rendered, _: Window) -> Reply {
        self.answer().await
    }

    async fn look(&self, _: &Look, _: Window) -> Reply {
        self.answer().await
    }
}

struct Rig {
    script: Script,
    account: GatewayAccount,
}

impl Rig {
    fn new() -> Self {
        let state = State { reply: seen(Status::Authorised).into(), takes: Duration::ZERO, calls: 0 };
        let script = Script(Arc::new(Mutex::new(state)));
        let account = GatewayAccount::new(
            &"primary".parse().unwrap(),
            script.clone(),
            &StackSettings::default(),
            &Entropy::new(|| 1 << 63),
        );
        Self { script, account }
    }

    async fn send(&self, kind: OperationKind) -> Outcome {
        self.send_within(kind, LONG).await
    }

    async fn send_within(&self, kind: OperationKind, left: Duration) -> Outcome {
        self.send_as(Guard::Heeded, kind, left).await
    }

    async fn send_as(&self, guard: Guard, kind: OperationKind, left: Duration) -> Outcome {
        let now = Instant::now();
        let window = Window { send_by: now + Duration::from_secs(5).min(left), answer_by: now + left };
        self.account.send(kind, euros(), &Rendered(Vec::new()), window, guard).await
    }

    fn unavailable(&self) -> Option<NotSent> {
        self.account.unavailable(Guard::Heeded)
    }

    async fn look(&self) -> Outcome {
        let now = Instant::now();
        let look = Look::Object { object: "pi_1".into(), amount: euros() };
        let window = Window { send_by: now + LONG, answer_by: now + LONG };
        self.account.look(&look, window, Guard::Heeded).await
    }

    fn state(&self, class: &str) -> BreakerState {
        self.account.breakers().into_iter().find(|view| view.class == class).unwrap().state
    }

    /// Five authorisations in a row, and what that makes of the account.
    async fn after_five(reply: impl Into<Reply>) -> Option<NotSent> {
        let rig = Self::new();
        rig.script.answers(reply);
        for _ in 0..5 {
            let _ = rig.send(OperationKind::Confirm).await;
        }
        rig.unavailable()
    }
}

fn euros() -> Money {
    Money::new(1_000, "EUR".parse().unwrap())
}

fn seen(status: Status) -> Outcome {
    Outcome::Definite(View {
        object: Some("pi_1".into()),
        status,
        amount: euros(),
        reference: None,
        capturable_minor: 1_000,
        captured_minor: 0,
        refunded_minor: None,
        card: None,
    })
}

fn declined() -> Outcome {
    seen(Status::Declined(Decline::new(DeclineClass::DoNotHonor, "do_not_honor".into())))
}

#[tokio::test(start_paused = true)]
async fn failed_connects_open_the_breaker() {
    assert_eq!(Rig::after_five(Outcome::NotSent(NotSent::Connect)).await, Some(NotSent::BreakerOpen));
}

#[tokio::test(start_paused = true)]
async fn server_errors_resets_and_garbage_open_the_breaker() {
    for cause in [UnknownCause::ServerError, UnknownCause::Reset, UnknownCause::Garbage] {
        assert_eq!(Rig::after_five(Outcome::Unknown(cause)).await, Some(NotSent::BreakerOpen), "{cause:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_processor_opens_the_breaker() {
    let unavailable = Reply { processor_unavailable: true, ..declined().into() };
    assert_eq!(Rig::after_five(unavailable).await, Some(NotSent::BreakerOpen));
}

#[tokio::test(start_paused = true)]
async fn declines_actions_conflicts_and_what_is_processed_never_open_the_breaker() {
    let action = seen(Status::ActionNeeded { redirect_url: "https://a.example".into() });
    let conflict = Outcome::Unknown(UnknownCause::InProgress);
    for outcome in [declined(), action, conflict, Outcome::Unknown(UnknownCause::Processing)] {
        assert_eq!(Rig::after_five(outcome.clone()).await, None, "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn timeouts_at_the_gateways_limit_open_the_breaker_and_a_callers_deadline_does_not() {
    let rig = Rig::new();
    rig.script.takes(LONG);
    for _ in 0..20 {
        let told = rig.send_within(OperationKind::Confirm, Duration::from_secs(10)).await;
        assert_eq!(told, Outcome::Unknown(UnknownCause::Timeout));
    }
    assert_eq!(rig.unavailable(), None);
    for _ in 0..5 {
        assert_eq!(rig.send(OperationKind::Confirm).await, Outcome::Unknown(UnknownCause::Timeout));
    }
    assert_eq!(rig.unavailable(), Some(NotSent::BreakerOpen));
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_sends_nothing_and_half_open_the_account_is_available_again() {
    let rig = Rig::new();
    rig.script.answers(Outcome::Unknown(UnknownCause::ServerError));
    for _ in 0..5 {
        let _ = rig.send(OperationKind::Confirm).await;
    }
    assert_eq!(rig.send(OperationKind::Create).await, Outcome::NotSent(NotSent::BreakerOpen));
    assert_eq!(rig.script.calls(), 5);
    advance(Duration::from_secs(13)).await;
    assert_eq!(rig.state("authorise"), BreakerState::HalfOpen);
    assert_eq!(rig.unavailable(), None);
    rig.script.answers(seen(Status::Authorised));
    assert_eq!(rig.send(OperationKind::Create).await, seen(Status::Authorised));
    assert_eq!(rig.state("authorise"), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn voids_captures_and_looks_do_not_pass_through_the_authorise_breaker() {
    let rig = Rig::new();
    rig.script.answers(Outcome::Unknown(UnknownCause::ServerError));
    for _ in 0..5 {
        let _ = rig.send(OperationKind::Authorise).await;
    }
    rig.script.answers(seen(Status::Voided));
    for kind in [OperationKind::Void, OperationKind::Refund, OperationKind::Capture] {
        assert_eq!(rig.send(kind).await, seen(Status::Voided), "{kind:?}");
    }
    assert_eq!(rig.look().await, seen(Status::Voided));
    assert_eq!(rig.send(OperationKind::Create).await, Outcome::NotSent(NotSent::BreakerOpen));
}

#[tokio::test(start_paused = true)]
async fn money_is_sent_again_once_after_a_failed_connect_and_never_after_an_unknown() {
    let rig = Rig::new();
    rig.script.answers(Outcome::NotSent(NotSent::Connect));
    assert_eq!(rig.send(OperationKind::Capture).await, Outcome::NotSent(NotSent::Connect));
    assert_eq!(rig.script.calls(), 2);
    rig.script.answers(Outcome::Unknown(UnknownCause::Reset));
    assert_eq!(rig.send(OperationKind::Capture).await, Outcome::Unknown(UnknownCause::Reset));
    assert_eq!(rig.script.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_look_is_repeated_twice() {
    let rig = Rig::new();
    rig.script.answers(Outcome::Unknown(UnknownCause::ServerError));
    let _ = rig.look().await;
    assert_eq!(rig.script.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_holds_back_the_class_for_as_long_as_was_asked() {
    let rig = Rig::new();
    let limited = Outcome::NotSent(NotSent::RateLimited);
    rig.script.answers(Reply { retry_after: Some(Duration::from_secs(3)), ..limited.clone().into() });
    assert_eq!(rig.send(OperationKind::Confirm).await, limited);
    assert_eq!(rig.send(OperationKind::Confirm).await, limited);
    assert_eq!(rig.script.calls(), 1, "the second was held back here");
    for guard in [Guard::Heeded, Guard::Overruled] {
        let told = rig.account.unavailable(guard);
        assert_eq!(told, Some(NotSent::RateLimited), "a payment is not begun here meanwhile");
    }
    rig.script.answers(seen(Status::Authorised));
    assert_eq!(rig.send(OperationKind::Void).await, seen(Status::Authorised), "another class goes on");
    advance(Duration::from_secs(3)).await;
    assert_eq!(rig.unavailable(), None);
    assert_eq!(rig.send(OperationKind::Confirm).await, seen(Status::Authorised));
    assert_eq!(rig.state("authorise"), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_stop_the_class_until_a_call_that_overrules_shows_them_mended() {
    let rig = Rig::new();
    rig.script.answers(Outcome::NotSent(NotSent::Credentials));
    let _ = rig.send(OperationKind::Create).await;
    assert_eq!(rig.unavailable(), Some(NotSent::Credentials));
    advance(Duration::from_hours(1)).await;
    assert_eq!(rig.state("authorise"), BreakerState::Misconfigured);
    rig.script.answers(seen(Status::Authorised));
    assert_eq!(rig.send(OperationKind::Create).await, Outcome::NotSent(NotSent::Credentials));
    let overruling = rig.send_as(Guard::Overruled, OperationKind::Create, LONG).await;
    assert_eq!(overruling, seen(Status::Authorised));
    assert_eq!(rig.unavailable(), None, "the credentials were mended");
}

#[tokio::test(start_paused = true)]
async fn one_stores_word_against_the_breakers_is_not_anothers() {
    let rig = Rig::new();
    rig.script.answers(Outcome::Unknown(UnknownCause::ServerError));
    for _ in 0..5 {
        let _ = rig.send(OperationKind::Confirm).await;
    }
    assert_eq!(rig.account.unavailable(Guard::Overruled), None);
    assert_eq!(rig.account.unavailable(Guard::Heeded), Some(NotSent::BreakerOpen));
    rig.script.answers(seen(Status::Authorised));
    let overruling = rig.send_as(Guard::Overruled, OperationKind::Create, LONG).await;
    assert_eq!(overruling, seen(Status::Authorised));
    assert_eq!(rig.send(OperationKind::Create).await, Outcome::NotSent(NotSent::BreakerOpen));
    assert_eq!(rig.script.calls(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_time_is_not_sent() {
    let rig = Rig::new();
    let told = rig.send_within(OperationKind::Confirm, Duration::from_millis(100)).await;
    assert_eq!(told, Outcome::NotSent(NotSent::TooLate));
    assert_eq!(rig.script.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_with_less_left_than_its_class_lately_took_is_not_sent_and_another_class_is() {
    let rig = Rig::new();
    rig.script.takes(Duration::from_secs(3));
    for _ in 0..20 {
        assert_eq!(rig.send(OperationKind::Confirm).await, seen(Status::Authorised));
    }
    rig.script.takes(Duration::ZERO);
    let left = Duration::from_secs(2);
    assert_eq!(rig.send_within(OperationKind::Confirm, left).await, Outcome::NotSent(NotSent::TooLate));
    assert_eq!(rig.send_within(OperationKind::Void, left).await, seen(Status::Authorised));
    assert_eq!(rig.script.calls(), 21);
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_raise_the_gauge_that_alerts_and_nothing_else_does() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let rig = metrics::with_local_recorder(&recorder, Rig::new);
    let told = |class: &str, level: u8| {
        let line = format!("cashwrap_breaker_state{{account=\"primary\",class=\"{class}\"}} {level}");
        assert!(handle.render().contains(&line), "{line} is not in {}", handle.render());
    };
    rig.script.answers(Outcome::NotSent(NotSent::Credentials));
    let _ = rig.send(OperationKind::Confirm).await;
    told("authorise", 3);
    rig.script.answers(Outcome::Unknown(UnknownCause::ServerError));
    for _ in 0..5 {
        let _ = rig.send(OperationKind::Capture).await;
    }
    told("capture", 2);
    told("read", 0);
}

#[tokio::test(start_paused = true)]
async fn more_calls_than_the_gateway_may_have_are_not_sent() {
    let rig = Rig::new();
    rig.script.takes(Duration::from_secs(1));
    let most = StackSettings::default().max_in_flight;
    let calls = std::iter::repeat_with(|| rig.send(OperationKind::Confirm)).take(most + 1);
    let told = futures::future::join_all(calls).await;
    let saturated = told.iter().filter(|told| **told == Outcome::NotSent(NotSent::Saturated)).count();
    assert_eq!(saturated, 1);
}
