//! Form-encoded bodies and query strings, with brackets for maps: `metadata[reference]=…`.
//!
//! The parser is ours because Stripe's callers may send an empty body without a content type, and because the
//! idempotency fingerprint needs the pairs in one order.

use std::collections::BTreeMap;

/// The pairs of a form, the last of equal names winning, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::partners::sandbox) struct Form {
    pairs: BTreeMap<String, String>,
}

/// The form's percent-encoding or its text is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed form encoding")]
pub(in crate::partners::sandbox) struct FormError;

impl Form {
    pub(in crate::partners::sandbox) fn parse(encoded: &[u8]) -> Result<Self, FormError> {
        let mut pairs = BTreeMap::new();
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let split = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(split);
            pairs.insert(decode(name)?, decode(value.strip_prefix(b"=").unwrap_or(value))?);
        }
        Ok(Self { pairs })
    }

    /// The value of a name; an empty one counts as absent, as Stripe treats it.
    pub(in crate::partners::sandbox) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The pairs `name[key]=value` as a map.
    pub(in crate::partners::sandbox) fn map(&self, name: &str) -> BTreeMap<String, String> {
        self.pairs
            .iter()
            .filter_map(|(full, value)| {
                let key = full.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
                Some((key.to_owned(), value.clone()))
            })
            .collect()
    }

    /// The pairs in one order, whatever the order they were sent in: equal forms have equal lines.
    pub(in crate::partners::sandbox) fn canonical(&self) -> String {
        // Lengths keep pairs apart whatever characters they hold.
        let line =
            |(name, value): (&String, &String)| format!("{}:{name}={}:{value}", name.len(), value.len());
        self.pairs.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn decode(encoded: &[u8]) -> Result<String, FormError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (digits, after) = tail.split_at_checked(2).ok_or(FormError)?;
                bytes.push(hex(digits)?);
                rest = after;
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).map_err(|_| FormError)
}

fn hex(digits: &[u8]) -> Result<u8, FormError> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(FormError);
    }
    let text = std::str::from_utf8(digits).map_err(|_| FormError)?;
    u8::from_str_radix(text, 16).map_err(|_| FormError)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(text: &str) -> String {
        text.bytes().fold(String::new(), |encoded, byte| format!("{encoded}%{byte:02X}"))
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_read_back(name in ".{1,20}", value in ".{1,20}") {
            let form = Form::parse(format!("{}={}", encode(&name), encode(&value)).as_bytes()).unwrap();
            prop_assert_eq!(form.get(&name), Some(value.as_str()));
        }

        #[test]
        fn any_bytes_are_parsed_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Form::parse(&bytes);
        }
    }

    #[test]
    fn brackets_become_a_map_and_a_plus_a_space() {
        let form = Form::parse(b"amount=5&metadata[reference]=a+b&metadata%5Bx%5D=1&return_url=").unwrap();
        assert_eq!(form.get("amount"), Some("5"));
        assert_eq!(form.get("return_url"), None);
        let expected = BTreeMap::from([("reference".into(), "a b".into()), ("x".into(), "1".into())]);
        assert_eq!(form.map("metadata"), expected);
    }

    #[test]
    fn truncated_and_non_hexadecimal_escapes_are_refused() {
        for bad in [&b"a=%4"[..], b"a=%", b"a=%+1", b"a=%zz", b"a=%ff"] {
            assert_eq!(Form::parse(bad), Err(FormError), "{bad:?}");
        }
    }

    #[test]
    fn the_canonical_text_ignores_order_and_keeps_pairs_apart() {
        let canonical = |body: &str| Form::parse(body.as_bytes()).unwrap().canonical();
        assert_eq!(canonical("a=1&b=2"), canonical("b=2&a=1"));
        assert_ne!(canonical("a=1%0A1:b=1:2"), canonical("a=1&b=2"));
    }
}
