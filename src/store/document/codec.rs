//! From a record to its document and back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{projection, v1};
use crate::ports::document::Document;
use crate::ports::record::Record;
use crate::ports::store::Kind;

/// Why a record has no document: a programming error of ours, found before anything was written.
#[derive(Debug, thiserror::Error)]
#[error("the {kind} cannot be written as JSON: {source}", kind = .kind.as_str())]
pub struct EncodeError {
    /// What was to be written.
    pub kind: Kind,
    /// What serde_json says.
    pub source: serde_json::Error,
}

/// Why a document cannot be read. The row is left as it is.
///
/// None of the texts repeats personal data.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// A newer version of Cashwrap wrote it.
    #[error(
        "the {part} of the {kind} has version {found}, and this version of Cashwrap reads up to {newest}: \
         let a newer one serve it",
        kind = .kind.as_str(),
        newest = v1::VERSION
    )]
    Newer {
        /// What was to be read.
        kind: Kind,
        /// Text or personal data.
        part: &'static str,
        /// The version that it names.
        found: u64,
    },
    /// The text is not the shape of its version, or holds a value that this version does not know.
    #[error("the text of the {kind} cannot be read: {source}", kind = .kind.as_str())]
    Text {
        /// What was to be read.
        kind: Kind,
        /// What serde_json says.
        source: serde_json::Error,
    },
    /// The personal data is not the shape of its version. What stands there is not told, only where.
    #[error(
        "the personal data of the {kind} cannot be read: see line {line}, column {column}",
        kind = .kind.as_str()
    )]
    Personal {
        /// What was to be read.
        kind: Kind,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
}

/// The document of `record`, with its links, label and columns.
pub fn encode(record: &Record) -> Result<Document, EncodeError> {
    let json = |error| EncodeError { kind: record.kind(), source: error };
    let v1::Encoded { text, personal } = v1::encode(record).map_err(json)?;
    Ok(Document {
        text,
        personal,
        links: projection::links(record),
        label: projection::label(record),
        columns: projection::columns(record),
        void_at: projection::void_at(record),
    })
}

/// The record of `kind` that `document` holds. Personal data that was erased is absent from it.
pub fn decode(kind: Kind, document: &Document) -> Result<Record, DecodeError> {
    v1::decode(kind, &document.text, document.personal.as_deref())
}

/// Reads the text of a row of `kind`.
pub(super) fn read_text<T: DeserializeOwned>(kind: Kind, text: &str) -> Result<T, DecodeError> {
    serde_json::from_str(text).map_err(|source| match version_of(text) {
        Some(found) if found > v1::VERSION => DecodeError::Newer { kind, part: "text", found },
        _ => DecodeError::Text { kind, source },
    })
}

/// Reads the personal data of a row of `kind`.
pub(super) fn read_personal<T: DeserializeOwned>(kind: Kind, text: &str) -> Result<T, DecodeError> {
    serde_json::from_str(text).map_err(|source| match version_of(text) {
        Some(found) if found > v1::VERSION => DecodeError::Newer { kind, part: "personal data", found },
        _ => DecodeError::Personal { kind, line: source.line(), column: source.column() },
    })
}

/// Writes a shape.
pub(super) fn write<T: Serialize>(shape: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(shape)
}

/// The version that a text names, whatever else is in it.
fn version_of(text: &str) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Head {
        v: u64,
    }
    serde_json::from_str::<Head>(text).ok().map(|head| head.v)
}
