//! The samples against `tests/golden/v1`, both ways.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::samples::{PERSONAL, all, checkout_open, order_placed};
use super::v1::LISTS;
use super::{decode, encode};
use crate::ports::document::Document;
use crate::ports::record::Record;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1")
}

fn path(name: &str) -> PathBuf {
    folder().join(format!("{name}.json"))
}

/// The document of a record as a golden file tells it. Keys come sorted, whatever order they were written in.
fn told(record: &Record) -> Value {
    let document = encode(record).unwrap();
    let read = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    json!({ "text": read(document.text), "personal": document.personal.map(read) })
}

fn golden(name: &str) -> Value {
    let path = path(name);
    let text = fs::read_to_string(&path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}: run with UPDATE_GOLDEN=1", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn document(told: &Value) -> Document {
    let personal = told.get("personal").filter(|value| !value.is_null()).map(Value::to_string);
    Document { text: told["text"].to_string(), personal, ..Document::default() }
}

#[test]
fn version_1_writes_its_golden_files_and_reads_them() {
    let samples = all();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let _ = fs::remove_dir_all(folder());
        fs::create_dir_all(folder()).unwrap();
        for (name, record) in &samples {
            fs::write(path(name), format!("{:#}\n", told(record))).unwrap();
        }
    }
    let names: BTreeSet<String> = samples.iter().map(|(name, _)| format!("{name}.json")).collect();
    assert_eq!(names.len(), samples.len(), "two samples have one name");
    let files: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files, names, "a golden file without a sample, or a sample without a file");
    for (name, record) in &samples {
        let golden = golden(name);
        assert_eq!(told(record), golden, "{name} is written in another way than it was");
        let read =
            decode(record.kind(), &document(&golden)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read, *record, "{name} is read as something else than it was");
    }
}

#[test]
fn every_word_that_can_be_stored_stands_in_a_golden_file() {
    let files: Vec<String> = all().iter().map(|(_, record)| told(record)["text"].to_string()).collect();
    let missing: BTreeMap<&str, Vec<&str>> = LISTS
        .iter()
        .map(|(what, words)| {
            let stands = |word: &str| files.iter().any(|text| text.contains(&format!("\"{word}\"")));
            (*what, words.iter().copied().filter(|word| !stands(word)).collect::<Vec<_>>())
        })
        .filter(|(_, words)| !words.is_empty())
        .collect();
    assert_eq!(missing, BTreeMap::new());
}

#[test]
fn no_text_of_a_checkout_or_an_order_names_or_locates_the_buyer() {
    for record in [Record::Checkout(Box::new(checkout_open())), Record::Order(Box::new(order_placed()))] {
        let document = encode(&record).unwrap();
        let personal = document.personal.unwrap();
        for value in PERSONAL {
            assert!(
                !document.text.contains(value),
                "{value} stands in the text of the {}",
                record.kind().as_str()
            );
            assert!(personal.contains(value), "{value} is lost");
        }
        for column in &document.columns {
            let column = format!("{column:?}");
            assert!(PERSONAL.iter().all(|value| !column.contains(value)), "{column}");
        }
    }
}
