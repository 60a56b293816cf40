//! Flows and shoppers to test with. The sets that values are drawn from are small, so that flows often match,
//! overlap and tie.

use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::domain::flow::*;
use crate::domain::ids::StoreId;
use crate::domain::money::Money;

/// A flow for everyone.
pub(super) fn flow(id: &str) -> Flow {
    Flow {
        id: id.parse().unwrap(),
        version: 1,
        priority: 0,
        criteria: Criteria::default(),
        interface: Interface {
            layout: Layout::OnePage,
            suppress: BTreeSet::new(),
            primary_action_label: Some("checkout.pay_now".parse().unwrap()),
        },
        frontend: Frontend {
            delivery_options: DeliveryOffer::All,
            click_and_collect: false,
            coupons: true,
            identity: IdentityOption::ALL.iter().copied().collect(),
        },
        backend: Backend {
            gateways: Gateways::new(vec!["primary".parse().unwrap()]).unwrap(),
            routing: Vec::new(),
            carriers: vec![Chain::alone("parcel".parse().unwrap())],
            pickup: Vec::new(),
            tax: Chain::alone("builtin".parse().unwrap()),
            capture: CapturePolicy::ByKind,
            action_window: None,
        },
    }
}

fn euro(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn some_of<T: Copy + Ord + std::fmt::Debug + 'static>(
    all: &[T],
) -> impl Strategy<Value = BTreeSet<T>> + use<T> {
    let all = all.to_vec();
    prop_oneof![
        2 => Just(BTreeSet::new()),
        3 => subsequence(all.clone(), 0..=all.len()).prop_map(|some| some.into_iter().collect()),
    ]
}

fn words<T>(all: &'static [&'static str], most: usize) -> impl Strategy<Value = BTreeSet<T>>
where
    T: std::str::FromStr<Err: std::fmt::Debug> + Ord + std::fmt::Debug,
{
    subsequence(all, 0..=most).prop_map(|some| some.into_iter().map(|word| word.parse().unwrap()).collect())
}

prop_compose! {
    fn range()(min in option::of(0i64..6), max in option::of(0i64..6)) -> Option<TotalRange> {
        TotalRange::new("EUR".parse().unwrap(), min, max).ok()
    }
}

prop_compose! {
    fn window()(from in option::of(0i64..6), until in option::of(0i64..6)) -> Option<DateWindow> {
        DateWindow::new(from.map(instant), until.map(instant)).ok()
    }
}

prop_compose! {
    fn criteria()(
        devices in some_of(Device::ALL),
        channels in some_of(Channel::ALL),
        stores in words::<StoreId>(&["demo", "other"], 1),
        customers in some_of(CustomerKind::ALL),
        cart_totals in vec(range(), 0..2),
        skus in words(&["A", "B"], 1),
        tags in words(&["gift", "collect"], 1),
        dates in vec(window(), 0..2),
    ) -> Criteria {
        Criteria {
            devices,
            channels,
            stores,
            customers,
            cart_totals: cart_totals.into_iter().flatten().collect(),
            skus,
            tags,
            dates: dates.into_iter().flatten().collect(),
        }
    }
}

prop_compose! {
    pub(super) fn shopper()(
        device in option::of(select(Device::ALL)),
        channel in select(Channel::ALL),
        store in select(vec!["demo", "other"]),
        customer in select(CustomerKind::ALL),
        total in 0i64..6,
        skus in words(&["A", "B", "C"], 3),
        tags in words(&["gift", "collect"], 2),
        now in 0i64..6,
    ) -> Shopper {
        let store = store.parse().unwrap();
        let (cart_total, now) = (euro(total), instant(now));
        Shopper { device, channel, store, customer, cart_total, skus, tags, now }
    }
}

/// Flows with distinct (id, version), few ids, few versions and few priorities.
pub(super) fn flows() -> impl Strategy<Value = Vec<Flow>> {
    let one = (
        select(vec!["a", "b", "c", "d"]),
        1u32..3,
        -1i32..2,
        prop_oneof![Just(Criteria::default()), criteria()],
    );
    vec(one, 0..8).prop_map(|drawn| {
        let mut flows: Vec<Flow> = Vec::new();
        for (id, version, priority, criteria) in drawn {
            if flows.iter().all(|held| held.id.as_str() != id || held.version != version) {
                flows.push(Flow { version, priority, criteria, ..flow(id) });
            }
        }
        flows
    })
}

/// Criteria that `shopper` matches, each kind of them given or not.
pub(super) fn criteria_for(shopper: &Shopper) -> impl Strategy<Value = Criteria> + use<> {
    fn around<T: Clone + Ord>(given: bool, own: &T, others: BTreeSet<T>) -> BTreeSet<T> {
        if given { others.into_iter().chain([own.clone()]).collect() } else { BTreeSet::new() }
    }
    let shopper = shopper.clone();
    let ranges = (option::of(0i64..6), option::of(0i64..6), option::of(0i64..6), option::of(0i64..6));
    (criteria(), any::<[bool; 6]>(), ranges).prop_map(move |(drawn, given, (min, max, from, until))| {
        let (total, second) = (shopper.cart_total.minor, shopper.now.as_second());
        let (below, above) = (|span| total - span, |span| total + span);
        let range = TotalRange::new(shopper.cart_total.currency, min.map(below), max.map(above));
        let window = DateWindow::new(
            from.map(|span| instant(second - span)),
            until.map(|span| instant(second + span + 1)),
        );
        let customer = match shopper.customer {
            CustomerKind::Repeat if given[5] => CustomerKind::Registered,
            kind => kind,
        };
        Criteria {
            devices: shopper.device.map_or_else(BTreeSet::new, |own| around(given[0], &own, drawn.devices)),
            channels: around(given[1], &shopper.channel, drawn.channels),
            stores: around(given[2], &shopper.store, drawn.stores),
            customers: around(given[3], &customer, BTreeSet::new()),
            cart_totals: range.ok().into_iter().collect(),
            skus: if given[4] { shopper.skus.clone() } else { BTreeSet::new() },
            tags: if given[4] { shopper.tags.clone() } else { BTreeSet::new() },
            dates: window.ok().into_iter().collect(),
        }
    })
}
