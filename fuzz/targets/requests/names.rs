//! Ids of earlier answers, put into later messages: without them no visit would get past its first call.
//!
//! A text of a message that is `$cart`, `$checkout`, `$payment`, `$order`, `$action`, `$line`, `$quote`, `$digest`, `$etag`
//! or `$page` stands for what was told last; `$key` for a key that was not used yet, `$again` for the one before. Messages are read as tags and
//! lengths alone, so that this knows no type, and what is no message of any type passes through as it is.

use std::collections::BTreeMap;

/// What is known.
#[derive(Default)]
pub struct Names {
    known: BTreeMap<&'static str, String>,
    keys: u64,
}

impl Names {
    /// What a name stands for.
    pub fn of(&self, name: &str) -> Option<&str> {
        self.known.get(name).map(String::as_str)
    }

    /// A message with every name that is known put in.
    pub fn filled(&mut self, message: &[u8]) -> Vec<u8> {
        let Some(fields) = fields(message) else { return message.to_vec() };
        let mut filled = Vec::with_capacity(message.len());
        for (head, payload) in fields {
            filled.extend(head);
            let Some(payload) = payload else { continue };
            let payload = match std::str::from_utf8(payload) {
                Ok("$key") => {
                    self.keys += 1;
                    let key = format!("00000000-0000-4000-8000-{:012x}", self.keys);
                    self.known.insert("$again", key.clone());
                    key.into_bytes()
                }
                Ok(text) if text.starts_with('$') => self.of(text).unwrap_or(text).as_bytes().to_vec(),
                Ok(text) if is_plain(text) => payload.to_vec(),
                Ok(_) | Err(_) if payload.contains(&b'$') => self.filled(payload),
                Ok(_) | Err(_) => payload.to_vec(),
            };
            varint(payload.len() as u64, &mut filled);
            filled.extend(payload);
        }
        filled
    }

    /// Remembers what an answer tells.
    pub fn learn(&mut self, reply: &[u8]) {
        for (_, payload) in fields(reply).unwrap_or_default() {
            let Some(payload) = payload else { continue };
            match std::str::from_utf8(payload) {
                Ok(text) if is_plain(text) => {
                    if let Some(name) = name_of(text) {
                        self.known.insert(name, text.to_owned());
                    }
                }
                Ok(_) | Err(_) => self.learn(payload),
            }
        }
    }
}

/// The name for a text of an answer: by its beginning, as ids are made.
fn name_of(text: &str) -> Option<&'static str> {
    const LONG_TOKEN: usize = 44;
    let starts = |with: &str| text.starts_with(with);
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match text.split('/').nth(2) {
        Some("carts") => return Some("$cart"),
        Some("checkouts") => return Some("$checkout"),
        Some("payments") => return Some("$payment"),
        Some("orders") => return Some("$order"),
        Some(_) | None => {}
    }
    match () {
        () if starts("pay_") => Some("$action"),
        () if starts("lin_") => Some("$line"),
        () if starts("quo_") => Some("$quote"),
        () if starts("v1.") => Some("$digest"),
        () if starts("cap_") => Some("$capability"),
        () if starts("\"") => Some("$etag"),
        () if text.len() >= LONG_TOKEN && text.bytes().all(base64) => Some("$page"),
        () => None,
    }
}

fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// A field's bytes before its payload, without the length; and the payload, where it has a length.
type Field<'a> = (Vec<u8>, Option<&'a [u8]>);

/// The fields of a message, or nothing where these bytes are none.
fn fields(message: &[u8]) -> Option<Vec<Field<'_>>> {
    let mut left = message;
    let mut found = Vec::new();
    while !left.is_empty() {
        let whole = left;
        let tag = read_varint(&mut left)?;
        match tag & 7 {
            0 => drop(read_varint(&mut left)?),
            1 => left = left.get(8..)?,
            2 => {
                let head = whole[..whole.len() - left.len()].to_vec();
                let length = usize::try_from(read_varint(&mut left)?).ok()?;
                let (payload, after) = left.split_at_checked(length)?;
                left = after;
                found.push((head, Some(payload)));
                continue;
            }
            5 => left = left.get(4..)?,
            _ => return None,
        }
        found.push((whole[..whole.len() - left.len()].to_vec(), None));
    }
    Some(found)
}

fn read_varint(left: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = left.split_first()?;
        *left = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn varint(mut value: u64, to: &mut Vec<u8>) {
    while value >= 0x80 {
        to.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    to.push(value.to_le_bytes()[0]);
}
