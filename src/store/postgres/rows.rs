//! What the database's rows say, read back into the port's types.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;
use tokio_postgres::Row as SqlRow;
use uuid::Uuid;

use super::super::records::kind_named;
use crate::domain::ids::{StoreId, UnitId};
use crate::ports::document::Document;
use crate::ports::store::{Claim, Key, Kind, Row, Snapshot, StoreError, StoredEvent, StoredReply};

/// Sorts what the read found into a snapshot.
pub(super) fn snapshot_of(
    store: &StoreId,
    reply_store: &StoreId,
    found: &[SqlRow],
) -> Result<Snapshot<Document>, StoreError> {
    let mut snapshot = Snapshot::default();
    for row in found {
        match get::<&str>(row, 0)? {
            "row" => {
                let (key, row) = keyed_row(store, row)?;
                snapshot.rows.insert(key, row);
            }
            "reply" => snapshot.reply = Some(stored_reply(reply_store, row)?),
            _ => {
                snapshot.left.insert(get(row, 2)?, get(row, 3)?);
            }
        }
    }
    Ok(snapshot)
}

/// A row of state, with its key.
pub(super) fn keyed_row(store: &StoreId, row: &SqlRow) -> Result<(Key, Row<Document>), StoreError> {
    let key = Key::new(store, kind_of(get(row, 1)?)?, get::<&str>(row, 2)?);
    let links: Value = get(row, 6)?;
    let document = Document {
        text: get(row, 7)?,
        personal: get(row, 8)?,
        links: links_of(&links)?,
        label: get(row, 5)?,
        columns: Vec::new(),
        void_at: None,
    };
    Ok((key, Row { version: count(get(row, 3)?), sequence: count(get(row, 4)?), row: document }))
}

fn links_of(links: &Value) -> Result<Vec<(Kind, String)>, StoreError> {
    let pair = |link: &Value| match (link[0].as_str(), link[1].as_str()) {
        (Some(kind), Some(id)) => Ok((kind_of(kind)?, id.to_owned())),
        _ => Err(StoreError::Corrupt("a link is not a kind and an id".to_owned())),
    };
    links.as_array().into_iter().flatten().map(pair).collect()
}

fn stored_reply(store: &StoreId, row: &SqlRow) -> Result<StoredReply, StoreError> {
    let subject = match (get::<Option<&str>>(row, 1)?, get::<Option<&str>>(row, 2)?) {
        (Some(kind), Some(id)) => Some(Key::new(store, kind_of(kind)?, id)),
        _ => None,
    };
    let fingerprint = get::<&[u8]>(row, 9)?.try_into();
    Ok(StoredReply {
        fingerprint: fingerprint
            .map_err(|_| StoreError::Corrupt("a fingerprint is not 32 bytes".to_owned()))?,
        subject,
        body: get::<Option<&[u8]>>(row, 10)?.map(Bytes::copy_from_slice),
    })
}

/// A claim, out of store, kind, id and fence.
pub(super) fn claim_of(row: &SqlRow) -> Result<Claim, StoreError> {
    let store = get::<&str>(row, 0)?.parse::<StoreId>();
    let store = store.map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let key = Key { store, kind: kind_of(get(row, 1)?)?, id: get(row, 2)? };
    Ok(Claim { key, fence: count(get(row, 3)?) })
}

/// An event, out of sequence, type, data, unit and time.
pub(super) fn event_of(row: &SqlRow) -> Result<StoredEvent, StoreError> {
    Ok(StoredEvent {
        sequence: count(get(row, 0)?),
        kind: get(row, 1)?,
        data: get(row, 2)?,
        unit: UnitId(get::<Uuid>(row, 3)?),
        committed_at: time_of(get(row, 4)?)?,
    })
}

/// A time, out of microseconds since 1970.
pub(super) fn time_of(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// A column of `row`.
pub(super) fn get<'row, T: tokio_postgres::types::FromSql<'row>>(
    row: &'row SqlRow,
    at: usize,
) -> Result<T, StoreError> {
    row.try_get(at).map_err(|error| StoreError::Corrupt(format!("column {at}: {error}")))
}

fn kind_of(text: &str) -> Result<Kind, StoreError> {
    kind_named(text)
        .ok_or_else(|| StoreError::Corrupt("a row is of a kind that is not known here".to_owned()))
}

/// A count that the database's checks keep from being negative.
pub(super) fn count(number: i64) -> u64 {
    number.unsigned_abs()
}
