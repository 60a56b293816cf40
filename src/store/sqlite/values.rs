//! Values as SQLite keeps them: times as microseconds, ids and kinds as text.

use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::Row as SqlRow;
use rusqlite::types::Type;
use uuid::Uuid;

use super::super::records::kind_named;
use crate::domain::ids::{StoreId, UnitId};
use crate::ports::store::{Key, Kind, StoredReply};

/// The value of a column is not what this version writes there.
#[derive(Debug, thiserror::Error)]
#[error("the value is not one that this version writes")]
struct OutOfShape;

/// The error for column `at` that cannot be understood.
pub(super) fn out_of_shape(at: usize) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, Type::Text, Box::new(OutOfShape))
}

/// A count, which the tables' checks keep from being negative.
pub(super) fn count_at(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<u64> {
    u64::try_from(row.get::<_, i64>(at)?).map_err(|_| out_of_shape(at))
}

/// A count as the tables keep it.
pub(super) fn kept(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A time, kept as microseconds.
pub(super) fn time_at(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(row.get(at)?).map_err(|_| out_of_shape(at))
}

/// A UUID, kept as text.
pub(super) fn uuid_at(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<Uuid> {
    Uuid::try_parse(row.get_ref(at)?.as_str()?).map_err(|_| out_of_shape(at))
}

/// The unit that wrote a row.
pub(super) fn unit_at(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<UnitId> {
    uuid_at(row, at).map(UnitId)
}

/// A kind, kept by its name.
pub(super) fn kind_at(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<Kind> {
    kind_named(row.get_ref(at)?.as_str()?).ok_or_else(|| out_of_shape(at))
}

/// A key, kept in three columns from `at` on.
pub(super) fn key_at(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<Key> {
    let store = StoreId::from_str(row.get_ref(at)?.as_str()?).map_err(|_| out_of_shape(at))?;
    Ok(Key { store, kind: kind_at(row, at + 1)?, id: row.get(at + 2)? })
}

/// A reply, kept as fingerprint, subject's kind, subject's id and body from the first column on.
pub(super) fn reply_of(row: &SqlRow<'_>, store: &StoreId) -> rusqlite::Result<StoredReply> {
    let subject = match row.get::<_, Option<String>>(2)? {
        Some(id) => Some(Key::new(store, kind_at(row, 1)?, id)),
        None => None,
    };
    let body: Option<Vec<u8>> = row.get(3)?;
    Ok(StoredReply { fingerprint: row.get(0)?, subject, body: body.map(Into::into) })
}
