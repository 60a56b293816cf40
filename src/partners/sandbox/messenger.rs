//! Sends the merchant its messages: each again until it was taken, a bounded number of times, and as late, as often
//! and in as wrong an order as the settings say. What was not taken when the process ends is never sent: a merchant
//! who needs a message to be right is wrong.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::account::Account;
use super::messages::Message;
use super::settings::WebhookSettings;
use super::world;

/// Sent at once.
const MAX_UNDER_WAY: usize = 16;

/// How long the merchant may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// After the first try that was not taken; then twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Tries in all: the last is two minutes after the first.
const TRIES: u32 = 8;

/// What sends.
#[derive(Clone)]
pub(super) struct Messenger {
    http: reqwest::Client,
    settings: Arc<WebhookSettings>,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Messenger {
    pub(super) fn new(
        settings: WebhookSettings,
        tasks: TaskTracker,
        shutdown: CancellationToken,
    ) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let places = Arc::new(Semaphore::new(MAX_UNDER_WAY));
        Ok(Self { http, settings: Arc::new(settings), places, tasks, shutdown })
    }

    /// Sends what the account has to tell until the gateway stops.
    pub(super) async fn run(self, account: Arc<Account>) {
        loop {
            tokio::select! {
                () = self.shutdown.cancelled() => return,
                () = account.has_messages() => {}
            }
            for message in account.take_messages() {
                for _ in 0..self.settings.copies {
                    let (messenger, message) = (self.clone(), message.clone());
                    self.tasks.spawn(async move { messenger.deliver(message).await });
                }
            }
        }
    }

    async fn deliver(self, message: Message) {
        let spread_ms = world::up_to(self.settings.spread_ms);
        let mut pause = Duration::from_millis(self.settings.delay_ms.saturating_add(spread_ms));
        for again in 0..TRIES {
            tokio::select! {
                () = self.shutdown.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            let Ok(_place) = self.places.acquire().await else { return };
            if self.is_taken(&message).await {
                return;
            }
            pause = FIRST_PAUSE.saturating_mul(1 << again);
        }
        tracing::warn!(event = %message.id, "a webhook was never taken");
    }

    async fn is_taken(&self, message: &Message) -> bool {
        let second = world::now_ms().div_euclid(1_000);
        let secret = self.settings.secret.expose_secret().as_bytes();
        let sent = self
            .http
            .post(&self.settings.url)
            .header("content-type", "application/json")
            .header("stripe-signature", message.signature(secret, second))
            .body(message.body.clone());
        let answered = tokio::select! {
            () = self.shutdown.cancelled() => return false,
            answered = sent.send() => answered,
        };
        answered.is_ok_and(|answer| answer.status().is_success())
    }
}
