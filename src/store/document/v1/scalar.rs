//! Values that are one JSON string: ids, names, codes, timestamps, decimals, words, bytes; and the version.

use std::fmt::{self, Display};
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The version of the shapes in this room.
pub(in crate::store::document) const VERSION: u64 = 1;

/// The version in front of a text: [`VERSION`] and nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(VERSION)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            VERSION => Ok(Self),
            other => Err(D::Error::custom(format!("version {other} is not version {VERSION}"))),
        }
    }
}

/// A value that its `Display` writes and its `FromStr` reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<T>(pub T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T> Deserialize<'de> for Text<T>
where
    T: FromStr<Err: Display>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Reading(|text: &str| text.parse().map(Self)))
    }
}

/// Reads a string where it lies, without a copy of it.
struct Reading<F>(F);

impl<T, E: Display, F: FnOnce(&str) -> Result<T, E>> Visitor<'_> for Reading<F> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string")
    }

    fn visit_str<D: Error>(self, text: &str) -> Result<T, D> {
        (self.0)(text).map_err(D::custom)
    }
}

/// A value out of a closed list, each with a word of its own.
pub(in crate::store::document) trait Named: Copy + 'static {
    /// What the list is of, for people.
    const WHAT: &'static str;

    /// The list.
    #[cfg(test)]
    const ALL: &'static [Self];

    /// The word that is stored.
    fn word(self) -> &'static str;

    /// The value of a stored word.
    fn named(word: &str) -> Option<Self>;
}

/// A value that is stored by its word. A word that this version does not know is an error, never a guess.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<T>(pub T);

impl<T: Named> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word())
    }
}

impl<'de, T: Named> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Reading(|word: &str| {
            let unknown = || format!("`{word}` is no {} that this version knows", T::WHAT);
            T::named(word).map(Self).ok_or_else(unknown)
        }))
    }
}

/// Bytes, as base64 (RFC 4648 with padding).
#[derive(Debug, Clone)]
pub(super) struct Bytes<T>(pub T);

impl<T: AsRef<[u8]>> Serialize for Bytes<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de, T: TryFrom<Vec<u8>>> Deserialize<'de> for Bytes<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Reading(|text: &str| {
            let bytes = STANDARD.decode(text).map_err(|_| "bytes that are not base64")?;
            T::try_from(bytes).map(Self).map_err(|_| "not the number of bytes that it must have")
        }))
    }
}

/// The shapes of a list.
pub(super) fn shapes<'a, T: 'a, S: From<&'a T>>(items: impl IntoIterator<Item = &'a T>) -> Vec<S> {
    items.into_iter().map(S::from).collect()
}

/// The values that a list of shapes holds.
pub(super) fn values<S, T: From<S>, C: FromIterator<T>>(shapes: Vec<S>) -> C {
    shapes.into_iter().map(T::from).collect()
}

/// The texts of a list.
pub(super) fn texts<'a, T: Clone + 'a>(items: impl IntoIterator<Item = &'a T>) -> Vec<Text<T>> {
    items.into_iter().cloned().map(Text).collect()
}

/// The values that a list of texts holds.
pub(super) fn of_texts<T, C: FromIterator<T>>(texts: Vec<Text<T>>) -> C {
    texts.into_iter().map(|text| text.0).collect()
}

/// Whether a flag may be left out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
pub(super) const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Whether a count may be left out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
pub(super) const fn is_zero(count: &u32) -> bool {
    *count == 0
}
