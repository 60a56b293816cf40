//! A secret setting: it is read, handed on, and never printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::de::{self, Deserialize, Deserializer, Visitor};

/// A secret. Its `Debug` is `[hidden]`, and it has no `Display`.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The secret itself, to be used and not kept.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[hidden]")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyText)
    }
}

/// One to [`Secrets::MOST`] secrets, of which any will do: the new one and the old, while one is rotated. They are
/// given as a list, or as text with one in each line, as a file has them.
#[derive(Debug, Clone)]
pub struct Secrets(Vec<Secret>);

impl Secrets {
    /// A rotation has an old one and a new one; more would be forgotten ones.
    pub const MOST: usize = 2;

    /// Vendors make theirs of 32 bytes; a short one is a mistake, and could be guessed.
    const LEAST_BYTES: usize = 16;

    /// The secrets, never none.
    pub fn iter(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter()
    }
}

impl<'de> Deserialize<'de> for Secrets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let secrets = deserializer.deserialize_any(ListOrLines)?;
        if secrets.iter().any(|secret| secret.expose().len() < Self::LEAST_BYTES) {
            return Err(de::Error::custom("holds one that is too short; give those that the vendor shows"));
        }
        if (1..=Self::MOST).contains(&secrets.len()) {
            return Ok(Self(secrets));
        }
        Err(de::Error::custom(format!(
            "holds {} secrets; give one, or two while one is rotated",
            secrets.len()
        )))
    }
}

struct ListOrLines;

impl<'de> Visitor<'de> for ListOrLines {
    type Value = Vec<Secret>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of secrets")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Secret::new).collect())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(vec![Secret::new(value.to_string())])
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut secrets = Vec::new();
        while let Some(secret) = list.next_element()? {
            secrets.push(secret);
        }
        Ok(secrets)
    }
}

/// Takes numbers and booleans too: an environment variable that holds only digits is a secret all the same,
/// and an error about its type would print it.
struct AnyText;

impl Visitor<'_> for AnyText {
    type Value = Secret;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a secret as text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
        if text.trim().is_empty() {
            return Err(E::custom(
                "is empty; give the secret, or a file that holds it under the key with _file",
            ));
        }
        Ok(Secret::new(text))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Secret, E> {
        Ok(Secret::new(value.to_string()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Secret, E> {
        Ok(Secret::new(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::custom("is a number; put it in quotes"))
    }
}
