//! The credential that lasts for a while: a bearer token, got with the application's id and secret.
//!
//! It is got by one caller at a time while the others wait for it, and again a little before its life ends. Whatever goes
//! wrong with getting one proves that the call that wanted it was never sent. A token that PayPal refuses is forgotten,
//! unless it was got for that very call: then the credentials themselves are wrong.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use secrecy::ExposeSecret as _;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout, timeout_at};

use super::settings::{PaypalError, PaypalSettings};
use super::wire::Grant;
use crate::domain::payment::{NotSent, Outcome};
use crate::partners::gateway::Reply;
use crate::partners::gateway::exchange::{Line, NoReply, Raw};

/// A token is not used in the last part of its life: clocks and the way there take some.
const MARGIN: Duration = Duration::from_mins(1);

/// PayPal's live nine hours; one that claims more is asked for again all the same.
const LONGEST: Duration = Duration::from_hours(9);

/// A call waits behind this, so that it must not take as long as a payment may.
const PATIENCE: Duration = Duration::from_secs(10);

/// PayPal's have about a hundred characters.
const MAX_TOKEN_BYTES: usize = 4_096;

/// A token, as one call uses it. It has no `Debug`.
pub(super) struct Bearer {
    pub(super) value: HeaderValue,
    /// It was got for this call.
    pub(super) fresh: bool,
    number: u64,
}

/// The tokens of one account.
pub(super) struct Tokens {
    credential: HeaderValue,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<(HeaderValue, Instant)>,
    /// How many there have been.
    number: u64,
}

impl Tokens {
    pub(super) fn new(settings: &PaypalSettings) -> Result<Self, PaypalError> {
        if settings.client_id.contains(':') {
            return Err(PaypalError::ClientId);
        }
        let secret = settings.client_secret.expose_secret();
        let encoded = BASE64_STANDARD.encode(format!("{}:{secret}", settings.client_id));
        let mut credential =
            HeaderValue::from_str(&format!("Basic {encoded}")).map_err(|_| PaypalError::ClientId)?;
        credential.set_sensitive(true);
        Ok(Self { credential, held: Mutex::default() })
    }

    /// A token, or the proof that what wanted it was not sent.
    pub(super) async fn get(&self, line: &Line, send_by: Instant) -> Result<Bearer, Reply> {
        let Ok(mut held) = timeout_at(send_by, self.held.lock()).await else {
            return Err(Outcome::NotSent(NotSent::TooLate).into());
        };
        if let Some((value, until)) = &held.token
            && Instant::now() < *until
        {
            return Ok(Bearer { value: value.clone(), fresh: false, number: held.number });
        }
        let (value, until) = self.ask(line, send_by).await?;
        held.number = held.number.wrapping_add(1);
        held.token = Some((value.clone(), until));
        Ok(Bearer { value, fresh: true, number: held.number })
    }

    /// PayPal refused it: the next call gets another.
    pub(super) async fn forget(&self, bearer: &Bearer) {
        let mut held = self.held.lock().await;
        if held.number == bearer.number {
            held.token = None;
        }
    }

    async fn ask(&self, line: &Line, send_by: Instant) -> Result<(HeaderValue, Instant), Reply> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.credential.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let form = "grant_type=client_credentials".to_owned();
        let asking = line.post("/v1/oauth2/token", headers, form, send_by);
        // Without a token there is no way to the vendor, whatever the reason.
        let nowhere = || Reply::from(Outcome::NotSent(NotSent::Connect));
        match timeout(PATIENCE, asking).await {
            Ok(Ok(raw)) => granted(raw).ok_or_else(nowhere)?,
            Ok(Err(NoReply::NotSent(why))) => Err(Outcome::NotSent(why).into()),
            Ok(Err(NoReply::Unknown(_))) | Err(_) => Err(nowhere()),
        }
    }
}

type Granted = Result<(HeaderValue, Instant), Reply>;

/// What the answer comes to; nothing where it says nothing.
fn granted(raw: Raw) -> Option<Granted> {
    match raw.status {
        200 => {}
        401 | 403 => return Some(Err(Outcome::NotSent(NotSent::Credentials).into())),
        429 => {
            let limited = Outcome::NotSent(NotSent::RateLimited).into();
            return Some(Err(Reply { retry_after: raw.retry_after, ..limited }));
        }
        _ => return None,
    }
    let grant: Grant = serde_json::from_slice(&raw.body.ok()?).ok()?;
    let sound = grant.token_type.eq_ignore_ascii_case("bearer")
        && (1..=MAX_TOKEN_BYTES).contains(&grant.access_token.len());
    let mut value = HeaderValue::from_str(&format!("Bearer {}", grant.access_token)).ok()?;
    value.set_sensitive(true);
    let life = Duration::from_secs(grant.expires_in).min(LONGEST);
    // One that lives shorter than the margin serves the call that it was got for.
    let until = Instant::now() + life.saturating_sub(MARGIN);
    sound.then_some(Ok((value, until)))
}
