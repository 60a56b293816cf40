//! The one way in which a change under an idempotency key is made: read, decide, commit; one read and one
//! write when nobody else is in the way.
//!
//! A repeat gets the stored bytes. Without an etag the change is re-applied on a row that somebody else
//! changed meanwhile; with one it is refused. The etag is that of the first row.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use uuid::Uuid;

use super::error::{Error, Reason};
use super::giving_up::{edited_meanwhile, not_yet_given_up};
use super::house::House;
use super::reach::Reach;
use crate::domain::cart::{CartLine, CartState};
use crate::domain::ids::{PlacementId, StoreId, UnitId};
use crate::engine::events;
use crate::mutants::{Mutant, planted};
use crate::ports::Record;
use crate::ports::store::{
    CounterMove, Key, Query, ReplyKey, ReplyWrite, Row, Snapshot, StoredReply, TimerWrite, UnitOfWork,
    Verdict, Write,
};

/// How often a change without an etag is re-applied.
pub(super) const TRIES: usize = 3;

/// Who changes what, under which key.
#[derive(Debug, Clone)]
pub struct Mutation {
    /// The store.
    pub store: StoreId,
    /// The RPC's name.
    pub method: &'static str,
    /// The caller's key.
    pub request_id: Uuid,
    /// Hash over method, caller and the decoded request without its key.
    pub fingerprint: [u8; 32],
    /// The etag that the change was decided on, if the caller gave one.
    pub etag: Option<String>,
    /// Whose rows may be changed.
    pub reach: Reach,
    /// When the caller stops waiting, if it said so: nothing is begun from then on.
    pub answer_by: Option<Instant>,
}

/// A row with its etag, as a reply shows it.
#[derive(Debug, Clone)]
pub struct Versioned<T> {
    /// The content.
    pub row: T,
    /// Changes with what a client can see.
    pub etag: String,
}

/// What a step wants to change.
#[derive(Debug, Default)]
pub(super) struct Change {
    /// The rows as they shall be.
    pub(super) records: Vec<Record>,
    /// Counters to move.
    pub(super) counters: Vec<CounterMove>,
    /// Timers to set.
    pub(super) timers: Vec<TimerWrite>,
    /// Whether the reply tells of money that moves: it is kept for longer.
    pub(super) moves_money: bool,
    /// The placement whose pending payment the change ends: it is given up first, and the change decided on anew.
    pub(super) gives_up: Option<PlacementId>,
}

impl Change {
    /// The same, once this placement's payment was given up.
    pub(super) fn giving_up(self, gives_up: Option<PlacementId>) -> Self {
        Self { gives_up, ..self }
    }
}

/// The etag of a row after `sequence` events.
pub fn etag(sequence: u64) -> String {
    format!("\"{sequence:x}\"")
}

