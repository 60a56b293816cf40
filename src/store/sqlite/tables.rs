//! How a verdict looks at the tables.

use rusqlite::{Connection, OptionalExtension as _, Row as SqlRow, named_params, params};

use super::super::columns::Unique;
use super::super::plan::View;
use super::super::records::{Counter, Head, KeptReply, Lease, Timer};
use super::values::{count_at, reply_of, time_at, unit_at, uuid_at};
use crate::domain::ids::{StoreId, UnitId, WorkerId};
use crate::ports::store::{Key, ReplyKey};

/// The tables within a transaction of the writer.
pub(super) struct Tables<'connection>(pub(super) &'connection Connection);

impl Tables<'_> {
    fn one<T>(
        &self,
        statement: &str,
        parameters: impl rusqlite::Params,
        read: impl FnOnce(&SqlRow<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        self.0.prepare_cached(statement)?.query_row(parameters, read).optional()
    }
}

/// A timer, out of fence, due time, worker and lease's end.
pub(super) fn timer_of(row: &SqlRow<'_>) -> rusqlite::Result<Timer> {
    let lease = match row.get::<_, Option<i64>>(3)? {
        Some(_) => Some(Lease { worker: WorkerId(uuid_at(row, 2)?), until: time_at(row, 3)? }),
        None => None,
    };
    let due = row.get::<_, Option<i64>>(1)?.map(|_| time_at(row, 1)).transpose()?;
    Ok(Timer { fence: count_at(row, 0)?, due, lease })
}

impl View for Tables<'_> {
    type Error = rusqlite::Error;

    fn head(&self, key: &Key) -> rusqlite::Result<Option<Head>> {
        self.one(
            "SELECT version, sequence, unit FROM state WHERE store_id = ?1 AND kind = ?2 AND id = ?3",
            [key.store.as_str(), key.kind.as_str(), &key.id],
            |row| {
                Ok(Head { version: count_at(row, 0)?, sequence: count_at(row, 1)?, unit: unit_at(row, 2)? })
            },
        )
    }

    fn emitted(&self, key: &Key, unit: UnitId) -> rusqlite::Result<bool> {
        let found = self.one(
            "SELECT 1 FROM event WHERE store_id = ?1 AND kind = ?2 AND id = ?3 AND unit = ?4 LIMIT 1",
            [key.store.as_str(), key.kind.as_str(), &key.id, &unit.0.to_string()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    fn timer(&self, key: &Key) -> rusqlite::Result<Option<Timer>> {
        self.one(
            "SELECT fence, due_at, worker, lease_until FROM timer
             WHERE store_id = ?1 AND kind = ?2 AND id = ?3",
            [key.store.as_str(), key.kind.as_str(), &key.id],
            timer_of,
        )
    }

    fn counter(&self, store: &StoreId, name: &str) -> rusqlite::Result<Option<Counter>> {
        self.one(
            "SELECT total, held, used FROM counter WHERE store_id = ?1 AND name = ?2",
            [store.as_str(), name],
            |row| Ok(Counter { limit: row.get(0)?, held: row.get(1)?, used: row.get(2)? }),
        )
    }

    fn reply(&self, key: &ReplyKey) -> rusqlite::Result<Option<KeptReply>> {
        self.one(
            "SELECT fingerprint, subject_kind, subject_id, body, unit, expires_at FROM reply
             WHERE store_id = ?1 AND method = ?2 AND request_id = ?3",
            params![key.store.as_str(), key.method, key.request_id.to_string()],
            |row| {
                let reply = reply_of(row, &key.store)?;
                Ok(KeptReply { reply, unit: unit_at(row, 4)?, expires: time_at(row, 5)? })
            },
        )
    }

    fn holder(&self, store: &StoreId, unique: &Unique) -> rusqlite::Result<Option<String>> {
        let (statement, value) = match unique {
            Unique::LiveAttemptOfTender(value) => {
                ("SELECT id FROM attempt WHERE store_id = :store AND tender = :value AND live", value)
            }
            Unique::LivePlacementOfCheckout(value) => {
                ("SELECT id FROM placement WHERE store_id = :store AND checkout = :value AND live", value)
            }
            Unique::LivePlacementOfCart(value) => {
                ("SELECT id FROM placement WHERE store_id = :store AND cart = :value AND live", value)
            }
            Unique::OrderOfCheckout(value) => {
                ("SELECT id FROM orders WHERE store_id = :store AND checkout = :value", value)
            }
            Unique::OrderOfCart(value) => {
                ("SELECT id FROM orders WHERE store_id = :store AND cart = :value", value)
            }
        };
        let parameters = named_params! { ":store": store.as_str(), ":value": value };
        self.one(statement, parameters, |row| row.get(0))
    }
}
