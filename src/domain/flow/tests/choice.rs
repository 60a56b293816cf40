//! Which flow a shopper gets, and why.

use proptest::prelude::*;

use super::samples::{criteria_for, flow, flows, shopper};
use crate::domain::flow::*;
use crate::domain::money::Money;

fn guest() -> Shopper {
    Shopper {
        device: Some(Device::Desktop),
        channel: Channel::Web,
        store: "demo".parse().unwrap(),
        customer: CustomerKind::Guest,
        cart_total: Money::new(4_990, "EUR".parse().unwrap()),
        skus: ["A".parse().unwrap()].into(),
        tags: [].into(),
        now: "2026-11-27T09:00:00Z".parse().unwrap(),
    }
}

fn matched(criteria: &Criteria, shopper: &Shopper) -> String {
    match criteria.matches(shopper) {
        Ok(rule) => rule,
        Err(mismatch) => format!("no: {mismatch}"),
    }
}

#[test]
fn all_kinds_must_match_and_within_a_kind_one_is_enough() {
    let criteria = Criteria {
        devices: [Device::Phone, Device::Desktop].into(),
        channels: [Channel::Web].into(),
        ..Criteria::default()
    };
    assert_eq!(matched(&criteria, &guest()), "channel web, device desktop");
    let by_voice = Shopper { channel: Channel::Voice, ..guest() };
    assert_eq!(matched(&criteria, &by_voice), "no: channel: wants web, found voice");
    let by_tablet = Shopper { device: Some(Device::Tablet), ..guest() };
    assert_eq!(matched(&criteria, &by_tablet), "no: device: wants phone or desktop, found tablet");
    let unsaid = Shopper { device: None, ..guest() };
    assert_eq!(matched(&criteria, &unsaid), "no: device: wants phone or desktop, found none said");
    let any = Criteria { devices: Device::ALL.iter().copied().collect(), ..Criteria::default() };
    assert_eq!(
        any.matches(&unsaid).unwrap_err().matcher,
        Matcher::Device,
        "what is not said is no other device"
    );
}

#[test]
fn every_matcher_says_what_it_wants_and_what_it_found() {
    let euro = "EUR".parse().unwrap();
    let window = DateWindow::new(None, "2026-01-01T00:00:00Z".parse().ok()).unwrap();
    let cases = [
        (
            Criteria { customers: [CustomerKind::Registered].into(), ..Criteria::default() },
            "no: customer: wants registered, found guest",
        ),
        (
            Criteria {
                cart_totals: vec![TotalRange::new(euro, Some(5_000), None).unwrap()],
                ..Criteria::default()
            },
            "no: cart_total: wants at least EUR 50.00, found EUR 49.90",
        ),
        (
            Criteria {
                cart_totals: vec![TotalRange::new(euro, Some(4_990), Some(4_990)).unwrap()],
                ..Criteria::default()
            },
            "cart_total EUR 49.90",
        ),
        (
            Criteria {
                cart_totals: vec![TotalRange::new("USD".parse().unwrap(), Some(1), None).unwrap()],
                ..Criteria::default()
            },
            "no: cart_total: wants at least USD 0.01, found EUR 49.90",
        ),
        (
            Criteria { skus: ["B".parse().unwrap()].into(), ..Criteria::default() },
            "no: sku: wants B, found A in the cart",
        ),
        (
            Criteria { tags: ["gift".parse().unwrap()].into(), ..Criteria::default() },
            "no: tag: wants gift, found none in the cart",
        ),
        (
            Criteria { dates: vec![window], ..Criteria::default() },
            "no: dates: wants a time until 2026-01-01T00:00:00Z, found 2026-11-27T09:00:00Z",
        ),
        (Criteria::default(), "everyone"),
    ];
    for (criteria, expected) in cases {
        assert_eq!(matched(&criteria, &guest()), expected);
    }
}

#[test]
fn a_window_is_open_at_its_start_and_closed_at_its_end() {
    let instant = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let (from, until) = (instant("2026-11-27T00:00:00Z"), instant("2026-11-28T00:00:00Z"));
    let window = DateWindow::new(Some(from), Some(until)).unwrap();
    assert!(window.contains(from));
    assert!(!window.contains(until));
}

#[test]
fn flows_of_one_priority_are_tried_by_their_id() {
    let flows = [flow("b"), flow("a"), Flow { priority: -1, ..flow("0") }];
    assert_eq!(choose(&flows, &guest()).unwrap().flow.as_str(), "a");
}

