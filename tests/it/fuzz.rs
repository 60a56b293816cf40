//! The fuzzers' targets without a fuzzer: every input of the corpora, and changes of them that dice choose.
//!
//! A target takes bytes and panics where something must never happen. `scripts/fuzz` runs the same ones guided by
//! coverage, for as long as somebody likes; what it finds goes into the corpora and is run here for ever.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost::Message as _;
use prost_types::FileDescriptorSet;

#[path = "../../fuzz/targets/adyen.rs"]
mod adyen;
#[path = "../../fuzz/targets/flows.rs"]
mod flows;
#[path = "../../fuzz/targets/money.rs"]
mod money;
#[path = "../../fuzz/targets/partners.rs"]
mod partners;
#[path = "../../fuzz/targets/paypal.rs"]
mod paypal;
#[path = "../../fuzz/targets/replies.rs"]
mod replies;
#[path = "../../fuzz/targets/requests.rs"]
mod requests;
mod seeds;
#[path = "../../fuzz/targets/settings.rs"]
mod settings;

// The doubles that the target `requests` is given.
use crate::placing::till;
use crate::support::stand_ins;

/// How many changed inputs each target is given.
const CASES: u32 = 1_000;
/// How many changed visits: each opens a shop and makes a dozen calls.
const VISITS: u32 = 300;

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", directory.display());
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// What is done to an input.
#[derive(Debug, Clone)]
enum Change {
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    /// Goes on with another input from the same place.
    Splice(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, with)| Change::Flip(at, with)),
        (at(), prop::collection::vec(any::<u8>(), 1..6)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), "[ -~]{1,8}").prop_map(|(at, text)| Change::Insert(at, text.into_bytes())),
        (at(), 1..40usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (at(), at()).prop_map(|(at, other)| Change::Splice(at, other)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change], corpus: &[Vec<u8>]) -> Vec<u8> {
    for change in changes {
        let place = |at: &prop::sample::Index| at.index(bytes.len() + 1);
        match change {
            Change::Flip(at, with) => {
                let at = place(at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= with;
                }
            }
            Change::Insert(at, new) => {
                let at = place(at);
                bytes.splice(at..at, new.iter().copied());
            }
            Change::Remove(at, count) => {
                let at = place(at);
                bytes.drain(at..bytes.len().min(at + count));
            }
            Change::Splice(at, other) => {
                let at = place(at);
                bytes.truncate(at);
                bytes.extend(corpus[other.index(corpus.len())].iter().skip(at));
            }
        }
    }
    bytes
}

/// Replays the corpus of a target, then changes of it.
fn try_out(target: &str, cases: u32, run: impl Fn(&[u8])) {
    let corpus = corpus(target);
    for bytes in &corpus {
        run(bytes);
    }
    let inputs = (any::<prop::sample::Index>(), prop::collection::vec(change(), 0..6));
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let tried = TestRunner::new(config).run(&inputs, |(from, changes)| {
        run(&changed(corpus[from.index(corpus.len())].clone(), &changes, &corpus));
        Ok(())
    });
    if let Err(failure) = tried {
        panic!("{target}: {failure}");
    }
}

#[test]
fn amounts_are_within_bounds_and_come_back_as_they_went_out() {
    try_out("money", CASES, money::run);
}

#[test]
fn a_flow_document_is_read_or_refused_with_place_and_remedy() {
    try_out("flows", CASES, flows::run);
}

#[test]
fn settings_are_read_or_refused_with_remedies_and_show_no_secret() {
    try_out("settings", CASES, settings::run);
}

#[test]
fn a_vendors_reply_is_never_taken_for_more_than_it_proves() {
    try_out("replies", CASES, replies::run);
}

#[test]
fn adyens_replies_and_notifications_are_never_taken_for_more_than_they_prove() {
    try_out("adyen", CASES, adyen::run);
}

#[test]
fn a_reply_of_paypals_is_never_taken_for_more_than_it_proves() {
    try_out("paypal", CASES, paypal::run);
}

#[test]
fn a_remote_partners_answer_is_never_taken_for_more_than_it_says() {
    try_out("partners", CASES, partners::run);
}

#[test]
fn no_request_panics_and_what_is_refused_says_why_and_changes_nothing() {
    try_out("requests", VISITS, requests::run);
}

#[test]
fn the_target_knows_every_rpc_that_has_one_answer() {
    let set = FileDescriptorSet::decode(cashwrap::proto::DESCRIPTORS).unwrap();
    let services =
        set.file.iter().filter(|file| file.package() == "cashwrap.v1").flat_map(|file| &file.service);
    let described: BTreeSet<String> = services
        .flat_map(|service| service.method.iter().map(move |method| (service.name(), method)))
        .filter(|(_, method)| !method.server_streaming())
        .map(|(service, method)| format!("{service}/{}", method.name()))
        .collect();
    assert_eq!(described, requests::input::RPCS.iter().map(ToString::to_string).collect());
}
