//! Reads one object of a catalogue file, field by field, and remembers everything that is wrong with it.
//!
//! A field that nobody asked for is a problem too: a misspelt `stock` must not sell what is not there.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::domain::money::{Money, MoneyError};
use crate::domain::text;

/// What is wrong in a file, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{subject}, {field}: {remedy}")]
pub struct LoadProblem {
    /// Of what: `product TEA (products[3])`, `file`.
    pub subject: String,
    /// Which field: `price.units`.
    pub field: String,
    /// What to do.
    pub remedy: String,
}

/// An object that is being read.
pub(super) struct Fields<'a> {
    subject: String,
    object: &'a Map<String, Value>,
    asked: BTreeSet<&'static str>,
    problems: Vec<LoadProblem>,
}

impl<'a> Fields<'a> {
    pub fn new(subject: String, object: &'a Map<String, Value>) -> Self {
        Self { subject, object, asked: BTreeSet::new(), problems: Vec::new() }
    }

    /// The first of `names` that is there; null counts as absent.
    pub fn take(&mut self, names: &[&'static str]) -> Option<(&'static str, &'a Value)> {
        self.asked.extend(names);
        let object = self.object;
        let mut there =
            names.iter().filter_map(|&name| Some((name, object.get(name).filter(|value| !value.is_null())?)));
        let first = there.next();
        if let Some((name, _)) = there.next() {
            self.problem(name, format!("give one of {} only", names.join(", ")));
        }
        first
    }

    pub fn problem(&mut self, field: &str, remedy: impl Into<String>) {
        let field = field.to_owned();
        self.problems.push(LoadProblem { subject: self.subject.clone(), field, remedy: remedy.into() });
    }

    /// What must be there.
    pub fn required(&mut self, names: &[&'static str]) -> Option<(&'static str, &'a Value)> {
        let found = self.take(names);
        if found.is_none() {
            let remedy = match names {
                [_] => "it is missing: give it".to_owned(),
                several => format!("it is missing: give {}", several.join(" or ")),
            };
            self.problem(names.first().copied().unwrap_or_default(), remedy);
        }
        found
    }

    /// Reports a value that could not be read.
    pub fn kept<T, E: Display>(&mut self, field: &str, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.problem(field, error.to_string())).ok()
    }

    /// A text of one line.
    pub fn text(&mut self, (name, value): (&'static str, &'a Value), max_bytes: usize) -> Option<&'a str> {
        let Some(value) = value.as_str() else {
            self.problem(name, "give a text");
            return None;
        };
        self.kept(name, text::check(value, max_bytes)).map(|()| value)
    }

    /// A text that a type of the domain is read from.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, field: (&'static str, &'a Value)) -> Option<T> {
        let Some(value) = field.1.as_str() else {
            self.problem(field.0, "give a text");
            return None;
        };
        self.kept(field.0, value.parse::<T>())
    }

    /// A whole number from 0 on.
    pub fn count(&mut self, names: &[&'static str]) -> Option<u32> {
        let (name, value) = self.take(names)?;
        let count = value.as_u64().and_then(|count| u32::try_from(count).ok());
        if count.is_none() {
            self.problem(name, format!("give a whole number from 0 to {}", u32::MAX));
        }
        count
    }

    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        let (name, value) = self.take(&[name])?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.problem(name, "give true or false");
        }
        flag
    }

    /// A list of texts that a type of the domain is read from.
    pub fn list<T: FromStr<Err: Display> + Ord>(&mut self, name: &'static str) -> BTreeSet<T> {
        let Some((name, value)) = self.take(&[name]) else { return BTreeSet::new() };
        let Some(list) = value.as_array() else {
            self.problem(name, "give a list of texts");
            return BTreeSet::new();
        };
        list.iter().filter_map(|value| self.parsed::<T>((name, value))).collect()
    }

    /// An amount in the shape of `google.type.Money`, not below nothing.
    pub fn money(&mut self, (name, value): (&'static str, &'a Value)) -> Option<Money> {
        let Some(object) = value.as_object() else {
            self.problem(name, "give an object with currencyCode, units and nanos");
            return None;
        };
        let mut inner = Fields::new(self.subject.clone(), object);
        let currency = inner.required(&["currencyCode"]).and_then(|field| inner.parsed(field));
        let units = inner.whole("units");
        let nanos = inner.whole("nanos").and_then(|nanos| {
            let nanos = i32::try_from(nanos).map_err(|_| MoneyError::TooFine);
            inner.kept("nanos", nanos)
        });
        let money = currency.zip(units).zip(nanos).and_then(|((currency, units), nanos)| {
            inner.kept("units", Money::from_units_nanos(units, nanos, currency))
        });
        if money.is_some_and(|money| money.minor < 0) {
            inner.problem("units", "give an amount from 0 on");
        }
        let problems = inner.finish();
        let sound = problems.is_empty();
        self.problems.extend(
            problems
                .into_iter()
                .map(|problem| LoadProblem { field: format!("{name}.{}", problem.field), ..problem }),
        );
        money.filter(|_| sound)
    }

    /// A whole number, or one as text, which is how protocol buffers write 64 bits in JSON; 0 when absent.
    fn whole(&mut self, name: &'static str) -> Option<i64> {
        let Some((name, value)) = self.take(&[name]) else { return Some(0) };
        let whole = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        if whole.is_none() {
            self.problem(name, "give a whole number");
        }
        whole
    }

    /// Everything that was wrong, with the fields that nobody asked for.
    pub fn finish(mut self) -> Vec<LoadProblem> {
        let object = self.object;
        for name in object.keys().filter(|name| !self.asked.contains(name.as_str())).collect::<Vec<_>>() {
            // A name comes from the file and may be anything: it is shown only where it is harmless.
            let shown = if text::check(name, 64).is_ok() { name.as_str() } else { "(a field)" };
            let known = self.asked.iter().copied().collect::<Vec<_>>().join(", ");
            self.problem(shown, format!("no such field: remove it, or use one of {known}"));
        }
        self.problems
    }
}
