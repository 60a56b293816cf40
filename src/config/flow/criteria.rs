//! Reads the `criteria` section. Every key is a list; an absent one, and an empty one, matches everyone.

use jiff::Timestamp;

use super::amount::parse_amount;
use super::node::{Node, Value};
use super::reader::{Reader, Section};
use crate::domain::currency::Currency;
use crate::domain::flow::{Channel, Criteria, CustomerKind, DateWindow, Device, Matcher, TotalRange};

/// How a list of totals is written, for who wrote something else.
const TOTAL: &str = "[{currency: EUR, min: \"20\"}], with a min, a max or both";

/// How a list of windows is written.
const WINDOW: &str = "[{from: \"2026-11-27T00:00:00+01:00\"}], with a from, an until or both";

/// A mistake that the reader has noted.
struct Noted;

pub(super) fn read(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Criteria> {
    let keys: Vec<&str> = Matcher::ALL.iter().map(|matcher| matcher.as_str()).collect();
    let section = reader.section(node, path, &keys)?;
    Some(Criteria {
        devices: words(reader, &section, "device", Device::ALL),
        channels: words(reader, &section, "channel", Channel::ALL),
        stores: names(reader, &section, "store"),
        customers: words(reader, &section, "customer", CustomerKind::ALL),
        cart_totals: reader.each_like(&section, "cart_total", TOTAL, total),
        skus: names(reader, &section, "sku"),
        tags: names(reader, &section, "tag"),
        dates: reader.each_like(&section, "dates", WINDOW, window),
    })
}

fn words<T: Copy + Ord + std::fmt::Display>(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    key: &str,
    all: &[T],
) -> std::collections::BTreeSet<T> {
    reader.each(section, key, |reader, node, path| reader.word(node, path, all)).into_iter().collect()
}

fn names<T>(reader: &mut Reader<'_>, section: &Section<'_>, key: &str) -> std::collections::BTreeSet<T>
where
    T: std::str::FromStr + Ord,
    T::Err: std::fmt::Display,
{
    reader.each(section, key, Reader::parsed).into_iter().collect()
}

fn total(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<TotalRange> {
    let section = reader.section(node, path, &["currency", "min", "max"])?;
    let code = reader.required(&section, "currency", "write the currency of the range, such as EUR")?;
    let currency: Currency = reader.parsed(code, &section.path("currency"))?;
    let min = amount(reader, &section, "min", currency).ok()?;
    let max = amount(reader, &section, "max", currency).ok()?;
    match TotalRange::new(currency, min, max) {
        Ok(range) => Some(range),
        Err(error) => {
            reader.refuse(
                node,
                path,
                error.to_string(),
                "give a min, a max, or a min that is not above the max",
            );
            None
        }
    }
}

/// `None` where the key is absent.
fn amount(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    key: &str,
    currency: Currency,
) -> Result<Option<i64>, Noted> {
    let Some(node) = section.get(key) else { return Ok(None) };
    let path = section.path(key);
    let whole;
    let text = match &node.value {
        Value::Integer(value) => {
            whole = value.to_string();
            whole.as_str()
        }
        Value::Fraction => {
            reader.refuse(node, &path, "is a number with a fraction", "put it in quotes, such as \"49.90\"");
            return Err(Noted);
        }
        _ => reader.text(node, &path).ok_or(Noted)?,
    };
    match parse_amount(text, currency) {
        Ok(minor) => Ok(Some(minor)),
        Err(reason) => {
            reader.refuse(node, &path, reason, "write an amount in whole units, such as \"49.90\"");
            Err(Noted)
        }
    }
}

fn window(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<DateWindow> {
    let section = reader.section(node, path, &["from", "until"])?;
    let from = instant(reader, &section, "from").ok()?;
    let until = instant(reader, &section, "until").ok()?;
    match DateWindow::new(from, until) {
        Ok(window) => Some(window),
        Err(error) => {
            reader.refuse(node, path, error.to_string(), "give a from, an until, or a from before the until");
            None
        }
    }
}

/// `None` where the key is absent.
fn instant(reader: &mut Reader<'_>, section: &Section<'_>, key: &str) -> Result<Option<Timestamp>, Noted> {
    let Some(node) = section.get(key) else { return Ok(None) };
    let path = section.path(key);
    let text = reader.text(node, &path).ok_or(Noted)?;
    let Ok(instant) = text.parse() else {
        let reason = format!("`{text}` is not an instant");
        reader.refuse(node, &path, reason, "write it with its offset, such as 2026-11-27T00:00:00+01:00");
        return Err(Noted);
    };
    Ok(Some(instant))
}
