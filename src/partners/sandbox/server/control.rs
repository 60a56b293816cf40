//! What lies beside the wire: the witness, the faults and the customer's action. It asks for no key, for the
//! sandbox holds no real money and its witness must be readable when everything else is lost.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::Response;
use serde::Deserialize;

use super::gate::{Gate, failed, html, respond};
use crate::partners::sandbox::faults::FaultSet;
use crate::partners::sandbox::page;
use crate::partners::sandbox::wire::ApiError;

#[derive(Debug, Deserialize)]
pub(super) struct LedgerQuery {
    reference: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ActionQuery {
    result: Option<ActionResult>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActionResult {
    Success,
    Fail,
}

pub(super) async fn ledger(State(gate): State<Gate>, Query(query): Query<LedgerQuery>) -> Response<Body> {
    let read = gate.run(move |account| account.witness(query.reference.as_deref())).await;
    read.map_or_else(failed, respond)
}

pub(super) async fn faults(State(gate): State<Gate>) -> Json<FaultSet> {
    Json(*gate.account.faults())
}

pub(super) async fn set_faults(State(gate): State<Gate>, Json(faults): Json<FaultSet>) -> Response<Body> {
    if faults.die_after_effect && !gate.account.settings.allow_die {
        return respond(ApiError::malformed("this gateway was not started with allow_die").reply(None));
    }
    *gate.account.faults() = faults;
    axum::response::IntoResponse::into_response(Json(faults))
}

pub(super) async fn action(
    State(gate): State<Gate>,
    Path(intent): Path<String>,
    Query(query): Query<ActionQuery>,
) -> Response<Body> {
    let Some(result) = query.result else {
        return match gate.account.awaits_action(&intent) {
            Some(true) => html(200, page::CHOOSE),
            Some(false) => html(409, page::NOTHING),
            None => html(404, page::NOTHING),
        };
    };
    let success = matches!(result, ActionResult::Success);
    match gate.run(move |account| account.finish_action(&intent, success)).await {
        Some(Some(outcome)) if outcome.reply.status == 200 => html(200, page::DONE),
        Some(None) => html(409, page::NOTHING),
        Some(Some(_)) | None => failed(),
    }
}
