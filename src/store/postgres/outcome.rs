//! What came of a statement: the verdict that the function answered, and what an error means for a unit.
//!
//! Only three things can be meant: the statement was undone and may be tried again at once, it was undone and
//! the caller should come back later, or nobody knows. An error is logged here, once, by its code; messages and
//! details of the server repeat data and never leave this place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde_json::Value;
use tokio_postgres::Error;
use tokio_postgres::error::{Severity, SqlState};

use super::super::records::kind_named;
use crate::domain::ids::StoreId;
use crate::ports::store::{Key, StoredReply, Verdict};

/// What an error means for the unit that met it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Undone, by another that was first or in the way: submit it again at once.
    Again,
    /// Undone, and the connection is no good for writes any more.
    Elsewhere,
    /// Undone: come back later.
    Later,
    /// It may be durable.
    Unknown,
}

/// What `error`, met by a statement that may have been sent, means.
pub(super) fn meaning_of(error: &Error) -> Meaning {
    let Some(server) = error.as_db_error() else { return Meaning::Unknown };
    // A session that is being ended may have committed before it could say so.
    if matches!(server.parsed_severity(), Some(Severity::Fatal | Severity::Panic)) {
        return Meaning::Unknown;
    }
    meaning_of_code(server.code())
}

/// The server answered with an error that is not the end of the session: the statement, which is its own
/// transaction, was undone.
fn meaning_of_code(code: &SqlState) -> Meaning {
    match *code {
        // 40001, 40P01, 55P03: in each other's way. 23505: another was first; the next try says which row.
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::LOCK_NOT_AVAILABLE
        | SqlState::UNIQUE_VIOLATION => Meaning::Again,
        // 25006, 57P03: a standby, or a server that starts: the primary is another one now.
        SqlState::READ_ONLY_SQL_TRANSACTION | SqlState::CANNOT_CONNECT_NOW => Meaning::Elsewhere,
        // 57P01, 57P02: said before the session ends, which may be after the effect.
        SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN => Meaning::Unknown,
        _ => Meaning::Later,
    }
}

/// The error's code, or what kind of error it is: never data.
pub(super) fn code_of(error: &Error) -> String {
    match error.code() {
        Some(code) => code.code().to_owned(),
        None if error.is_closed() => "connection closed".to_owned(),
        None => "connection failed".to_owned(),
    }
}

/// The verdict that the function answered; `None` when it is not one.
pub(super) fn verdict_of(store: &StoreId, answer: &Value) -> Option<Verdict> {
    match answer["verdict"].as_str()? {
        "committed" => Some(Verdict::Committed),
        "fenced" => Some(Verdict::Fenced),
        "stale" => {
            let key = Key::new(store, kind_named(answer["kind"].as_str()?)?, answer["id"].as_str()?);
            Some(Verdict::Stale { key })
        }
        "short" => {
            let name = answer["name"].as_str()?.to_owned();
            Some(Verdict::Short { name, left: answer["left"].as_i64()? })
        }
        "taken" => Some(Verdict::ReplyTaken(StoredReply {
            fingerprint: BASE64.decode(answer["fingerprint"].as_str()?).ok()?.try_into().ok()?,
            subject: match (answer["subject_kind"].as_str(), answer["subject_id"].as_str()) {
                (Some(kind), Some(id)) => Some(Key::new(store, kind_named(kind)?, id)),
                _ => None,
            },
            body: match answer["body"].as_str() {
                Some(body) => Some(Bytes::from(BASE64.decode(body).ok()?)),
                None => None,
            },
        })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_the_server_undid_is_tried_again_or_later() {
        for (code, meaning) in [
            ("40001", Meaning::Again),
            ("40P01", Meaning::Again),
            ("55P03", Meaning::Again),
            ("23505", Meaning::Again),
            ("25006", Meaning::Elsewhere),
            ("57P03", Meaning::Elsewhere),
            ("57P01", Meaning::Unknown),
            ("57P02", Meaning::Unknown),
            ("57014", Meaning::Later),
            ("53100", Meaning::Later),
            ("22P05", Meaning::Later),
        ] {
            assert_eq!(meaning_of_code(&SqlState::from_code(code)), meaning, "{code}");
        }
    }

    #[test]
    fn an_answer_that_is_no_verdict_is_none() {
        let store: StoreId = "shop".parse().unwrap();
        for answer in [json!(null), json!({"verdict": "new"}), json!({"verdict": "stale", "kind": "ship"})] {
            assert_eq!(verdict_of(&store, &answer), None, "{answer}");
        }
    }
}
