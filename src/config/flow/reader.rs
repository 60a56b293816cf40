//! Walks a document's tree, noting every mistake and the place of every key.
//!
//! A reading function answers `None` (or a default) where it noted a mistake, and the walk goes on, so that
//! one run shows all mistakes. Whoever walks looks at [`Reader::problems`] at the end.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::node::{Node, Value};
use super::problem::{FlowProblem, Place};

/// The walk through one document.
pub(super) struct Reader<'a> {
    file: &'a str,
    /// The mistakes so far.
    pub(super) problems: Vec<FlowProblem>,
    /// Where each key's value stands, by its full path; the empty path is the document's own.
    pub(super) places: BTreeMap<String, Place>,
}

/// A map of the document, whose keys are known ones.
pub(super) struct Section<'n> {
    path: String,
    node: &'n Node,
    entries: Vec<(&'n str, &'n Node)>,
}

impl<'n> Section<'n> {
    /// The value of `key`, when it is there.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(name, _)| *name == key).map(|(_, node)| *node)
    }

    /// The full path of `key`.
    pub(super) fn path(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// The map itself.
    pub(super) fn node(&self) -> &'n Node {
        self.node
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str) -> Self {
        Self { file, problems: Vec::new(), places: BTreeMap::new() }
    }

    /// Notes a mistake at `node`.
    pub(super) fn refuse(
        &mut self,
        node: &Node,
        key: &str,
        reason: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let place = self.place(node);
        self.problems.push(FlowProblem {
            place,
            key: key.to_owned(),
            reason: reason.into(),
            remedy: remedy.into(),
        });
    }

    fn place(&self, node: &Node) -> Place {
        Place { file: self.file.to_owned(), line: node.line, column: node.column }
    }

    /// Reads a map with no other keys than `allowed`.
    pub(super) fn section<'n>(
        &mut self,
        node: &'n Node,
        path: &str,
        allowed: &[&str],
    ) -> Option<Section<'n>> {
        let place = self.place(node);
        self.places.insert(path.to_owned(), place);
        let map = match &node.value {
            Value::Map(map) => map,
            other => {
                let remedy = format!("write a map with the keys {}", allowed.join(", "));
                self.refuse(node, path, format!("is {}", other.what()), remedy);
                return None;
            }
        };
        let mut entries = Vec::new();
        for (key, value) in map {
            let Value::Text(name) = &key.value else {
                self.refuse(key, path, "holds a key that is not text", format!("use {}", allowed.join(", ")));
                continue;
            };
            let full = join(path, name);
            if allowed.contains(&name.as_str()) {
                let place = self.place(value);
                self.places.insert(full, place);
                entries.push((name.as_str(), value));
            } else {
                let remedy = format!("remove it, or use one of {}", allowed.join(", "));
                self.refuse(key, &full, "unknown key", remedy);
            }
        }
        Some(Section { path: path.to_owned(), node, entries })
    }

    /// The value of a key that must be there.
    pub(super) fn required<'n>(
        &mut self,
        section: &Section<'n>,
        key: &str,
        remedy: &str,
    ) -> Option<&'n Node> {
        let found = section.get(key);
        if found.is_none() {
            self.refuse(section.node(), &section.path(key), "missing", remedy);
        }
        found
    }

    /// Reads text.
    pub(super) fn text<'n>(&mut self, node: &'n Node, path: &str) -> Option<&'n str> {
        match &node.value {
            Value::Text(text) => Some(text),
            Value::Bool(_) | Value::Integer(_) | Value::Fraction => {
                self.refuse(node, path, format!("is {}, not text", node.value.what()), "put it in quotes");
                None
            }
            other => {
                self.refuse(node, path, format!("is {}", other.what()), "write text");
                None
            }
        }
    }

    /// Reads `true` or `false`; `default` where the key is absent.
    pub(super) fn flag(&mut self, section: &Section<'_>, key: &str, default: bool) -> bool {
        match section.get(key).map(|node| (node, &node.value)) {
            None => default,
            Some((_, Value::Bool(value))) => *value,
            Some((node, other)) => {
                let reason = format!("is {}", other.what());
                self.refuse(node, &section.path(key), reason, "write true or false");
                default
            }
        }
    }

    /// Reads a whole number within bounds.
    pub(super) fn integer(&mut self, node: &Node, path: &str, bounds: RangeInclusive<i64>) -> Option<i64> {
        let reason = match &node.value {
            Value::Integer(value) if bounds.contains(value) => return Some(*value),
            Value::Integer(value) => format!("{value} is out of bounds"),
            other => format!("is {}", other.what()),
        };
        let remedy = format!("write a whole number from {} to {}", bounds.start(), bounds.end());
        self.refuse(node, path, reason, remedy);
        None
    }

    /// Reads a list, which is written like `example`.
    pub(super) fn list<'n>(&mut self, node: &'n Node, path: &str, example: &str) -> &'n [Node] {
        match &node.value {
            Value::List(items) => items,
            other => {
                self.refuse(
                    node,
                    path,
                    format!("is {}", other.what()),
                    format!("write a list such as {example}"),
                );
                &[]
            }
        }
    }

    /// Reads a word that stands for a value.
    pub(super) fn word<T: Copy + Display>(&mut self, node: &Node, path: &str, all: &[T]) -> Option<T> {
        let text = self.text(node, path)?;
        let found = all.iter().copied().find(|value| value.to_string() == text);
        if found.is_none() {
            let words: Vec<String> = all.iter().map(ToString::to_string).collect();
            self.refuse(
                node,
                path,
                format!("`{text}` is not known"),
                format!("use one of {}", words.join(", ")),
            );
        }
        found
    }

    /// Reads something that has its own way to be read from text. Its error says `what is wrong: what to do`.
    pub(super) fn parsed<T>(&mut self, node: &Node, path: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        let text = self.text(node, path)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let error = error.to_string();
                let (reason, remedy) = error.split_once(": ").unwrap_or((&error, "correct it"));
                self.refuse(node, path, format!("`{text}` is {reason}"), remedy);
                None
            }
        }
    }

    /// Reads the list under `key`, each element by `read`; empty where the key is absent.
    pub(super) fn each<T>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        read: impl FnMut(&mut Self, &Node, &str) -> Option<T>,
    ) -> Vec<T> {
        self.each_like(section, key, "[one, two]", read)
    }

    /// The same, of elements that are more than a word: `example` shows the list to who wrote none.
    pub(super) fn each_like<T>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        example: &str,
        mut read: impl FnMut(&mut Self, &Node, &str) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = section.get(key) else { return Vec::new() };
        let path = section.path(key);
        let items = self.list(node, &path, example);
        let mut values = Vec::new();
        for (index, item) in items.iter().enumerate() {
            values.extend(read(self, item, &format!("{path}[{index}]")));
        }
        values
    }
}
