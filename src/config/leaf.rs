//! Single values of the settings, for `#[serde(deserialize_with = "leaf::…")]`.
//!
//! Each says in its error what is allowed. A custom error is written as `reason; remedy`, which
//! [`super::RawTable`] takes apart again.

use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, Visitor};

struct Whole<const MIN: u64, const MAX: u64>;

impl<const MIN: u64, const MAX: u64> Visitor<'_> for Whole<MIN, MAX> {
    type Value = u64;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a whole number from {MIN} to {MAX}")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<u64, E> {
        match u64::try_from(value) {
            Ok(value) if (MIN..=MAX).contains(&value) => Ok(value),
            _ => Err(E::invalid_value(de::Unexpected::Signed(value), &self)),
        }
    }
}

/// A duration in milliseconds from `MIN` to `MAX`, both included.
pub fn millis<'de, D, const MIN: u64, const MAX: u64>(deserializer: D) -> Result<Duration, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_i64(Whole::<MIN, MAX>).map(Duration::from_millis)
}

/// A count from `MIN` to `MAX`, both included.
pub fn count<'de, D, const MIN: u64, const MAX: u64>(deserializer: D) -> Result<u32, D::Error>
where
    D: Deserializer<'de>,
{
    let value = deserializer.deserialize_i64(Whole::<MIN, MAX>)?;
    u32::try_from(value).map_err(|_| de::Error::custom("is too large; give a smaller number"))
}

/// A type that reads itself from text, such as an id.
pub fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: Display,
{
    parse(&String::deserialize(deserializer)?)
}

/// A list of what [`parsed`] reads, collected into a list or a set.
pub fn parsed_list<'de, D, C, T>(deserializer: D) -> Result<C, D::Error>
where
    D: Deserializer<'de>,
    C: IntoIterator<Item = T> + FromIterator<T>,
    T: FromStr,
    T::Err: Display,
{
    Vec::<String>::deserialize(deserializer)?.iter().map(|text| parse(text)).collect()
}

fn parse<E: de::Error, T: FromStr<Err: Display>>(text: &str) -> Result<T, E> {
    text.parse().map_err(|error: T::Err| {
        let error = error.to_string();
        let (reason, remedy) = error.split_once(": ").unwrap_or((&error, "correct it"));
        E::custom(format!("`{text}` is {reason}; {remedy}"))
    })
}

/// An address with a port, such as `127.0.0.1:50051`.
pub fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| {
        de::Error::custom(format!(
            "`{text}` is not an address with a port; write one such as 127.0.0.1:50051"
        ))
    })
}

/// The same where there may be none.
pub fn some_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    address(deserializer).map(Some)
}

/// The URL of a service, `http://` or `https://`.
pub fn web_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    match rest {
        Some(host) if !host.is_empty() && !text.contains(char::is_whitespace) => Ok(text),
        _ => Err(de::Error::custom("is not a URL; write one that starts with http:// or https://")),
    }
}

/// The ISO 3166 code of a country: two upper-case letters.
pub fn country<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(text);
    }
    Err(de::Error::custom(format!("`{text}` is not the code of a country; write two letters such as DE")))
}
