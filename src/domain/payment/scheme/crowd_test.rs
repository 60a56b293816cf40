//! Many placements of one card at once, in any order: never more declines than the scheme allows.
//!
//! Each placement asks, opens a try and learns its outcome later, as commits make them: what it was told rests on
//! the ledger as it stood then, because a ledger that was written in between would have made its commit stale.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::book::CardBook;
use super::ledger::{Declined, OpenTry};
use super::name::{CardName, Digest, Network};
use super::table::edition_at;
use super::verdict::{MOST_FIXES, Say, Try, Why, may_try};
use crate::domain::ids::{AttemptId, CheckoutId};
use crate::domain::money::Money;
use crate::domain::payment::DeclineClass;

/// What happens next.
#[derive(Debug, Clone)]
enum Event {
    /// A placement asks, and begins where it may.
    Asks { amount: i64, checkout: u128 },
    /// One of the open tries ends: declined so, or otherwise.
    Ends { which: usize, declined: Option<DeclineClass> },
    /// Time passes.
    Passes { minutes: i64 },
}

fn event() -> impl Strategy<Value = Event> {
    let class = prop_oneof![
        8 => Just(DeclineClass::InsufficientFunds),
        1 => Just(DeclineClass::CvvPinAvs),
    ];
    prop_oneof![
        8 => (0..2_i64, 0..6_u128).prop_map(|(amount, checkout)| Event::Asks { amount: 100 + amount, checkout }),
        6 => (0..64_usize, prop::option::weighted(0.8, class))
            .prop_map(|(which, declined)| Event::Ends { which, declined }),
        2 => (0..180_i64).prop_map(|minutes| Event::Passes { minutes }),
        1 => (0..3_i64).prop_map(|days| Event::Passes { minutes: days * 24 * 60 }),
    ]
}

/// The card as the issuer sees it.
#[derive(Default)]
struct Issuer(Vec<Declined>);

impl Issuer {
    /// The limit that was overstepped, if one was.
    fn overstepped(&self, network: Network, now: Timestamp) -> Option<String> {
        let limits = edition_at(now).of(network).limits;
        for last in &self.0 {
            for limit in limits {
                let window = SignedDuration::try_from(limit.window()).unwrap();
                let within = |other: &&Declined| other.at <= last.at && other.at + window > last.at;
                let same = |other: &&Declined| !limit.per_amount || other.amount == last.amount;
                let declines = self.0.iter().filter(within).filter(same).count();
                if declines > usize::try_from(limit.declines).unwrap() {
                    return Some(format!("{declines} declines, of {limit:?}"));
                }
            }
            let fixes = |other: &&Declined| {
                other.class == DeclineClass::CvvPinAvs
                    && other.checkout == last.checkout
                    && other.at <= last.at
            };
            let month = SignedDuration::from_hours(30 * 24);
            let fixes = self.0.iter().filter(fixes).filter(|other| other.at + month > last.at).count();
            if fixes > usize::try_from(MOST_FIXES).unwrap() {
                return Some(format!("{fixes} fixes of one checkout"));
            }
        }
        None
    }
}

proptest! {
    #[test]
    fn r19_no_interleaving_of_placements_oversteps_a_limit_and_an_idle_card_is_never_told_to_wait_for_tries(
        network in prop::sample::select(vec![Network::Visa, Network::Mastercard, Network::Other]),
        events in prop::collection::vec(event(), 1..250),
    ) {
        let name = CardName::token(Digest([7; 32]));
        let mut now = Timestamp::from_second(1_790_000_000).unwrap();
        let mut book = CardBook::new("shop".parse().unwrap(), name.book.clone(), now);
        let (mut issuer, mut open, mut next) = (Issuer::default(), Vec::<OpenTry>::new(), 0_u128);
        for event in events {
            match event {
                Event::Asks { amount, checkout } => {
                    let amount = Money::new(amount, "EUR".parse().unwrap());
                    let checkout = CheckoutId(Uuid::from_u128(checkout));
                    let said = may_try(book.ledger(name.card), &Try { network, amount, checkout }, now);
                    let waits = matches!(said, Say::Wait { why: Why::TriesUnderWay, .. });
                    prop_assert!(!(waits && open.is_empty()), "nothing is under way");
                    if said == Say::Allowed {
                        next += 1;
                        let attempt = OpenTry { attempt: AttemptId(Uuid::from_u128(next)), at: now, amount, checkout };
                        book.open(name.card, attempt);
                        open.push(attempt);
                    }
                }
                Event::Ends { which, declined } if !open.is_empty() => {
                    let ended = open.remove(which % open.len());
                    book.close(ended.attempt, now);
                    if let Some(class) = declined {
                        let OpenTry { amount, checkout, .. } = ended;
                        let declined = Declined { at: now, class, advice: None, network, amount, checkout };
                        book.note(name.card, &declined);
                        issuer.0.push(declined);
                    }
                }
                Event::Ends { .. } => {}
                // Whatever is open ends within the horizon; a lost try is another test's.
                Event::Passes { minutes } => {
                    let later = now + SignedDuration::from_mins(minutes);
                    let month = SignedDuration::from_hours(30 * 24);
                    if open.iter().all(|open| later < open.at + month) {
                        now = later;
                    }
                }
            }
            prop_assert_eq!(book.ledger(name.card).open.len(), open.len());
            if let Some(overstepped) = issuer.overstepped(network, now) {
                prop_assert!(false, "{}", overstepped);
            }
        }
    }
}

#[test]
fn r19_a_try_that_nobody_closed_is_void_with_the_declines_of_its_time() {
    let name = CardName::token(Digest([7; 32]));
    let begun = Timestamp::from_second(1_790_000_000).unwrap();
    let mut book = CardBook::new("shop".parse().unwrap(), name.book.clone(), begun);
    let (amount, checkout) = (Money::new(100, "EUR".parse().unwrap()), CheckoutId(Uuid::from_u128(1)));
    for number in 0..10 {
        let attempt = AttemptId(Uuid::from_u128(number));
        book.open(
            name.card,
            OpenTry { attempt, at: begun, amount, checkout: CheckoutId(Uuid::from_u128(number)) },
        );
    }
    let attempt = Try { network: Network::Mastercard, amount, checkout };
    let say =
        |hours: i64| may_try(book.ledger(name.card), &attempt, begun + SignedDuration::from_hours(hours));
    assert!(matches!(say(0), Say::Wait { why: Why::TriesUnderWay, .. }));
    // Nobody is told to wait a moment for what a resolver or an operator must end.
    let until = begun + SignedDuration::from_hours(30 * 24);
    assert_eq!(say(2), Say::Wait { until, why: Why::TooManyDeclines });
    assert_eq!(say(30 * 24), Say::Allowed);
    assert_eq!(book.void_at(), Some(until));
}
