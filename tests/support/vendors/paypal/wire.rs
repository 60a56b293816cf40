//! The addresses, and what is checked before the book is asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::book::{Book, Decision, Made, Refused};
use super::{CLIENT_ID, CLIENT_SECRET, shapes};

type Shared = Arc<Mutex<Book>>;

pub(super) fn router(book: Shared) -> Router {
    Router::new()
        .route("/v1/oauth2/token", post(token))
        .route("/v2/checkout/orders", post(create))
        .route("/v2/checkout/orders/{order}", get(show))
        .route("/v2/checkout/orders/{order}/authorize", post(authorize))
        .route("/v2/payments/authorizations/{authorization}/capture", post(capture))
        .route("/v2/payments/authorizations/{authorization}/void", post(void))
        .route("/v2/payments/captures/{capture}/refund", post(refund))
        .route("/checkoutnow", get(decide))
        .route("/book", get(witness))
        .with_state(book)
}

async fn token(State(book): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let expected = format!("Basic {}", BASE64_STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}")));
    if text(&headers, header::AUTHORIZATION.as_str()) != Some(expected.as_str()) {
        return json_response(401, &json!({"error": "invalid_client", "error_description": "Played."}));
    }
    if body != "grant_type=client_credentials" {
        return json_response(400, &json!({"error": "unsupported_grant_type"}));
    }
    let token = book.lock().unwrap().token();
    json_response(200, &json!({"access_token": token, "token_type": "Bearer", "expires_in": 32_400}))
}

/// What a call is given: its id, whether it asks for the whole, and its body.
struct Asked {
    request_id: Option<String>,
    whole: bool,
    body: Value,
}

impl Asked {
    /// What PayPal checks first: the bearer, the mock header, the JSON.
    fn of(book: &Book, headers: &HeaderMap, body: &[u8]) -> Result<Self, Refused> {
        let bearer =
            text(headers, header::AUTHORIZATION.as_str()).and_then(|all| all.strip_prefix("Bearer "));
        if !bearer.is_some_and(|bearer| book.tokens.contains(bearer)) {
            return Err((401, "INVALID_TOKEN"));
        }
        if let Some(mock) = text(headers, "paypal-mock-response") {
            let mock: Value = serde_json::from_str(mock).map_err(|_| (400, "INVALID_MOCK"))?;
            return Err(mocked(mock["mock_application_codes"].as_str().unwrap_or_default()));
        }
        let body = match body {
            [] => json!({}),
            body => serde_json::from_slice(body).map_err(|_| (400, "MALFORMED_REQUEST_JSON"))?,
        };
        let request_id = text(headers, "paypal-request-id").map(str::to_owned);
        if request_id.as_ref().is_some_and(|id| id.is_empty() || id.len() > 108) {
            return Err((400, "INVALID_STRING_LENGTH"));
        }
        Ok(Self { request_id, whole: text(headers, "prefer") == Some("return=representation"), body })
    }

    /// An amount in the body; none is all of it.
    fn minor(amount: &Value) -> Result<Option<i64>, Refused> {
        let Some(value) = amount["value"].as_str() else { return Ok(None) };
        let (whole, part) = value.split_once('.').ok_or((422, "DECIMAL_PRECISION"))?;
        if part.len() != 2 {
            return Err((422, "DECIMAL_PRECISION"));
        }
        let minor = format!("{whole}{part}").parse().map_err(|_| (400, "INVALID_PARAMETER_SYNTAX"))?;
        if minor > 0 { Ok(Some(minor)) } else { Err((422, "CANNOT_BE_ZERO_OR_NEGATIVE")) }
    }

    fn text(&self, field: &str) -> Option<String> {
        self.body[field].as_str().map(str::to_owned)
    }
}

/// The codes that PayPal's header can ask for.
fn mocked(code: &str) -> Refused {
    match code {
        "INTERNAL_SERVER_ERROR" | "INTERNAL_SERVICE_ERROR" => (500, "INTERNAL_SERVER_ERROR"),
        "INSTRUMENT_DECLINED" => (422, "INSTRUMENT_DECLINED"),
        "PAYER_CANNOT_PAY" => (422, "PAYER_CANNOT_PAY"),
        "PAYER_ACTION_REQUIRED" => (422, "PAYER_ACTION_REQUIRED"),
        "TRANSACTION_REFUSED" => (422, "TRANSACTION_REFUSED"),
        "DUPLICATE_INVOICE_ID" => (422, "DUPLICATE_INVOICE_ID"),
        "ORDER_ALREADY_AUTHORIZED" => (422, "ORDER_ALREADY_AUTHORIZED"),
        "PERMISSION_DENIED" => (403, "PERMISSION_DENIED"),
        "RESOURCE_NOT_FOUND" => (404, "INVALID_RESOURCE_ID"),
        "PREVIOUS_REQUEST_IN_PROGRESS" => (409, "PREVIOUS_REQUEST_IN_PROGRESS"),
        _ => (422, "UNKNOWN_MOCK_CODE"),
    }
}

