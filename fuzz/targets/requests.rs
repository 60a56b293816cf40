//! Requests as they come off the wire: a visit to a shop, call by call, over the shipped layers, services, use cases and
//! engine. Whatever is sent, nothing panics; a refusal has a reason of the API and, where an argument is wrong, names a
//! field that its message has; what was refused, or only read, changed nothing; and no card number is kept or repeated.
//!
//! - [`input`]: how bytes are read as steps. [`names`]: ids of earlier answers, put into later messages.
//! - [`shop`]: the house behind its door. [`refusal`]: what every refusal owes. [`cards`]: card numbers.
//!
//! Whoever includes this file gives it two doubles that the tests have anyway: `till` and `stand_ins`.

#[path = "requests/cards.rs"]
mod cards;
#[path = "requests/input.rs"]
pub mod input;
#[path = "requests/names.rs"]
mod names;
#[path = "requests/refusal.rs"]
mod refusal;
#[path = "requests/shop.rs"]
mod shop;

use cashwrap::ports::store::Kind;
use cashwrap::store::memory::Dump;
use input::{CALLERS, Step, steps};
use names::Names;
use shop::Shop;
use tokio::runtime::Builder;
use tonic::{Code, Status};

/// The bytes are a visit's steps.
pub fn run(bytes: &[u8]) {
    let _calls = visit(bytes);
}

/// Makes a visit, and tells of each call whether it was answered or refused.
pub fn visit(bytes: &[u8]) -> Vec<(&'static str, bool)> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let shop = Shop::open().await;
        let mut names = Names::default();
        let mut calls = Vec::new();
        for step in steps(bytes) {
            match step {
                Step::Call { rpc, caller, message } => {
                    calls.push((rpc, call(&shop, &mut names, rpc, caller, message).await));
                }
                Step::Wait(span) => shop.wait(span).await,
                Step::Weather(kind, weather) => shop.weather(kind, weather),
                Step::CustomerActs(succeeds) => shop.customer_acts(succeeds),
            }
            shop.settle().await;
        }
        assert_eq!(shop.alarms(), 0, "the engine met what must never happen");
        calls
    })
}

/// Makes one call, and holds its answer and what it left behind against what must be so; true when it was answered.
async fn call(shop: &Shop, names: &mut Names, rpc: &'static str, caller: usize, message: &[u8]) -> bool {
    let message = names.filled(message);
    let caller = &CALLERS[caller];
    let capability = names.of("$capability").filter(|_| caller.brings_capability);
    let before = shop.dump();
    let answer = shop.call(rpc, caller, capability, &message).await;
    let cards = cards::all_in(&message);
    if answer.is_err() || reads(rpc) {
        let mut after = shop.dump();
        if keeps_quotes(rpc) {
            keep_quotes(&before, &mut after);
        }
        if answer.as_ref().is_err_and(|status| tried_in_vain(rpc, status)) {
            let Dump { counters, replies, .. } = after;
            after = Dump { counters, replies, ..before.clone() };
        }
        if let Some(what) = changed(&before, &after) {
            panic!("{rpc} changed {what}, and was answered {:?}", answer.as_ref().err());
        }
    }
    match &answer {
        Ok(reply) => names.learn(reply),
        Err(status) => {
            refusal::check(rpc, status);
            assert_ne!(status.code(), Code::Internal, "{rpc}: {status:?}");
            let told = [status.message().as_bytes(), status.details()].concat();
            let repeated = cards.iter().find(|card| card.is_in(&told));
            assert!(repeated.is_none(), "{rpc} repeats a card number: {status:?}");
        }
    }
    if !cards.is_empty() {
        let kept = shop.texts();
        assert!(!cards.iter().any(|card| card.is_in(kept.as_bytes())), "{rpc} kept a card number");
    }
    answer.is_ok()
}

fn reads(rpc: &str) -> bool {
    let method = rpc.rsplit('/').next().unwrap_or_default();
    ["Get", "List", "Explain"].iter().any(|verb| method.starts_with(verb))
}

/// Whoever looks at a checkout whose quote is over, or whose cart changed, is shown a fresh quote, and it is kept.
fn keeps_quotes(rpc: &str) -> bool {
    rpc.starts_with("CheckoutService/") && reads(rpc)
}

/// A placement that no gateway took is no input that was refused: that it was tried stays on record. What it held is given
/// back all the same, and its key is free.
fn tried_in_vain(rpc: &str, status: &Status) -> bool {
    rpc == "CheckoutService/PlaceOrder" && status.code() == Code::Unavailable
}

/// Overlooks what keeping a quote changes: a checkout's row and its events.
fn keep_quotes(before: &Dump, after: &mut Dump) {
    for (key, row) in after.rows.iter_mut().filter(|(key, _)| key.kind == Kind::Checkout) {
        if let Some(known) = before.rows.get(key) {
            *row = known.clone();
            after.events.insert(key.clone(), before.events.get(key).cloned().unwrap_or_default());
        }
    }
}

/// What differs between two states of the store, if anything.
fn changed(before: &Dump, after: &Dump) -> Option<&'static str> {
    [
        ("rows", before.rows == after.rows),
        ("events", before.events == after.events),
        ("columns", before.columns == after.columns && before.holders == after.holders),
        ("counters", before.counters == after.counters),
        ("replies", before.replies == after.replies),
        ("timers", before.timers == after.timers),
    ]
    .into_iter()
    .find_map(|(what, same)| (!same).then_some(what))
}
