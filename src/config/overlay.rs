//! Environment variables over the file: `CASHWRAP__SECTION__KEY=value` sets `section.key`.
//!
//! Names are lower-cased; a `_` stands for a `-` too where the file has such a key, and a number is the place
//! in a list. A value is text, unless it is `true`, `false`, a plain whole number, or TOML's own notation for
//! text, lists and tables (it starts with `"`, `[` or `{` and can be read).

use toml::{Table, Value};

use super::problem::SettingProblem;
use super::raw::Origins;

/// What the names of all variables over the settings start with.
pub const ENVIRONMENT_PREFIX: &str = "CASHWRAP__";

/// The variables of this process. What is not Unicode in them is replaced, so that it is refused by name and
/// never stops the start with a panic.
pub fn environment() -> Vec<(String, String)> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect()
}

/// Sets what the variables say; other variables are left alone.
pub(super) fn apply(
    table: &mut Table,
    variables: impl IntoIterator<Item = (String, String)>,
) -> (Origins, Vec<SettingProblem>) {
    let mut ours: Vec<(String, String)> =
        variables.into_iter().filter(|(name, _)| name.starts_with(ENVIRONMENT_PREFIX)).collect();
    ours.sort();
    let mut origins = Origins::new();
    let mut problems = Vec::new();
    for (name, text) in ours {
        let keys: Vec<String> = name
            .strip_prefix(ENVIRONMENT_PREFIX)
            .unwrap_or_default()
            .split("__")
            .map(str::to_ascii_lowercase)
            .collect();
        match set(table, &keys, value(&text)) {
            Ok(path) => {
                origins.insert(path, name);
            }
            Err(NotSet { reason, remedy }) => {
                problems.push(SettingProblem { key: keys.join("."), reason, remedy, variable: Some(name) });
            }
        }
    }
    (origins, problems)
}

fn value(text: &str) -> Value {
    if let Ok(flag) = text.parse::<bool>() {
        return Value::Boolean(flag);
    }
    if let Ok(number) = text.parse::<i64>()
        && number.to_string() == text
    {
        return Value::Integer(number);
    }
    if text.starts_with(['"', '[', '{'])
        && let Ok(mut table) = format!("value = {text}").parse::<Table>()
        && let Some(value) = table.remove("value")
        && table.is_empty()
    {
        return value;
    }
    Value::String(text.to_owned())
}

/// Why a variable sets nothing.
struct NotSet {
    reason: String,
    remedy: String,
}

impl From<String> for NotSet {
    fn from(reason: String) -> Self {
        let remedy =
            format!("name the variable {ENVIRONMENT_PREFIX}SECTION__KEY after a key of the settings");
        Self { reason, remedy }
    }
}

/// Sets the value below `table`, and answers its path as the settings spell it.
fn set(table: &mut Table, keys: &[String], value: Value) -> Result<String, NotSet> {
    let (first, rest) = keys.split_first().ok_or_else(|| "names no key".to_owned())?;
    if first.is_empty() {
        return Err("names an empty key".to_owned().into());
    }
    let key = spelled(table, first);
    if rest.is_empty() {
        table.insert(key.clone(), value);
        return Ok(key);
    }
    let below = table.entry(key.clone()).or_insert_with(|| Value::Table(Table::new()));
    let path = match below {
        Value::Table(below) => format!(".{}", set(below, rest, value)?),
        Value::Array(list) => set_in_list(list, rest, value)?,
        other => return Err(format!("{key} is a {} and holds no keys", other.type_str()).into()),
    };
    Ok(format!("{key}{path}"))
}

fn set_in_list(list: &mut [Value], keys: &[String], value: Value) -> Result<String, NotSet> {
    let (first, rest) = keys.split_first().ok_or_else(|| "names no key".to_owned())?;
    let length = list.len();
    let index: usize = first.parse().map_err(|_| format!("{first} is not a place in a list"))?;
    let element = list.get_mut(index).ok_or_else(|| NotSet {
        reason: format!("the list has {length} elements, counted from 0, and a variable adds none"),
        remedy: "add it to the file, or give the whole list in one variable, such as [{id = \"…\"}]"
            .to_owned(),
    })?;
    match element {
        Value::Table(below) if !rest.is_empty() => Ok(format!("[{index}].{}", set(below, rest, value)?)),
        element if rest.is_empty() => {
            *element = value;
            Ok(format!("[{index}]"))
        }
        other => Err(format!("[{index}] is a {} and holds no keys", other.type_str()).into()),
    }
}

fn spelled(table: &Table, key: &str) -> String {
    let same = |held: &&String| held.replace('-', "_") == key;
    table.keys().find(same).cloned().unwrap_or_else(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlaid(file: &str, name: &str, text: &str) -> (Table, Origins, Vec<SettingProblem>) {
        let mut table: Table = file.parse().unwrap();
        let (origins, problems) = apply(&mut table, [(name.to_owned(), text.to_owned())]);
        (table, origins, problems)
    }

    #[test]
    fn a_variable_sets_the_key_that_it_names() {
        let (table, origins, problems) = overlaid("", "CASHWRAP__SERVER__MAX_CONCURRENT", "7");
        assert_eq!(table.to_string(), "[server]\nmax_concurrent = 7\n");
        assert_eq!(origins.get("server.max_concurrent").unwrap(), "CASHWRAP__SERVER__MAX_CONCURRENT");
        assert_eq!(problems, []);
    }

    #[test]
    fn accounts_with_a_hyphen_and_places_in_lists_can_be_named() {
        let file = "[partners.gateways.stripe-eu]\nkind = \"stripe\"\n[[stores]]\nid = \"a\"\n";
        let (_, origins, _) = overlaid(file, "CASHWRAP__PARTNERS__GATEWAYS__STRIPE_EU__SECRET_KEY", "k");
        assert!(origins.contains_key("partners.gateways.stripe-eu.secret_key"), "{origins:?}");
        let (_, origins, _) = overlaid(file, "CASHWRAP__STORES__0__ID", "b");
        assert!(origins.contains_key("stores[0].id"), "{origins:?}");
        let (_, _, problems) = overlaid(file, "CASHWRAP__STORES__1__ID", "b");
        assert_eq!(
            problems[0].to_string(),
            "stores.1.id: the list has 1 elements, counted from 0, and a variable adds none; add it to the file, \
             or give the whole list in one variable, such as [{id = \"…\"}] (set by CASHWRAP__STORES__1__ID)"
        );
    }

    #[test]
    fn a_value_keeps_every_character_unless_it_is_plainly_toml() {
        for text in ["007", "+7", "1_000", "1e5", "[unfinished", "{x", "2026-01-01", ""] {
            assert_eq!(value(text), Value::String(text.to_owned()), "{text}");
        }
        assert_eq!(value("\"7\""), Value::String("7".to_owned()));
        assert_eq!(value("[\"a\"]"), Value::Array(vec![Value::String("a".to_owned())]));
        assert_eq!(value("7"), Value::Integer(7));
        assert_eq!(value("\"a\"\nother = 1"), Value::String("\"a\"\nother = 1".to_owned()));
    }
}