/// Checks a call, runs it once for its id, and shows what it made.
fn run(
    book: &Shared,
    headers: &HeaderMap,
    body: &[u8],
    address: &str,
    call: impl FnOnce(&mut Book, &Asked) -> Result<Made, Refused>,
) -> Response {
    let mut book = book.lock().unwrap();
    let ran = Asked::of(&book, headers, body).and_then(|asked| {
        let (made, now) = book.once(asked.request_id.as_deref(), address, |book| call(book, &asked))?;
        Ok((asked.whole, made, now))
    });
    match ran {
        Ok((false, Made::Voided(_), _)) => StatusCode::NO_CONTENT.into_response(),
        Ok((whole, made, now)) => {
            let shown = shapes::made(&book, &made);
            let status = if now && !matches!(made, Made::Voided(_)) { 201 } else { 200 };
            json_response(status, &if whole { shown } else { shapes::minimal(&shown) })
        }
        Err((status, issue)) => json_response(status, &shapes::error(status, issue)),
    }
}

async fn create(State(book): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    run(&book, &headers, &body, "orders", |book, asked| {
        let unit = &asked.body["purchase_units"][0];
        let minor = Asked::minor(&unit["amount"])?.ok_or((400, "MISSING_REQUIRED_PARAMETER"))?;
        let currency = unit["amount"]["currency_code"].as_str().ok_or((400, "MISSING_REQUIRED_PARAMETER"))?;
        if asked.body["intent"] != "AUTHORIZE" {
            return Err((422, "UNSUPPORTED_INTENT"));
        }
        let of = |field: &str| unit[field].as_str().map(str::to_owned);
        Ok(book.create(minor, currency.to_owned(), of("custom_id").unwrap_or_default(), of("invoice_id")))
    })
}

async fn authorize(
    State(book): State<Shared>,
    Path(order): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let address = format!("{order}/authorize");
    run(&book, &headers, &body, &address, |book, _| book.authorize(&order))
}

async fn capture(
    State(book): State<Shared>,
    Path(authorization): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    run(&book, &headers, &body, &format!("{authorization}/capture"), |book, asked| {
        let minor = Asked::minor(&asked.body["amount"])?;
        let last = asked.body["final_capture"].as_bool().unwrap_or(false);
        book.capture(&authorization, minor, last, asked.text("invoice_id"))
    })
}

async fn void(
    State(book): State<Shared>,
    Path(authorization): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    run(&book, &headers, &body, &format!("{authorization}/void"), |book, _| book.void(&authorization))
}

async fn refund(
    State(book): State<Shared>,
    Path(capture): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    run(&book, &headers, &body, &format!("{capture}/refund"), |book, asked| {
        let minor = Asked::minor(&asked.body["amount"])?;
        book.refund(&capture, minor, asked.text("custom_id"), asked.text("invoice_id"))
    })
}

async fn show(State(book): State<Shared>, Path(order): Path<String>, headers: HeaderMap) -> Response {
    let mut book = book.lock().unwrap();
    if let Err((status, issue)) = Asked::of(&book, &headers, &[]) {
        return json_response(status, &shapes::error(status, issue));
    }
    let base_url = book.base_url.clone();
    match book.order(&order) {
        Some(order) => json_response(200, &shapes::order(order, &base_url)),
        None => json_response(404, &shapes::error(404, "INVALID_RESOURCE_ID")),
    }
}

#[derive(serde::Deserialize)]
struct Visit {
    token: String,
    decision: Option<String>,
}

/// The page on which the customer decides; without a decision it only shows itself.
async fn decide(State(book): State<Shared>, Query(visit): Query<Visit>) -> Response {
    let decision = match visit.decision.as_deref() {
        Some("approve") => Some(Decision::Approved),
        Some("declined") => Some(Decision::ApprovedWithBadFunds),
        _ => None,
    };
    let known = book.lock().unwrap().decide(&visit.token, decision);
    let status = if known { StatusCode::OK } else { StatusCode::NOT_FOUND };
    (status, [(header::CONTENT_TYPE, "text/html")], "<h1>Played</h1>").into_response()
}

#[derive(serde::Deserialize)]
struct Of {
    reference: String,
}

async fn witness(State(book): State<Shared>, Query(of): Query<Of>) -> Response {
    let sums = book.lock().unwrap().sums(&of.reference);
    json_response(
        200,
        &json!({
            "holds": sums.holds, "held_minor": sums.held_minor, "captures": sums.captures,
            "captured_minor": sums.captured_minor, "refunds": sums.refunds, "refunded_minor": sums.refunded_minor,
        }),
    )
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn json_response(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