impl Mutation {
    /// The same within another reach.
    #[must_use]
    pub fn within(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    pub(super) fn key(&self) -> ReplyKey {
        let method = if planted(Mutant::KeySharedByMethods) { "any" } else { self.method };
        ReplyKey { store: self.store.clone(), method, request_id: self.request_id }
    }

    /// What stands under the key decides first: a finished reply, a reuse, or a call that still runs.
    pub(super) fn replayed(&self, reply: Option<&StoredReply>) -> Result<Option<Bytes>, Error> {
        let Some(reply) = reply else { return Ok(None) };
        if reply.fingerprint != self.fingerprint && !planted(Mutant::KeyWithoutHash) {
            return Err(Error::of_field(
                Reason::IdempotencyKeyReused,
                "request_id",
                "was used with another request: give each request a fresh UUID",
            ));
        }
        match &reply.body {
            Some(body) if planted(Mutant::ReplyReRendered) => Ok(Some([body, &b" "[..]].concat().into())),
            Some(body) => Ok(Some(body.clone())),
            None => Err(Error::new(
                Reason::RequestInProgress,
                "the first request with this request_id is still running: repeat it in a moment",
            )
            .retry_after(Duration::from_millis(200))),
        }
    }

    /// Refuses to begin what the caller no longer waits for. A commit that is under way by then goes on: whoever
    /// repeats the call under its key learns what became of it.
    pub(super) fn in_time(&self) -> Result<(), Error> {
        if self.answer_by.is_some_and(|by| Instant::now() >= by) { Err(Error::too_late()) } else { Ok(()) }
    }

    /// Refuses a row whose etag is not the one that the change was decided on.
    fn check_etag(&self, sequence: u64) -> Result<(), Error> {
        match &self.etag {
            Some(given) if format!("\"{given}\"") == etag(sequence) => Err(Error::of_field(
                Reason::EtagMismatch,
                "etag",
                "lacks its quotes, which are part of it: send it as it was read",
            )),
            Some(given) if *given != etag(sequence) => Err(stale_etag()),
            _ => Ok(()),
        }
    }
}

impl House {
    /// Runs a change of rows whose keys are known up front. `step` decides over what was read; `body` encodes
    /// the reply from the rows as they will be.
    pub(super) async fn mutate<S, F, B>(
        &self,
        mutation: &Mutation,
        keys: &[Key],
        step: S,
        body: B,
    ) -> Result<Bytes, Error>
    where
        S: Fn(Arc<Snapshot<Record>>) -> F,
        F: Future<Output = Result<Change, Error>>,
        B: Fn(&[Versioned<Record>]) -> Bytes,
    {
        self.mutate_seen(mutation, keys, step, |shown, _| body(shown)).await
    }

    /// The same for a reply that also tells of what was read along, such as what is left in stock.
    pub(super) async fn mutate_seen<S, F, B>(
        &self,
        mutation: &Mutation,
        keys: &[Key],
        step: S,
        body: B,
    ) -> Result<Bytes, Error>
    where
        S: Fn(Arc<Snapshot<Record>>) -> F,
        F: Future<Output = Result<Change, Error>>,
        B: Fn(&[Versioned<Record>], &Snapshot<Record>) -> Bytes,
    {
        // What is left of a product or coupon that the call names is read along with it.
        let counter = |key: &Key| Some((key.store.clone(), key.kind.counter(&key.id)?));
        let counters = keys.iter().filter_map(counter).collect();
        let query = Query { keys: keys.to_vec(), reply: Some(mutation.key()), counters };
        // The row as it was when its payment was given up.
        let mut given_up: Option<Record> = None;
        for _ in 0..TRIES {
            let snapshot = Arc::new(self.engine.store.read(&query).await?);
            if let Some(body) = mutation.replayed(snapshot.reply.as_ref())? {
                return Ok(body);
            }
            // The first key is that of the row that the call speaks of, or of the cart that it checks out.
            let row = keys.first().and_then(|key| snapshot.rows.get(key));
            if let Some(row) = row {
                mutation.reach.check_row(&row.row)?;
                match &given_up {
                    // The etag was held against the row before its payment was given up, which moved it.
                    Some(before) if mutation.etag.is_none() || !edited_meanwhile(before, &row.row) => {}
                    Some(_) => return Err(stale_etag()),
                    None if deleted(&row.row) => {}
                    None => mutation.check_etag(row.sequence)?,
                }
            }
            let change = match step(Arc::clone(&snapshot)).await {
                Ok(change) => change,
                Err(error) => {
                    if planted(Mutant::RefusedInputKept) {
                        let unit = self.unit(mutation, keys, Bytes::new(), self.times.keep_reply);
                        let _kept = self.engine.submit(&unit).await;
                    }
                    return Err(error);
                }
            };
            if let Some(placement) = change.gives_up {
                if given_up.is_some() {
                    return Err(not_yet_given_up());
                }
                mutation.in_time()?;
                given_up = row.map(|row| row.row.clone());
                self.give_up(&mutation.store, placement).await?;
                continue;
            }
            let alive = self.engine.alive(&mutation.store, &change.records, &snapshot);
            let (writes, shown) = writes(mutation, &snapshot, change.records);
            let body = body(&shown, &snapshot);
            let keep = if change.moves_money { self.times.keep_money_reply } else { self.times.keep_reply };
            let mut unit = self.unit(mutation, keys, body.clone(), keep);
            unit.writes = writes;
            unit.counters = change.counters;
            unit.timers = change.timers;
            unit.timers.extend(alive);
            mutation.in_time()?;
            match self.engine.submit(&unit).await {
                Verdict::Committed => return Ok(body),
                Verdict::Stale { .. } => {}
                Verdict::ReplyTaken(reply) => {
                    if let Some(body) = mutation.replayed(Some(&reply))? {
                        return Ok(body);
                    }
                }
                Verdict::Short { name, left } => return Err(short(&name, left, &[])),
                Verdict::Fenced | Verdict::Unknown | Verdict::Busy => {
                    return Err(Error::store_unavailable());
                }
            }
        }
        Err(conflict())
    }

