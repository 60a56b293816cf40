//! How a plan is written. It decides nothing: the plan holds final values.

use rusqlite::{Params, params};

use super::super::columns::{columns_of, uniques_of};
use super::super::plan::{Plan, ReplyPlan};
use super::super::records::{Head, KeptReply, Timer};
use super::tables::Tables;
use super::values::kept;
use crate::domain::ids::StoreId;
use crate::ports::document::{AttemptColumns, Columns, Document, OrderColumns};
use crate::ports::store::{Key, Kind, ReplyKey, UnitOfWork, Write};

impl Tables<'_> {
    /// Writes a unit that has won.
    pub(super) fn apply(&self, unit: &UnitOfWork<Document>, plan: Plan<'_>) -> rusqlite::Result<()> {
        for (write, head) in unit.writes.iter().zip(&plan.heads) {
            self.put_row(write, head)?;
            self.put_events(write, head, plan.at.as_microsecond())?;
        }
        // What carries no unique value comes first, so that what it gave up is free.
        let mut columns = columns_of(unit);
        columns.sort_by_key(|(_, columns)| !uniques_of(columns).is_empty());
        for (_, columns) in columns {
            self.put_columns(&unit.store, columns)?;
        }
        for (name, counter) in &plan.counters {
            self.run(
                "INSERT OR REPLACE INTO counter (store_id, name, total, held, used)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![unit.store.as_str(), name, counter.limit, counter.held, counter.used],
            )?;
        }
        match &plan.reply {
            ReplyPlan::Keep => {}
            ReplyPlan::Put(key, reply) => self.put_reply(key, reply)?,
            ReplyPlan::Delete(key) => self.run(
                "DELETE FROM reply WHERE store_id = ?1 AND method = ?2 AND request_id = ?3",
                params![key.store.as_str(), key.method, key.request_id.to_string()],
            )?,
        }
        for (key, timer) in &plan.timers {
            self.put_timer(key, timer)?;
        }
        Ok(())
    }

    /// Writes a timer.
    pub(super) fn put_timer(&self, key: &Key, timer: &Timer) -> rusqlite::Result<()> {
        self.run(
            "INSERT OR REPLACE INTO timer (store_id, kind, id, fence, due_at, worker, lease_until)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                key.store.as_str(),
                key.kind.as_str(),
                key.id,
                kept(timer.fence),
                timer.due.map(jiff::Timestamp::as_microsecond),
                timer.lease.map(|lease| lease.worker.0.to_string()),
                timer.lease.map(|lease| lease.until.as_microsecond()),
            ],
        )
    }

    /// Runs a statement that answers nothing.
    pub(super) fn run(&self, statement: &str, parameters: impl Params) -> rusqlite::Result<()> {
        self.0.prepare_cached(statement)?.execute(parameters).map(|_rows| ())
    }

    fn put_row(&self, write: &Write<Document>, head: &Head) -> rusqlite::Result<()> {
        let (key, document) = (&write.key, &write.row);
        self.run(
            "INSERT OR REPLACE INTO state
                 (store_id, kind, id, version, sequence, unit, label, links, document, void_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                key.store.as_str(),
                key.kind.as_str(),
                key.id,
                kept(head.version),
                kept(head.sequence),
                head.unit.0.to_string(),
                document.label,
                links_text(&document.links),
                document.text,
                document.void_at.map(jiff::Timestamp::as_microsecond),
            ],
        )?;
        match &document.personal {
            Some(personal) => self.run(
                "INSERT OR REPLACE INTO personal (store_id, kind, id, document) VALUES (?1, ?2, ?3, ?4)",
                [key.store.as_str(), key.kind.as_str(), &key.id, personal],
            ),
            None => self.run(
                "DELETE FROM personal WHERE store_id = ?1 AND kind = ?2 AND id = ?3",
                [key.store.as_str(), key.kind.as_str(), &key.id],
            ),
        }
    }

    fn put_events(&self, write: &Write<Document>, head: &Head, at_us: i64) -> rusqlite::Result<()> {
        let emitted = u64::try_from(write.events.len()).unwrap_or(u64::MAX);
        let first = head.sequence.saturating_sub(emitted).saturating_add(1);
        for (sequence, event) in (first..).zip(&write.events) {
            self.run(
                "INSERT INTO event (store_id, kind, id, sequence, type, data, unit, committed_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    write.key.store.as_str(),
                    write.key.kind.as_str(),
                    write.key.id,
                    kept(sequence),
                    event.kind,
                    event.data.to_string(),
                    head.unit.0.to_string(),
                    at_us,
                ],
            )?;
        }
        Ok(())
    }

    fn put_reply(&self, key: &ReplyKey, standing: &KeptReply) -> rusqlite::Result<()> {
        let subject = standing.reply.subject.as_ref();
        self.run(
            "INSERT OR REPLACE INTO reply (store_id, method, request_id, fingerprint, subject_kind,
                 subject_id, body, unit, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                key.store.as_str(),
                key.method,
                key.request_id.to_string(),
                standing.reply.fingerprint,
                subject.map(|key| key.kind.as_str()),
                subject.map(|key| key.id.as_str()),
                standing.reply.body.as_deref(),
                standing.unit.0.to_string(),
                standing.expires.as_microsecond(),
            ],
        )
    }

    // By ON CONFLICT of the id: OR REPLACE would delete whoever carries a unique value.
    fn put_columns(&self, store: &StoreId, columns: &Columns) -> rusqlite::Result<()> {
        match columns {
            Columns::Attempt(attempt) => self.put_attempt(store, attempt),
            Columns::Operation(operation) => self.run(
                "INSERT OR REPLACE INTO operation (store_id, id, attempt, kind, state, amount_minor,
                     currency, reference, idempotency_key, send_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    store.as_str(),
                    operation.id,
                    operation.attempt,
                    operation.kind,
                    operation.state,
                    operation.amount_minor,
                    operation.currency,
                    operation.reference,
                    operation.idempotency_key,
                    operation.send_by.map(jiff::Timestamp::as_microsecond),
                ],
            ),
            Columns::Order(order) => self.put_order(store, order),
            Columns::Placement(placement) => self.run(
                "INSERT INTO placement (store_id, id, checkout, cart, state, live)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (store_id, id) DO UPDATE SET checkout = excluded.checkout,
                     cart = excluded.cart, state = excluded.state, live = excluded.live",
                params![
                    store.as_str(),
                    placement.id,
                    placement.checkout,
                    placement.cart,
                    placement.state,
                    placement.live,
                ],
            ),
        }
    }

    fn put_attempt(&self, store: &StoreId, attempt: &AttemptColumns) -> rusqlite::Result<()> {
        self.run(
            "INSERT INTO attempt (store_id, id, payment, tender, account, state, live, amount_minor,
                 currency, object)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (store_id, id) DO UPDATE SET payment = excluded.payment,
                 tender = excluded.tender, account = excluded.account, state = excluded.state,
                 live = excluded.live, amount_minor = excluded.amount_minor,
                 currency = excluded.currency, object = excluded.object",
            params![
                store.as_str(),
                attempt.id,
                attempt.payment,
                attempt.tender,
                attempt.account,
                attempt.state,
                attempt.live,
                attempt.amount_minor,
                attempt.currency,
                attempt.object,
            ],
        )
    }

    fn put_order(&self, store: &StoreId, order: &OrderColumns) -> rusqlite::Result<()> {
        self.run(
            "INSERT INTO orders (store_id, id, checkout, cart, total_minor, currency, state,
                 payment_state, placed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (store_id, id) DO UPDATE SET checkout = excluded.checkout,
                 cart = excluded.cart, total_minor = excluded.total_minor,
                 currency = excluded.currency, state = excluded.state,
                 payment_state = excluded.payment_state, placed_at = excluded.placed_at",
            params![
                store.as_str(),
                order.id,
                order.checkout,
                order.cart,
                order.total_minor,
                order.currency,
                order.state,
                order.payment_state,
                order.placed_at.as_microsecond(),
            ],
        )
    }
}

fn links_text(links: &[(Kind, String)]) -> String {
    let pairs: Vec<(&str, &str)> = links.iter().map(|(kind, id)| (kind.as_str(), id.as_str())).collect();
    serde_json::json!(pairs).to_string()
}
