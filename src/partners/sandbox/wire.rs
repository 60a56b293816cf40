//! Stripe's wire: forms in, endpoints, JSON shapes and errors out. No state and no decision may enter.

mod errors;
mod form;
mod query;
mod route;
mod shapes;

pub(super) use errors::{ApiError, Reply};
pub(super) use form::Form;
pub(super) use query::MetadataQuery;
pub(super) use route::Endpoint;
pub(super) use shapes::{intent_json, list_json, refund_json, search_json};
