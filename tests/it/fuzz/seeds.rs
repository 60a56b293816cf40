//! The hand-made seeds of the target `requests`: visits to a shop, written here, kept as bytes in its corpus.
//!
//! `UPDATE_SEEDS=1` writes them anew. A file of the corpus that none of these wrote was found by the fuzzer.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use prost::Message;

use super::requests::input::{CUSTOMER_ACTS, RPCS, WAIT, WEATHER, weathers};
use super::requests::visit;
use crate::placing::till::Weather;

mod misuse;
mod purchases;

/// Who calls: places in the target's list.
const SERVICE: u8 = 0;
const GUEST: u8 = 1;
const STRANGER: u8 = 2;
const STAFF: u8 = 3;
const OPERATOR: u8 = 4;
const ADA: u8 = 5;
const ELSEWHERE: u8 = 6;
const UNKNOWN: u8 = 7;
const NOBODY: u8 = 8;

/// How long to wait: places in the target's list.
const TEN_MINUTES: u8 = 2;
const A_DAY: u8 = 4;
const FORTY_DAYS: u8 = 5;

/// Which calls of a gateway: places in the target's list.
const CREATE: u8 = 0;
const CONFIRM: u8 = 1;
const CAPTURE: u8 = 2;
const VOID: u8 = 3;
const REFUND: u8 = 4;

/// A visit, step by step.
#[derive(Default)]
struct Visit(Vec<u8>);

impl Visit {
    fn step(mut self, what: u8, who: u8, message: &[u8]) -> Self {
        self.0.extend([what, who]);
        self.0.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
        self.0.extend(message);
        self
    }

    /// Bytes that may be no message of the RPC.
    fn sends(self, caller: u8, rpc: &str, message: &[u8]) -> Self {
        let place = RPCS.iter().position(|known| known.ends_with(&format!("/{rpc}"))).unwrap();
        self.step(u8::try_from(place).unwrap(), caller, message)
    }

    fn calls(self, caller: u8, rpc: &str, message: &impl Message) -> Self {
        self.sends(caller, rpc, &message.encode_to_vec())
    }

    fn waits(self, span: u8) -> Self {
        self.step(WAIT, 0, &[span])
    }

    fn meets(self, kind: u8, weather: Weather) -> Self {
        let place = weathers().iter().position(|known| *known == weather).unwrap();
        self.step(WEATHER, 0, &[kind, u8::try_from(place).unwrap()])
    }

    fn customer_acts(self, succeeds: bool) -> Self {
        self.step(CUSTOMER_ACTS, 0, &[succeeds.into()])
    }
}

fn seeds() -> BTreeMap<&'static str, Vec<u8>> {
    let visits = purchases::all().into_iter().chain(misuse::all());
    visits.map(|(name, visit)| (name, visit.0)).collect()
}

#[test]
fn the_corpus_holds_the_visits_that_are_written_here() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/requests");
    for (name, bytes) in seeds() {
        let file = corpus.join(name);
        if std::env::var_os("UPDATE_SEEDS").is_some() {
            fs::create_dir_all(&corpus).unwrap();
            fs::write(&file, &bytes).unwrap();
        }
        let kept = fs::read(&file).unwrap_or_default();
        assert!(kept == bytes, "{name} is another in the corpus: UPDATE_SEEDS=1 writes it anew");
    }
}

#[test]
fn every_rpc_is_answered_and_refused_somewhere_in_the_corpus() {
    let mut seen: BTreeMap<&str, (u32, u32)> = RPCS.iter().map(|rpc| (*rpc, (0, 0))).collect();
    for bytes in seeds().values() {
        for (rpc, answered) in visit(bytes) {
            let (answers, refusals) = seen.get_mut(rpc).unwrap();
            *if answered { answers } else { refusals } += 1;
        }
    }
    let missing: Vec<_> =
        seen.iter().filter(|(_, (answers, refusals))| *answers == 0 || *refusals == 0).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
