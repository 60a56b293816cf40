//! Signed notifications: sent when something has happened, as one item in a message, and again until they are taken.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};

use super::ledger::Payment;
use super::{HMAC_KEY, MERCHANT};
use crate::support::patience::spawn;

/// After this nobody listens any more.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// How notifications come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mood {
    /// So long after what they tell of.
    pub delay: Duration,
    /// Each so many times more.
    pub duplicates: u32,
    /// The newest first: each waits for the one after it, or for a moment.
    pub reordered: bool,
    /// The next so many never come.
    pub lost: u32,
    /// None comes before `Adyen::release`.
    pub held: bool,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) event: &'static str,
    pub(super) success: bool,
    pub(super) psp: String,
    pub(super) original: String,
    pub(super) reference: String,
    pub(super) value: i64,
    pub(super) currency: String,
}

impl Item {
    /// Of a payment itself.
    pub(super) fn of_payment(event: &'static str, success: bool, psp: &str, payment: &Payment) -> Self {
        let value = if payment.authorised > 0 { payment.authorised } else { payment.value };
        Self {
            event,
            success,
            psp: psp.to_owned(),
            original: String::new(),
            reference: payment.reference.clone(),
            value,
            currency: payment.currency.clone(),
        }
    }

    /// The message, signed.
    fn message(&self) -> Value {
        let success = self.success.to_string();
        let value = self.value.to_string();
        let signed: [&str; 8] = [
            &self.psp,
            &self.original,
            MERCHANT,
            &self.reference,
            &value,
            &self.currency,
            self.event,
            &success,
        ];
        let digit = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let key: Vec<u8> = HMAC_KEY.as_bytes().chunks(2).map(digit).collect();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.join(":").as_bytes());
        let mut item = json!({
            "pspReference": self.psp, "merchantAccountCode": MERCHANT, "merchantReference": self.reference,
            "amount": {"value": self.value, "currency": self.currency}, "eventCode": self.event,
            "success": success, "eventDate": "2026-05-01T12:00:00+02:00", "reason": "a text",
            "additionalData": {"hmacSignature": STANDARD.encode(tag)},
        });
        if !self.original.is_empty() {
            item["originalReference"] = json!(self.original);
        }
        json!({"live": "false", "notificationItems": [{"NotificationRequestItem": item}]})
    }
}

#[derive(Default)]
struct Desk {
    url: Option<String>,
    mood: Mood,
    held: Vec<Item>,
    parked: Option<Item>,
}

/// Sends them.
#[derive(Clone, Default)]
pub(super) struct Notifier {
    desk: Arc<Mutex<Desk>>,
    client: reqwest::Client,
}

impl Notifier {
    pub(super) fn tell(&self, url: &str) {
        self.desk.lock().unwrap().url = Some(url.to_owned());
    }

    pub(super) fn mood(&self, mood: Mood) {
        self.desk.lock().unwrap().mood = mood;
    }

    /// Takes what has happened, and does with it as the mood says.
    pub(super) fn happened(&self, item: Item) {
        let (mood, items) = {
            let mut desk = self.desk.lock().unwrap();
            if desk.mood.lost > 0 {
                desk.mood.lost -= 1;
                return;
            }
            if desk.mood.held || desk.url.is_none() {
                desk.held.push(item);
                return;
            }
            let items = match (desk.mood.reordered, desk.parked.take()) {
                (true, None) => {
                    desk.parked = Some(item);
                    Vec::new()
                }
                (_, earlier) => [Some(item), earlier].into_iter().flatten().collect(),
            };
            (desk.mood, items)
        };
        let notifier = self.clone();
        spawn(async move {
            tokio::time::sleep(mood.delay).await;
            if items.is_empty() {
                // Nothing came after it for a moment.
                tokio::time::sleep(PAUSE * 3).await;
                let parked = notifier.desk.lock().unwrap().parked.take();
                if let Some(item) = parked {
                    notifier.deliver(&item, mood.duplicates).await;
                }
            }
            for item in items {
                notifier.deliver(&item, mood.duplicates).await;
            }
        });
    }

    /// Sends what was held, in its order, and says how each was answered.
    pub(super) async fn release(&self) -> Vec<u16> {
        let held = std::mem::take(&mut self.desk.lock().unwrap().held);
        let mut answers = Vec::new();
        for item in held {
            answers.push(self.post(&item).await);
        }
        answers
    }

    /// Takes what was held, as it would be sent.
    pub(super) fn messages(&self) -> Vec<String> {
        let held = std::mem::take(&mut self.desk.lock().unwrap().held);
        held.iter().map(|item| item.message().to_string()).collect()
    }

    /// How many are held.
    pub(super) fn waiting(&self) -> usize {
        self.desk.lock().unwrap().held.len()
    }

    async fn deliver(&self, item: &Item, duplicates: u32) {
        for _ in 0..=duplicates {
            for _ in 0..TRIES {
                if (200..300).contains(&self.post(item).await) {
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// The status of the answer; 0 where there was none.
    async fn post(&self, item: &Item) -> u16 {
        let Some(url) = self.desk.lock().unwrap().url.clone() else { return 0 };
        let sent = self.client.post(url).json(&item.message()).send().await;
        sent.map_or(0, |answer| answer.status().as_u16())
    }
}
