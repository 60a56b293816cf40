//! The ledger against a model that keeps everything and counts by hand.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::ledger::{CardLedger, Declined, MAX_TALLIES};
use super::name::Network;
use super::table::Advice;
use super::verdict::{Say, Try, may_try};
use crate::domain::ids::CheckoutId;
use crate::domain::money::Money;
use crate::domain::payment::DeclineClass;

const HOUR: i64 = 3_600;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

fn amount(number: u8) -> Money {
    Money::new(100 + i64::from(number), "EUR".parse().unwrap())
}

fn checkout(number: u8) -> CheckoutId {
    CheckoutId(Uuid::from_u128(u128::from(number)))
}

/// The rules of payments.md §5 once more, over a history that forgets nothing. `None` is never.
fn model(history: &[Declined], attempt: &Try, now: Timestamp) -> Option<Timestamp> {
    use DeclineClass as Class;
    let never = |d: &&Declined| match d.class {
        Class::LostStolenPickup
        | Class::AccountInvalid
        | Class::SchemeStop
        | Class::AuthorisationRevoked
        | Class::Sanctions => true,
        Class::NotPermittedCard => d.network != Network::Mastercard,
        _ => false,
    };
    if history.iter().any(|d| never(&d)) {
        return None;
    }
    let seen = |d: &&Declined| {
        !matches!(
            d.class,
            Class::FraudGateway
                | Class::MethodUnsupported
                | Class::BadRequest
                | Class::Duplicate
                | Class::TokenInvalid
        )
    };
    let month = SignedDuration::from_hours(30 * 24);
    let fixes = history.iter().filter(|d| d.class == Class::CvvPinAvs && d.checkout == attempt.checkout);
    if fixes.filter(|d| d.at + month > now).count() >= 3 {
        return None;
    }
    let mut until = now;
    for d in history {
        let hours = match d.advice.map(|advice| advice.to_string()).as_deref() {
            Some("24") => 1,
            Some("27") => 96,
            Some("30") => 240,
            _ => 0,
        };
        until = until.max(d.at + SignedDuration::from_hours(hours));
    }
    let mut limit = |most: usize, hours: i64, same_amount: bool| {
        let window = SignedDuration::from_hours(hours);
        let mut times: Vec<Timestamp> = history
            .iter()
            .filter(seen)
            .filter(|d| (!same_amount || d.amount == attempt.amount) && d.at + window > now)
            .map(|d| d.at)
            .collect();
        times.sort();
        if times.len() >= most {
            until = until.max(times[times.len() - most] + window);
        }
    };
    match attempt.network {
        Network::Visa => limit(15, 30 * 24, false),
        Network::Mastercard => {
            limit(10, 24, false);
            limit(35, 30 * 24, true);
        }
        Network::Other => {
            limit(10, 24, false);
            limit(15, 30 * 24, false);
        }
    }
    Some(until)
}

fn told(say: Say, now: Timestamp) -> Option<Timestamp> {
    match say {
        Say::Allowed => Some(now),
        Say::Wait { until, .. } => Some(until),
        Say::Never { .. } => None,
    }
}

/// Mostly what is counted, seldom what forbids for good, so that the limits are reached.
fn class() -> impl Strategy<Value = DeclineClass> {
    prop_oneof![
        200 => prop::sample::select(vec![
            DeclineClass::InsufficientFunds, DeclineClass::DoNotHonor, DeclineClass::Generic,
            DeclineClass::IssuerUnavailable, DeclineClass::ScaRequired,
        ]),
        6 => Just(DeclineClass::CvvPinAvs),
        6 => prop::sample::select(vec![DeclineClass::FraudGateway, DeclineClass::TokenInvalid]),
        1 => prop::sample::select(DeclineClass::ALL.to_vec()),
    ]
}

fn network() -> impl Strategy<Value = Network> {
    prop::sample::select(vec![Network::Visa, Network::Mastercard, Network::Other])
}

prop_compose! {
    /// Declines of one card of one scheme, in the order of their times.
    fn history(most: usize, most_apart: i64)(
        network in network(),
        declines in prop::collection::vec(
            (0..most_apart, class(), prop::option::weighted(0.02, prop::sample::select(vec!["24", "27", "30", "02"])),
             0..3_u8, 0..3_u8),
            0..most,
        ),
    ) -> (Network, Vec<Declined>) {
        let mut now = 0;
        let history = declines.into_iter().map(|(apart, class, advice, paid, session)| {
            now += apart;
            let advice: Option<Advice> = advice.map(|text| text.parse().unwrap());
            Declined { at: at(now), class, advice, network, amount: amount(paid), checkout: checkout(session) }
        });
        (network, history.collect())
    }
}

fn ledger(history: &[Declined]) -> CardLedger {
    let mut ledger = CardLedger::default();
    for declined in history {
        ledger.note(declined);
    }
    ledger
}

fn tries(network: Network) -> impl Iterator<Item = Try> {
    (0..3).flat_map(move |paid| {
        (0..3).map(move |session| Try { network, amount: amount(paid), checkout: checkout(session) })
    })
}

proptest! {
    #[test]
    fn r19_the_ledger_says_what_a_history_that_forgets_nothing_says(
        (network, history) in history(MAX_TALLIES, 20 * HOUR), later in 0..40 * 24 * HOUR,
    ) {
        let ledger = ledger(&history);
        let now = history.last().map_or(at(0), |last| last.at) + SignedDuration::from_secs(later);
        for attempt in tries(network) {
            let said = may_try(&ledger, &attempt, now);
            prop_assert_eq!(told(said, now), model(&history, &attempt, now), "{:?}", said);
        }
    }

    #[test]
    fn r19_a_full_ledger_stays_bounded_and_never_allows_what_the_whole_history_forbids(
        (network, history) in history(400, 6 * HOUR), later in 0..40 * 24 * HOUR,
    ) {
        let ledger = ledger(&history);
        prop_assert!(ledger.tallies.len() <= MAX_TALLIES);
        let now = history.last().map_or(at(0), |last| last.at) + SignedDuration::from_secs(later);
        for attempt in tries(network) {
            let (said, truth) = (told(may_try(&ledger, &attempt, now), now), model(&history, &attempt, now));
            let at_least_as_strict = match (said, truth) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(said), Some(truth)) => said >= truth,
            };
            prop_assert!(at_least_as_strict, "{said:?} for {truth:?}");
        }
    }

    #[test]
    fn r19_two_ledgers_joined_forbid_whatever_either_forbids(
        (network, one) in history(90, 12 * HOUR), (_, other) in history(90, 12 * HOUR),
    ) {
        let ends = [&one, &other].into_iter().filter_map(|history| Some(history.last()?.at));
        let now = ends.max().unwrap_or_else(|| at(0));
        let (one, other) = (ledger(&one), ledger(&other));
        let mut joined = one.clone();
        joined.join(&other, now);
        for attempt in tries(network) {
            let apart = may_try(&one, &attempt, now).max(may_try(&other, &attempt, now));
            let (joined, apart) = (told(may_try(&joined, &attempt, now), now), told(apart, now));
            prop_assert!(joined.is_none() || apart.is_some_and(|apart| joined >= Some(apart)));
        }
    }
}
