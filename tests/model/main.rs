//! The payment and placement core, checked in every order in which things can happen.
//!
//! Two workers, two gateways with books of their own, a store that compares versions and fences, requests that
//! land late, and a clock of the few moments that differ for the rules. What is decided and what becomes of the
//! rows is the shipped `decide` and `react`; the model brings everything that they cannot choose: which worker
//! acts when, what is lost, who dies, what the customer does. It is explored to the end, within a budget of
//! crashes and faults, so a rule that holds here holds in every interleaving of them.
//!
//! - [`sale`]: the one sale that is tried, and the moments of the clock.
//! - [`state`]: rows, memory, books and messages. [`gateway`]: the books.
//! - [`shop`]: what a run explores. [`explored`]: the model itself.
//! - [`offers`]: what may happen next. [`action`]: how it is told, as sentences.
//! - [`store`] and [`wire`]: what becomes of it between workers, store, gateways and customers.
//! - [`driver`]: the driver's loop in steps that can be interrupted. [`rules`]: what must hold.
//! - [`tables`]: the placement's published table over its whole space.

#![expect(
    clippy::unwrap_used,
    reason = "a test's helpers fail as the test does; clippy.toml excuses only the functions marked #[test]"
)]

mod action;
mod driver;
mod explored;
mod gateway;
mod offers;
mod rules;
mod sale;
mod shop;
mod state;
mod store;
mod tables;
mod wire;

use std::fmt::Write;

use cashwrap::domain::payment::GatewayCapabilities;
use cashwrap::domain::payment::capabilities::{Lookup, Replay};
use cashwrap::domain::placement::Wish;
use stateright::{Checker, Expectation, HasDiscoveries, Model, Path, Property};
use tokio::time::Instant;

use action::Action;
use shop::{Fault, Planted, Shop};
use state::{Left, State};

/// One call authorises; a void by our reference refuses whatever comes later; nothing is ever replayed.
fn tombstones() -> GatewayCapabilities {
    GatewayCapabilities {
        replay: Replay::None,
        reference_lookup: Lookup::Consistent,
        read_by_id: Lookup::Consistent,
        void_by_reference: true,
        void_tombstones: true,
        two_step: false,
        ..GatewayCapabilities::stripe()
    }
}

/// One call authorises; a lookup sees every write; a void is no promise about what comes later.
fn lookups() -> GatewayCapabilities {
    GatewayCapabilities { void_by_reference: false, void_tombstones: false, ..tombstones() }
}

/// A card without a customer's action: everything that networks, gateways, issuers, stores and schedulers do.
fn card() -> Shop {
    let faults = Fault::ALL.into_iter().filter(|fault| !matches!(fault, Fault::Slow | Fault::FailedAction));
    let left = Left { crashes: 2, faults: 3, cancels: 0, returns: 0 };
    Shop { faults: faults.collect(), ..Shop::new([tombstones(), lookups()], left) }
}

/// A card, and a customer who cancels while it is being charged.
fn cancelled() -> Shop {
    let left = Left { crashes: 2, faults: 2, cancels: 1, returns: 0 };
    let faults = vec![Fault::LateLanding, Fault::Slow];
    Shop { faults, second_thoughts: Wish::Cancel, ..Shop::new([tombstones(), lookups()], left) }
}

/// A gateway of two steps, and a bank that may ask the customer to act; who comes back, or stays away, or edits
/// the session instead.
fn action() -> Shop {
    let left = Left { crashes: 1, faults: 2, cancels: 1, returns: 1 };
    let faults = vec![Fault::LateLanding, Fault::FailedAction];
    let acts = true;
    Shop { faults, acts, ..Shop::new([GatewayCapabilities::stripe(), lookups()], left) }
}

fn told(path: Path<State, Action>) -> String {
    let mut text = String::new();
    let mut last = None;
    for (place, (state, action)) in path.into_vec().into_iter().enumerate() {
        if let Some(action) = action {
            writeln!(text, "{:>3}. {}", place + 1, action.told(&state)).unwrap();
        }
        last = Some(state);
    }
    let last = last.unwrap();
    writeln!(text, "     {last}").unwrap();
    if let Some(broken) = &last.broken {
        writeln!(text, "     {}", broken.how).unwrap();
    }
    text
}

/// What was found against the rules, each as a story; and how many states there are.
fn explore(shop: &Shop) -> (usize, Vec<(&'static str, String)>) {
    let began = Instant::now();
    let checker = shop.clone().checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let found = checker.discoveries();
    let broken = |property: &Property<Shop>| {
        let rule = property.expectation == Expectation::Always;
        let path = found.get(property.name).filter(|_| rule)?;
        Some((property.name, told(path.clone())))
    };
    let properties = shop.properties();
    let mut failures: Vec<_> = properties.iter().filter_map(broken).collect();
    if failures.is_empty() {
        assert!(checker.is_done(), "the space was not explored to its end");
        let missed = |property: &&Property<Shop>| {
            property.expectation == Expectation::Sometimes && !found.contains_key(property.name)
        };
        let never = |property: &Property<Shop>| (property.name, "     it never happens\n".to_owned());
        failures.extend(properties.iter().filter(missed).map(never));
    }
    let states = checker.unique_state_count();
    let seconds = began.elapsed().as_secs_f32();
    println!("{states} states, {} deep, in {seconds:.1} s", checker.max_depth());
    (states, failures)
}

fn proves(shop: &Shop) -> usize {
    let (states, failures) = explore(shop);
    let stories: Vec<_> = failures.iter().map(|(rule, story)| format!("\n{rule}\n{story}")).collect();
    assert!(failures.is_empty(), "{}", stories.concat());
    states
}

#[test]
fn two_crashes_and_three_faults_neither_charge_a_card_twice_nor_forget_a_hold() {
    assert!(proves(&card()) >= 300_000);
}

#[test]
fn a_cancel_leaves_an_order_or_nothing_held_whenever_it_comes() {
    proves(&cancelled());
}

#[test]
fn an_action_of_the_customer_leaves_an_order_or_nothing_held_however_it_ends() {
    proves(&action());
}

/// The rules that a bug of the store breaks first.
fn breaks(planted: Planted) -> Vec<(&'static str, String)> {
    let faults = vec![Fault::Sleep, Fault::SoftDecline];
    let planted = Some(planted);
    let left = Left { crashes: 0, faults: 2, cancels: 1, returns: 0 };
    explore(&Shop {
        faults,
        planted,
        second_thoughts: Wish::Cancel,
        ..Shop::new([tombstones(), lookups()], left)
    })
    .1
}

#[test]
fn a_store_that_takes_the_writes_of_a_worker_that_lost_its_claim_is_found_out() {
    let found = breaks(Planted::NoFence);
    assert!(found.iter().any(|(rule, _)| rule.starts_with("I13")), "{found:?}");
}

#[test]
fn a_store_that_does_not_compare_versions_is_found_out() {
    let found = breaks(Planted::NoCompareAndSet);
    assert!(found.iter().any(|(rule, _)| rule.starts_with("I10")), "{found:?}");
}
