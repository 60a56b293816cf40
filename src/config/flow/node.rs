//! YAML as a tree in which every node knows its place.
//!
//! The reader's budget is small on purpose: a flow document is a page of text, and no file can make the
//! server recurse deeply or expand aliases for long.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{MergeKeyPolicy, Spanned};

/// How deep documents may nest; a flow needs five.
const MAX_DEPTH: usize = 16;

/// How many nodes a file may hold, aliases expanded: room for some hundred flows.
const MAX_NODES: usize = 50_000;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) value: Value,
}

/// A value as YAML's core schema reads it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number that is no whole number of 64 bits. Its digits are not kept: money must be written as text.
    Fraction,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Value {
    /// What the value is, for a sentence such as "is a list".
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Null => "empty",
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "a whole number",
            Self::Fraction => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

/// Why a text is not YAML, or not within the budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotYaml {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) reason: String,
}

/// The documents of a text; those that are empty are left out.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, NotYaml> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: MAX_DEPTH, max_nodes: MAX_NODES },
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_multiple_with_options::<Node, Vec<Node>>(text, options).map_err(|error| {
        let (line, column) =
            error.location().map_or((0, 0), |place| (narrow(place.line()), narrow(place.column())));
        NotYaml { line, column, reason: plain_reason(&error) }
    })
}

/// The first line of the reader's message without the place that it repeats.
fn plain_reason(error: &serde_saphyr::Error) -> String {
    if let serde_saphyr::Error::DuplicateMappingKey { key: Some(key), .. } = error.without_snippet() {
        return format!("the key {key} is given twice");
    }
    let message = error.to_string();
    let line = message.lines().next().unwrap_or_default();
    let line = line.split(" at line ").next().unwrap_or(line);
    line.trim_start_matches("error: ").trim_end_matches(':').to_owned()
}

fn narrow(position: impl TryInto<u32>) -> u32 {
    position.try_into().unwrap_or(u32::MAX)
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self {
            line: narrow(spanned.referenced.line()),
            column: narrow(spanned.referenced.column()),
            value: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a YAML value")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Fraction, Value::Integer))
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<Value, E> {
        Ok(Value::Fraction)
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<Value, E> {
        Ok(Value::Fraction)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Fraction)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Value::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_node_knows_its_line_and_column() {
        let nodes = documents("id: one\nbackend:\n  gateways: [a, b]\n---\nid: two\n").unwrap();
        assert_eq!(nodes.len(), 2);
        let Value::Map(entries) = &nodes[0].value else { panic!("{nodes:?}") };
        let (key, backend) = &entries[1];
        assert_eq!((key.line, key.column), (2, 1));
        let Value::Map(entries) = &backend.value else { panic!("{backend:?}") };
        let Value::List(gateways) = &entries[0].1.value else { panic!("{entries:?}") };
        assert_eq!((gateways[1].line, gateways[1].column), (3, 17));
        let Value::Map(entries) = &nodes[1].value else { panic!("{nodes:?}") };
        assert_eq!(entries[0].1.line, 5);
    }

    #[test]
    fn deep_nesting_and_alias_bombs_are_refused() {
        let deep = "[".repeat(5_000);
        assert!(documents(&deep).is_err());
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let below = vec![format!("*a{}", level - 1); 9].join(", ");
            bomb = format!("{bomb}a{level}: &a{level} [{below}]\n");
        }
        assert!(documents(&bomb).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics_the_reader(text in "(?s).{0,200}") {
            let _ = documents(&text);
        }
    }
}
