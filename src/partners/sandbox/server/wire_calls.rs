//! The calls of the wire: counted, struck by faults, authenticated, executed, answered as decided.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, Response, Uri, header};
use secrecy::ExposeSecret;

use super::gate::{Gate, failed, html, respond};
use crate::partners::sandbox::account::Outcome;
use crate::partners::sandbox::faults::Strike;
use crate::partners::sandbox::line::Scissors;
use crate::partners::sandbox::page;
use crate::partners::sandbox::requests::Delivery;
use crate::partners::sandbox::wire::{ApiError, Endpoint, Form};

/// Stripe's limit on the length of a key.
const MAX_KEY_CHARS: usize = 255;

pub(super) async fn call(
    State(gate): State<Gate>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let endpoint = Endpoint::parse(method.as_str(), uri.path());
    gate.account.count(endpoint.as_ref().map_or("unrecognised", Endpoint::label));
    let (delay_ms, strike) = {
        let mut faults = gate.account.faults();
        (faults.delay_ms, faults.next())
    };
    gate.pause(Duration::from_millis(delay_ms)).await;
    match strike {
        Strike::Nothing => {}
        Strike::Refuse => return cut(&scissors),
        Strike::FiveHundred => return failed(),
    }
    match admit(&gate, &method, &uri, &headers, endpoint) {
        Err(error) => respond(error.reply(None)),
        Ok(endpoint) if endpoint.reads() => read(&gate, endpoint, &uri).await,
        Ok(endpoint) => write(&gate, &scissors, endpoint, &headers, &body).await,
    }
}

fn admit(
    gate: &Gate,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    endpoint: Option<Endpoint>,
) -> Result<Endpoint, ApiError> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = given.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    if key != Some(gate.account.settings.secret_key.expose_secret()) {
        return Err(ApiError::unauthorised());
    }
    endpoint.ok_or_else(|| ApiError::unrecognised(method.as_str(), uri.path()))
}

async fn read(gate: &Gate, endpoint: Endpoint, uri: &Uri) -> Response<Body> {
    match Form::parse(uri.query().unwrap_or_default().as_bytes()) {
        Ok(query) => {
            gate.run(move |account| account.get(&endpoint, &query)).await.map_or_else(failed, respond)
        }
        Err(malformed) => respond(ApiError::malformed(malformed.to_string()).reply(None)),
    }
}

async fn write(
    gate: &Gate,
    scissors: &Scissors,
    endpoint: Endpoint,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response<Body> {
    let form = match Form::parse(body) {
        Ok(form) => form,
        Err(malformed) => return respond(ApiError::malformed(malformed.to_string()).reply(None)),
    };
    let key = match idempotency_key(headers) {
        Ok(key) => key,
        Err(error) => return respond(error.reply(None)),
    };
    let executing = gate.clone();
    // A task of its own: what the gateway executes does not end because its caller hung up.
    let executed = gate.tasks.spawn(async move { execute(&executing, endpoint, form, key).await });
    match executed.await {
        Ok(Some(outcome)) => deliver(gate, scissors, outcome).await,
        Ok(None) | Err(_) => failed(),
    }
}

async fn execute(gate: &Gate, endpoint: Endpoint, form: Form, key: Option<String>) -> Option<Outcome> {
    let mut outcome = gate.run(move |account| account.post(&endpoint, &form, key.as_deref())).await?;
    if let Some(pending) = outcome.scheduled.take() {
        gate.schedule(pending);
    }
    if outcome.delivery == Delivery::Slow {
        gate.pause(gate.account.settings.slow()).await;
        if let Some(key) = &outcome.held_key {
            gate.account.release(key);
        }
    }
    Some(outcome)
}

async fn deliver(gate: &Gate, scissors: &Scissors, outcome: Outcome) -> Response<Body> {
    match outcome.delivery {
        Delivery::Now | Delivery::Slow => respond(outcome.reply),
        Delivery::Garbage => html(200, page::GARBAGE),
        Delivery::Cut => cut(scissors),
        Delivery::Never | Delivery::Late => {
            gate.pause(gate.account.settings.hang()).await;
            cut(scissors)
        }
    }
}

/// The response is never written: the connection is cut when it is tried.
fn cut(scissors: &Scissors) -> Response<Body> {
    scissors.cut();
    failed()
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= MAX_KEY_CHARS);
    key.map(|key| Some(key.to_owned())).ok_or_else(|| ApiError::malformed("Invalid Idempotency-Key"))
}
