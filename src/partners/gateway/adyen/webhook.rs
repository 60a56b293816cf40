//! Adyen's notifications: several items in one message, each signed for itself.
//!
//! Source: Adyen's page "Verify HMAC signatures". The signature is not over the body but over eight fields of an item,
//! joined by colons with nothing escaped, so that the body has to be taken apart before anything is proved; of what is
//! taken apart nothing is used before every item of the message is proved. What stands beside the eight fields is
//! anybody's (`events` says what becomes of it). The time is not signed: an item stays genuine for ever, and its event's
//! id makes it count once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::events::notice;
use super::wire::{Additional, Amount};
use crate::ports::webhook::{NotGenuine, Notice, RawWebhook, Webhooks};

/// Adyen sends one item in a message, and a few where it was set up to join them.
const MAX_ITEMS: usize = 100;

/// The bytes of an HMAC-SHA256.
const TAG_BYTES: usize = 32;

/// The notifications of a merchant account.
pub struct AdyenWebhooks {
    keys: Vec<hmac::Key>,
    merchant_account: String,
}

/// A key is not hexadecimal.
#[derive(Debug, thiserror::Error)]
#[error("an HMAC key has 32 to 256 hexadecimal digits, as the Customer Area made it")]
pub struct BadHmacKey;

impl AdyenWebhooks {
    /// The notifications that these keys sign: two of them while one is rotated.
    pub fn new(secrets: &[SecretString], merchant_account: &str) -> Result<Self, BadHmacKey> {
        let key = |secret: &SecretString| {
            let bytes = bytes_of(secret.expose_secret()).ok_or(BadHmacKey)?;
            Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
        };
        let keys = secrets.iter().map(key).collect::<Result<_, _>>()?;
        Ok(Self { keys, merchant_account: merchant_account.to_owned() })
    }

    fn verify(&self, item: &Item) -> Result<(), NotGenuine> {
        let signature = item.signature().ok_or(NotGenuine::Unsigned)?;
        let signed = item.signed();
        let made = |key: &hmac::Key| hmac::verify(key, signed.as_bytes(), &signature).is_ok();
        if self.keys.iter().any(made) { Ok(()) } else { Err(NotGenuine::Forged) }
    }
}

impl Webhooks for AdyenWebhooks {
    fn read(&self, raw: RawWebhook<'_>, _now: Timestamp) -> Result<Vec<Notice>, NotGenuine> {
        let message: Message = serde_json::from_slice(raw.body).map_err(|_| NotGenuine::Unsigned)?;
        if message.items.is_empty() || message.items.len() > MAX_ITEMS {
            return Err(NotGenuine::Unsigned);
        }
        // One that is not genuine makes the others suspect: whoever added it wrote the message.
        message.items.iter().try_for_each(|wrapped| self.verify(&wrapped.item))?;
        Ok(message.items.iter().map(|wrapped| notice(&wrapped.item, &self.merchant_account)).collect())
    }
}

/// The bytes of a key in hexadecimal.
fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if !(32..=256).contains(&hex.len()) || !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    hex.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "notificationItems")]
    items: Vec<Wrapped>,
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(rename = "NotificationRequestItem")]
    item: Item,
}

/// One item. The fields up to `success` are signed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) psp_reference: String,
    pub(super) original_reference: Option<String>,
    pub(super) merchant_account_code: String,
    pub(super) merchant_reference: Option<String>,
    pub(super) amount: Option<Amount>,
    pub(super) event_code: String,
    pub(super) success: Flag,
    pub(super) additional_data: Option<Additional>,
}

/// Adyen writes it as a text.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Flag {
    Text(String),
    Plain(bool),
}

impl Flag {
    /// As it is signed.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Plain(true) => "true",
            Self::Plain(false) => "false",
        }
    }
}

impl Item {
    /// What the signature is over.
    fn signed(&self) -> String {
        let (value, currency) = match &self.amount {
            Some(amount) => (amount.value.to_string(), amount.currency.as_str()),
            None => (String::new(), ""),
        };
        let texts = self.texts();
        let [psp, original, account, reference, event, success] = texts;
        [psp, original, account, reference, &value, currency, event, success].join(":")
    }

    /// The signed texts, without the amount.
    pub(super) fn texts(&self) -> [&str; 6] {
        [
            &self.psp_reference,
            self.original_reference.as_deref().unwrap_or_default(),
            &self.merchant_account_code,
            self.merchant_reference.as_deref().unwrap_or_default(),
            &self.event_code,
            self.success.as_str(),
        ]
    }

    fn signature(&self) -> Option<Vec<u8>> {
        let text = self.additional_data.as_ref()?.text(&["hmacSignature"])?;
        let tag = STANDARD.decode(text).ok()?;
        (tag.len() == TAG_BYTES).then_some(tag)
    }
}