#[test]
fn only_the_newest_version_takes_new_sessions_even_when_it_no_longer_matches() {
    let phones = Criteria { devices: [Device::Phone].into(), ..Criteria::default() };
    let flows = [flow("a"), Flow { version: 2, criteria: phones, ..flow("a") }];
    assert_eq!(choose(&flows, &guest()), None);
    let standings: Vec<String> =
        explain(&flows, &guest()).iter().map(|verdict| verdict.standing.to_string()).collect();
    assert_eq!(
        standings,
        ["does not match: device: wants phone, found desktop", "takes no new sessions: version 2 does"]
    );
}

#[test]
fn a_flow_without_guests_and_one_that_ties_are_warned_of() {
    let mut forcing = flow("b");
    forcing.frontend.identity = [IdentityOption::Registered].into();
    let warnings = lint(&[flow("a"), forcing]);
    let kinds: Vec<&WarningKind> = warnings.iter().map(|warning| &warning.kind).collect();
    let tie = WarningKind::SamePriority { first: "a".parse().unwrap(), priority: 0 };
    assert_eq!(kinds, [&tie, &WarningKind::ForcesAccount]);
}

#[test]
fn flows_that_nobody_can_match_both_of_do_not_tie() {
    let of = |device| Criteria { devices: [device].into(), ..Criteria::default() };
    let flows = [
        Flow { criteria: of(Device::Phone), ..flow("a") },
        Flow { criteria: of(Device::Tablet), ..flow("b") },
        Flow { priority: -1, ..flow("c") },
    ];
    assert_eq!(lint(&flows), []);
}

/// The flows that take new sessions and match, found without the code under test's order.
fn candidates<'f>(flows: &'f [Flow], shopper: &Shopper) -> Vec<&'f Flow> {
    let newest = |flow: &Flow| flows.iter().all(|other| other.id != flow.id || other.version <= flow.version);
    flows.iter().filter(|flow| newest(flow) && flow.criteria.matches(shopper).is_ok()).collect()
}

proptest! {
    #[test]
    fn the_first_match_by_priority_and_then_by_id_wins(flows in flows(), shopper in shopper()) {
        let best = candidates(&flows, &shopper)
            .into_iter()
            .max_by(|one, two| one.priority.cmp(&two.priority).then(two.id.cmp(&one.id)));
        let chosen = choose(&flows, &shopper);
        prop_assert_eq!(
            chosen.map(|chosen| (chosen.flow, chosen.version)),
            best.map(|flow| (flow.id.clone(), flow.version))
        );
    }

    #[test]
    fn the_order_of_the_documents_has_no_influence(
        (flows, shuffled) in flows().prop_flat_map(|flows| (Just(flows.clone()), Just(flows).prop_shuffle())),
        shopper in shopper(),
    ) {
        prop_assert_eq!(choose(&flows, &shopper), choose(&shuffled, &shopper));
        prop_assert_eq!(lint(&flows), lint(&shuffled));
    }

    #[test]
    fn explain_agrees_with_choose_and_speaks_of_every_flow(flows in flows(), shopper in shopper()) {
        let verdicts = explain(&flows, &shopper);
        prop_assert_eq!(verdicts.len(), flows.len());
        let explained: Vec<Chosen> = verdicts
            .iter()
            .filter_map(|verdict| match &verdict.standing {
                Standing::Chosen { matched_rule } => Some(Chosen {
                    flow: verdict.flow.clone(),
                    version: verdict.version,
                    matched_rule: matched_rule.clone(),
                }),
                Standing::Behind { .. } | Standing::Failed(_) | Standing::Superseded { .. } => None,
            })
            .collect();
        prop_assert_eq!(explained, choose(&flows, &shopper).into_iter().collect::<Vec<_>>());
        let matching = candidates(&flows, &shopper).len();
        let said = verdicts
            .iter()
            .filter(|verdict| matches!(verdict.standing, Standing::Chosen { .. } | Standing::Behind { .. }))
            .count();
        prop_assert_eq!(said, matching);
    }

    #[test]
    fn criteria_that_one_shopper_matches_both_of_overlap(
        (shopper, one, two) in shopper().prop_flat_map(|shopper| {
            let (one, two) = (criteria_for(&shopper), criteria_for(&shopper));
            (Just(shopper), one, two)
        }),
    ) {
        prop_assert_eq!(one.matches(&shopper).err(), None);
        prop_assert_eq!(two.matches(&shopper).err(), None);
        prop_assert!(one.may_overlap(&two));
        prop_assert!(two.may_overlap(&one));
    }
}