    /// A unit that answers a call with `body` under its key, and changes nothing yet.
    fn unit(&self, mutation: &Mutation, keys: &[Key], body: Bytes, keep: Duration) -> UnitOfWork<Record> {
        let mut unit = UnitOfWork::new(UnitId(self.engine.ids.fresh()), mutation.store.clone());
        let (fingerprint, subject) = (mutation.fingerprint, keys.first().cloned());
        let reply = StoredReply { fingerprint, subject, body: Some(body) };
        unit.reply = Some(ReplyWrite::Claim { key: mutation.key(), reply, keep });
        unit
    }

    /// Reads one row; `None` when there is no such row.
    pub(super) async fn row(&self, key: Key) -> Result<Option<Row<Record>>, Error> {
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let mut snapshot = self.engine.store.read(&query).await?;
        Ok(snapshot.rows.remove(&key))
    }
}

/// The writes that bring the rows to what they shall be, and the rows as a reply shows them.
pub(super) fn writes(
    mutation: &Mutation,
    snapshot: &Snapshot<Record>,
    records: Vec<Record>,
) -> (Vec<Write<Record>>, Vec<Versioned<Record>>) {
    let mut writes = Vec::new();
    let mut shown = Vec::new();
    for record in records {
        let key = record.key(&mutation.store);
        let held = snapshot.rows.get(&key);
        let events = events::of(held.map(|row| &row.row), &record);
        let grown = u64::try_from(events.len()).unwrap_or_default();
        let sequence = held.map_or(0, |row| row.sequence).saturating_add(grown);
        shown.push(Versioned { row: record.clone(), etag: etag(sequence) });
        if held.map(|row| &row.row) != Some(&record) {
            let expected = held.map_or(0, |row| row.version);
            writes.push(Write { key, expected, row: record, events });
        }
    }
    (writes, shown)
}

fn stale_etag() -> Error {
    Error::of_field(
        Reason::EtagMismatch,
        "etag",
        "is not the current one: read the resource again and decide on what it is now",
    )
}

/// Whether a row is as good as not there, whatever etag a caller remembers of it.
fn deleted(record: &Record) -> bool {
    matches!(record, Record::Cart(cart) if cart.state == CartState::Deleted)
}

/// Others were faster, again and again.
pub(super) fn conflict() -> Error {
    Error::new(Reason::Conflict, "others changed it at the same time: repeat the call")
        .retry_after(Duration::from_millis(100))
}

/// A counter had less left than asked: stock, or a coupon's redemptions.
/// `lines` are those of the checkout, so that the refusal names the field.
pub(super) fn short(counter: &str, left: i64, lines: &[CartLine]) -> Error {
    match counter.split_once('/') {
        Some(("stock", sku)) => {
            let place = lines.iter().position(|line| line.sku().as_str() == sku);
            let field = place.map(|place| format!("lines[{place}].quantity"));
            let message = if left > 0 {
                format!("only {left} of {sku} are left: lower the quantity")
            } else {
                format!("{sku} is sold out: remove its line")
            };
            Error::at(Reason::OutOfStock, field, message)
                .with("sku", sku.to_owned())
                .with("left", left.to_string())
        }
        Some(("coupon", code)) => {
            let message = format!("the code {code} is used up: remove it");
            Error::at(Reason::CodeInvalid, Some(format!("codes[{code}]")), message)
                .with("code", code.to_owned())
        }
        _ => Error::new(Reason::Internal, "an unknown counter ran out: operators find it in the log"),
    }
}
