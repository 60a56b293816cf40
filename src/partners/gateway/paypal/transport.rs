//! PayPal's headers around an exchange: the bearer token, the request's id, and the wish to be shown all of it.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

use super::settings::{PaypalError, PaypalSettings};
use super::tokens::Tokens;
use crate::domain::payment::{NotSent, Outcome};
use crate::partners::gateway::Reply;
use crate::partners::gateway::exchange::{Line, NoReply, Raw};

const REQUEST_ID: HeaderName = HeaderName::from_static("paypal-request-id");
const PREFER: HeaderName = HeaderName::from_static("prefer");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Amounts and references stand in the whole representation alone.
const WHOLE: HeaderValue = HeaderValue::from_static("return=representation");

/// The line of one account, with its credential.
pub(super) struct Transport {
    line: Line,
    tokens: Tokens,
}

impl Transport {
    pub(super) fn new(settings: &PaypalSettings) -> Result<Self, PaypalError> {
        let line = Line::new(&settings.base_url, settings.connect_timeout, settings.allow_plain_http)?;
        Ok(Self { line, tokens: Tokens::new(settings)? })
    }

    /// Sends a request, if its first byte can leave before `send_by` (a void's, which has no body, a connection's time
    /// later); gives what came back, or what it means that nothing did.
    ///
    /// A bearer that was held and is refused was checked before the request was looked at. It is forgotten, and the call is
    /// one that found no way in: the stack may make it again, with a bearer of its own. One that was got for this call
    /// and is refused says that the credentials are wrong.
    pub(super) async fn post(
        &self,
        path: &str,
        request_id: &str,
        body: String,
        send_by: Instant,
    ) -> Result<Raw, Reply> {
        let unsent = |why| Reply::from(Outcome::NotSent(why));
        let bearer = self.tokens.get(&self.line, send_by).await?;
        let mut headers = HeaderMap::new();
        // A value that cannot stand in a header never leaves.
        let id = HeaderValue::from_str(request_id).map_err(|_| unsent(NotSent::Connect))?;
        headers.insert(AUTHORIZATION, bearer.value.clone());
        headers.insert(REQUEST_ID, id);
        headers.insert(PREFER, WHOLE);
        let sent = if body.is_empty() {
            self.line.post_nothing(path, headers, send_by).await
        } else {
            headers.insert(CONTENT_TYPE, JSON);
            self.line.post(path, headers, body, send_by).await
        };
        let raw = sent.map_err(reply)?;
        if raw.status == 401 {
            self.tokens.forget(&bearer).await;
            if !bearer.fresh {
                return Err(unsent(NotSent::Connect));
            }
        }
        Ok(raw)
    }

    /// Reads a path; once more with another bearer where the one that was held is refused.
    pub(super) async fn get(&self, path: &str, send_by: Instant) -> Result<Raw, Reply> {
        loop {
            let bearer = self.tokens.get(&self.line, send_by).await?;
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, bearer.value.clone());
            let raw = self.line.get(path, headers, send_by).await.map_err(reply)?;
            if raw.status == 401 {
                self.tokens.forget(&bearer).await;
                if !bearer.fresh {
                    continue;
                }
            }
            return Ok(raw);
        }
    }
}

fn reply(none: NoReply) -> Reply {
    match none {
        NoReply::NotSent(why) => Outcome::NotSent(why).into(),
        NoReply::Unknown(cause) => Outcome::Unknown(cause).into(),
    }
}
