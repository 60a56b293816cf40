//! Everything that only reads: the reads of the wire and the witness.

use serde_json::Value;

use super::state::{Account, lock};
use crate::partners::sandbox::intents::Status;
use crate::partners::sandbox::view;
use crate::partners::sandbox::wire::{
    ApiError, Endpoint, Form, MetadataQuery, Reply, intent_json, list_json, refund_json, search_json,
};
use crate::partners::sandbox::world;

/// Stripe's page of results.
const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 100;

impl Account {
    /// Executes a call that only reads; what it shows is durable.
    pub(in crate::partners::sandbox) fn get(&self, endpoint: &Endpoint, query: &Form) -> Reply {
        let reply = self.read(endpoint, query).unwrap_or_else(|error| error.reply(None));
        self.durable(reply)
    }

    /// The ledger as the tests' witness sees it, of one reference or of all.
    pub(in crate::partners::sandbox) fn witness(&self, reference: Option<&str>) -> Reply {
        let requests = lock(&self.requests).clone();
        let body = view::ledger(&self.settings.account, &lock(&self.state).book, &requests, reference);
        self.durable(Reply::ok(&body))
    }

    /// Whether the intent exists, and if so whether it waits for its customer.
    pub(in crate::partners::sandbox) fn awaits_action(&self, id: &str) -> Option<bool> {
        let state = lock(&self.state);
        let intent = state.book.intent(id)?;
        Some(intent.status == Status::RequiresAction)
    }

    fn durable(&self, reply: Reply) -> Reply {
        match self.syncer.sync(self.syncer.written()) {
            Ok(()) => reply,
            Err(_) => ApiError::internal().reply(None),
        }
    }

    fn read(&self, endpoint: &Endpoint, query: &Form) -> Result<Reply, ApiError> {
        let state = lock(&self.state);
        let body = match endpoint {
            Endpoint::Read(id) => {
                let intent = state.book.intent(id);
                let intent = intent.ok_or_else(|| ApiError::missing("payment_intent", "intent", id))?;
                intent_json(intent, &self.base_url)
            }
            Endpoint::ReadRefund(id) => {
                let refund = state.book.refund(id).ok_or_else(|| ApiError::missing("refund", "id", id))?;
                refund_json(refund)
            }
            Endpoint::ListRefunds => {
                let wanted = query.get("payment_intent");
                let refunds =
                    state.book.refunds().filter(|refund| wanted.is_none_or(|id| id == refund.intent));
                list_json("/v1/refunds", refunds.take(limit(query)?).map(refund_json).collect())
            }
            Endpoint::Search => {
                let text = query.get("query").unwrap_or_default();
                let wanted = MetadataQuery::parse(text).ok_or_else(|| {
                    ApiError::invalid(None, "query", "We were unable to parse your search query.")
                })?;
                let lag_ms = i64::try_from(self.settings.search_lag_ms).unwrap_or(i64::MAX);
                let found = state.book.search(&wanted, world::now_ms().saturating_sub(lag_ms));
                let shown: Vec<Value> = found
                    .iter()
                    .take(limit(query)?)
                    .map(|intent| intent_json(intent, &self.base_url))
                    .collect();
                search_json(shown)
            }
            Endpoint::Create
            | Endpoint::Confirm(_)
            | Endpoint::Capture(_)
            | Endpoint::Cancel(_)
            | Endpoint::Refund => return Err(ApiError::malformed("this endpoint writes")),
        };
        Ok(Reply::ok(&body))
    }
}

fn limit(query: &Form) -> Result<usize, ApiError> {
    match query.get("limit").map(str::parse) {
        None => Ok(DEFAULT_LIMIT),
        Some(Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => Err(ApiError::invalid(Some("parameter_invalid_integer"), "limit", "Invalid limit")),
    }
}
