//! What is read outside the writer: snapshots, listings and events, each within one transaction.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row as SqlRow, params};

use super::super::plan::View as _;
use super::super::records::kind_named;
use super::tables::Tables;
use super::values::{count_at, kept, kind_at, out_of_shape, reply_of, time_at, unit_at};
use crate::domain::ids::StoreId;
use crate::ports::document::Document;
use crate::ports::store::{Key, Kind, Listing, Query, ReplyKey, Row, Snapshot, StoredEvent, StoredReply};

/// The rows asked for, what they link to, the reply and the counters.
pub(super) fn snapshot(
    connection: &Connection,
    query: &Query,
    now: Timestamp,
) -> rusqlite::Result<Snapshot<Document>> {
    let mut snapshot = Snapshot::default();
    let store = query.keys.first().map(|key| &key.store);
    let mut counters: BTreeSet<(StoreId, String)> = query.counters.iter().cloned().collect();
    for key in query.keys.iter().filter(|key| Some(&key.store) == store) {
        let Some(row) = row(connection, key)? else { continue };
        for (kind, id) in &row.row.links {
            counters.extend(kind.counter(id).map(|name| (key.store.clone(), name)));
            let linked = Key { store: key.store.clone(), kind: *kind, id: id.clone() };
            if !snapshot.rows.contains_key(&linked)
                && let Some(row) = self::row(connection, &linked)?
            {
                snapshot.rows.insert(linked, row);
            }
        }
        snapshot.rows.insert(key.clone(), row);
    }
    if let Some(key) = &query.reply {
        snapshot.reply = reply(connection, key, now)?;
    }
    for (store, name) in counters {
        if let Some(counter) = Tables(connection).counter(&store, &name)? {
            snapshot.left.insert(name, counter.left());
        }
    }
    Ok(snapshot)
}

/// Rows of a kind, newest first.
pub(super) fn list(
    connection: &Connection,
    listing: &Listing,
) -> rusqlite::Result<Vec<(Key, Row<Document>)>> {
    let (store, kind) = (listing.store.as_str(), listing.kind.as_str());
    // Text compares by its bytes, and no id holds this character.
    let before = listing.before.as_deref().unwrap_or("\u{10FFFF}");
    let labelled = if listing.label.is_some() { "AND s.label = ?5" } else { "AND ?5 IS NULL" };
    let statement = format!(
        "SELECT s.kind, s.id, s.version, s.sequence, s.label, s.links, s.document, p.document
         FROM state s LEFT JOIN personal p USING (store_id, kind, id)
         WHERE s.store_id = ?1 AND s.kind = ?2 AND s.id < ?3 {labelled}
         ORDER BY s.id DESC LIMIT ?4"
    );
    let mut prepared = connection.prepare_cached(&statement)?;
    let parameters = params![store, kind, before, listing.limit, listing.label];
    let found = prepared.query_map(parameters, |row| keyed_row(row, &listing.store))?;
    found.collect()
}

/// The events of a row after `after`.
pub(super) fn events(connection: &Connection, key: &Key, after: u64) -> rusqlite::Result<Vec<StoredEvent>> {
    let mut prepared = connection.prepare_cached(
        "SELECT sequence, type, data, unit, committed_at FROM event
         WHERE store_id = ?1 AND kind = ?2 AND id = ?3 AND sequence > ?4 ORDER BY sequence",
    )?;
    let parameters = params![key.store.as_str(), key.kind.as_str(), key.id, kept(after)];
    let found = prepared.query_map(parameters, |row| {
        let data = serde_json::from_str(row.get_ref(2)?.as_str()?).map_err(|_| out_of_shape(2))?;
        Ok(StoredEvent {
            sequence: count_at(row, 0)?,
            kind: row.get(1)?,
            data,
            unit: unit_at(row, 3)?,
            committed_at: time_at(row, 4)?,
        })
    })?;
    found.collect()
}

fn row(connection: &Connection, key: &Key) -> rusqlite::Result<Option<Row<Document>>> {
    let mut prepared = connection.prepare_cached(
        "SELECT s.kind, s.id, s.version, s.sequence, s.label, s.links, s.document, p.document
         FROM state s LEFT JOIN personal p USING (store_id, kind, id)
         WHERE s.store_id = ?1 AND s.kind = ?2 AND s.id = ?3",
    )?;
    let parameters = [key.store.as_str(), key.kind.as_str(), &key.id];
    let found = prepared.query_row(parameters, |row| keyed_row(row, &key.store)).optional()?;
    Ok(found.map(|(_, row)| row))
}

fn keyed_row(row: &SqlRow<'_>, store: &StoreId) -> rusqlite::Result<(Key, Row<Document>)> {
    let key = Key::new(store, kind_at(row, 0)?, row.get::<_, String>(1)?);
    let links: Vec<(String, String)> =
        serde_json::from_str(row.get_ref(5)?.as_str()?).map_err(|_| out_of_shape(5))?;
    let named = |(kind, id): (String, String)| -> Option<(Kind, String)> { Some((kind_named(&kind)?, id)) };
    let links: Option<Vec<(Kind, String)>> = links.into_iter().map(named).collect();
    let document = Document {
        text: row.get(6)?,
        personal: row.get(7)?,
        links: links.ok_or_else(|| out_of_shape(5))?,
        label: row.get(4)?,
        columns: Vec::new(),
        void_at: None,
    };
    Ok((key, Row { version: count_at(row, 2)?, sequence: count_at(row, 3)?, row: document }))
}

fn reply(connection: &Connection, key: &ReplyKey, now: Timestamp) -> rusqlite::Result<Option<StoredReply>> {
    let mut prepared = connection.prepare_cached(
        "SELECT fingerprint, subject_kind, subject_id, body FROM reply
         WHERE store_id = ?1 AND method = ?2 AND request_id = ?3 AND expires_at > ?4",
    )?;
    let request = key.request_id.to_string();
    let parameters = params![key.store.as_str(), key.method, request, now.as_microsecond()];
    prepared.query_row(parameters, |row| reply_of(row, &key.store)).optional()
}
