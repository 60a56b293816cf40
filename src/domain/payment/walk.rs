//! The payment machine walked at random, beside gateways with ledgers of their own.
//!
//! A tape of bytes, which proptest makes and shrinks, chooses every fault, answer, delay, crash and act of the
//! owner; where it ends, nothing goes wrong any more. Safety is checked after every reaction, and at the end
//! everything must have ended, with our rows and the ledgers agreeing.

mod gateway;
mod safety;
mod world;

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::GatewayCapabilities;
use super::capabilities::{Lookup, Replay};
use world::World;

fn lookups() -> impl Strategy<Value = Lookup> {
    prop::sample::select(vec![Lookup::Consistent, Lookup::Lagging, Lookup::None])
}

fn capabilities() -> impl Strategy<Value = GatewayCapabilities> {
    let replays = prop::sample::select(vec![Replay::ForcesOutcome, Replay::Only2xx, Replay::None]);
    let manners = (prop::bool::weighted(0.3), prop::bool::weighted(0.3));
    (replays, lookups(), lookups(), prop::array::uniform4(any::<bool>()), manners).prop_map(
        |(
            replay,
            reference_lookup,
            read_by_id,
            [by_reference, tombstones, two_step, separately],
            manners,
        )| {
            GatewayCapabilities {
                replay,
                key_ttl: Duration::from_hours(24),
                reference_lookup,
                read_by_id,
                void_by_reference: by_reference,
                void_tombstones: tombstones,
                two_step,
                captures_separately: separately,
                confirms_after_action: manners.0,
                tells_later: manners.1,
                steps: &[],
                timeout: Duration::from_secs(50),
            }
        },
    )
}

/// Enough to find each bug that was planted, in two seconds; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(3_000),
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn worlds() -> impl Strategy<Value = (Vec<GatewayCapabilities>, Vec<u8>)> {
    (prop::collection::vec(capabilities(), 1..4), prop::collection::vec(any::<u8>(), 0..240))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_goes_wrong_nobody_is_charged_twice_and_no_charge_is_forgotten(
        (gateways, tape) in worlds(),
    ) {
        World::new(gateways, tape).run();
    }
}

#[test]
fn the_walk_goes_through_every_state() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..3_000 {
        let (gateways, tape) = worlds().new_tree(&mut runner).unwrap().current();
        seen.append(&mut World::new(gateways, tape).run());
    }
    let missed: Vec<_> =
        super::laws::every_state().into_iter().filter(|s| !seen.contains(s.as_str())).collect();
    assert!(missed.is_empty(), "never seen: {missed:?}");
}
