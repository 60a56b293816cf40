//! The schemes' rules as data, by edition. Source: payments.md §5, which names the schemes' own lists.
//!
//! The lists change: a change is a new [`Edition`] with its day, and never an edit of one that was in force,
//! so that what was decided under it can be told. A test holds every never-code to a class that forbids.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::name::Network;

/// A Mastercard merchant advice code: two digits. Gateways pass it on beside a decline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Advice(u8);

/// The text is not a merchant advice code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a merchant advice code: it has two digits")]
pub struct BadAdvice;

impl FromStr for Advice {
    type Err = BadAdvice;

    fn from_str(text: &str) -> Result<Self, BadAdvice> {
        if text.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadAdvice);
        }
        text.parse().map(Self).map_err(|_| BadAdvice)
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}", self.0)
    }
}

/// At most so many declines of a card within a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many declines end the tries.
    pub declines: u32,
    /// Within how many hours.
    pub hours: u64,
    /// Whether declines of the same amount alone are counted.
    pub per_amount: bool,
}

impl Limit {
    /// The span.
    pub const fn window(self) -> Duration {
        Duration::from_hours(self.hours)
    }
}

/// What one scheme forbids.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Response codes after which a card is never tried again.
    pub never_responses: &'static [&'static str],
    /// Merchant advice codes after which a card is never tried again.
    pub never_advice: &'static [Advice],
    /// Merchant advice codes that ask for a pause, in hours.
    pub pauses: &'static [(Advice, u64)],
    /// How often a card may be declined.
    pub limits: &'static [Limit],
}

/// The rules of every scheme from one day on.
#[derive(Debug, Clone, Copy)]
pub struct Edition {
    /// Its name: year and count.
    pub version: &'static str,
    /// The first day, in UTC, on which it is applied.
    pub effective: Date,
    /// Visa's.
    pub visa: Rules,
    /// Mastercard's.
    pub mastercard: Rules,
    /// Of a card whose scheme is another or is not known: the strictest of all, because it may be either's.
    pub other: Rules,
}

impl Edition {
    /// The rules of a scheme.
    pub const fn of(&self, network: Network) -> &Rules {
        match network {
            Network::Visa => &self.visa,
            Network::Mastercard => &self.mastercard,
            Network::Other => &self.other,
        }
    }

    /// How long a merchant advice code asks to wait: of whichever scheme, because no other uses them.
    pub fn pause(&self, advice: Advice) -> Option<Duration> {
        let hours = self.mastercard.pauses.iter().find(|(code, _)| *code == advice)?.1;
        Some(Duration::from_hours(hours))
    }
}

const DAY: u64 = 24;

/// Visa's category 1: the issuer will never approve.
const CATEGORY_1: &[&str] = &["04", "07", "12", "14", "15", "41", "43", "46", "57", "R0", "R1", "R3"];
/// Do not try again; payment cancelled; and the code that stands for a stop where the issuer gave none.
const ADVICE_NEVER: &[Advice] = &[Advice(3), Advice(21), Advice(99)];
/// 1 h, 24 h, 2, 4, 6, 8 and 10 days.
const ADVICE_PAUSES: &[(Advice, u64)] = &[
    (Advice(24), 1),
    (Advice(25), DAY),
    (Advice(26), 2 * DAY),
    (Advice(27), 4 * DAY),
    (Advice(28), 6 * DAY),
    (Advice(29), 8 * DAY),
    (Advice(30), 10 * DAY),
];
const TEN_A_DAY: Limit = Limit { declines: 10, hours: DAY, per_amount: false };
const FIFTEEN_A_MONTH: Limit = Limit { declines: 15, hours: 30 * DAY, per_amount: false };
const THIRTY_FIVE_OF_AN_AMOUNT: Limit = Limit { declines: 35, hours: 30 * DAY, per_amount: true };

/// The editions, oldest first.
pub const EDITIONS: &[Edition] = &[Edition {
    version: "2025-1",
    effective: date(2025, 1, 1),
    visa: Rules { never_responses: CATEGORY_1, never_advice: &[], pauses: &[], limits: &[FIFTEEN_A_MONTH] },
    mastercard: Rules {
        never_responses: &[],
        never_advice: ADVICE_NEVER,
        pauses: ADVICE_PAUSES,
        limits: &[TEN_A_DAY, THIRTY_FIVE_OF_AN_AMOUNT],
    },
    other: Rules {
        never_responses: CATEGORY_1,
        never_advice: ADVICE_NEVER,
        pauses: ADVICE_PAUSES,
        limits: &[TEN_A_DAY, FIFTEEN_A_MONTH],
    },
}];

/// The edition in force at a time: the last that is effective, else the first.
pub fn edition_at(now: Timestamp) -> &'static Edition {
    let today = now.to_zoned(TimeZone::UTC).date();
    let begun = EDITIONS.iter().rev().find(|edition| edition.effective <= today);
    // An array of at least one: the test below reads it.
    begun.unwrap_or(&EDITIONS[0])
}

#[cfg(test)]
mod tests {
    use super::super::ledger::HORIZON;
    use super::*;
    use crate::domain::payment::DeclineClass;
    use crate::domain::payment::decline::Action;

    fn all_rules() -> impl Iterator<Item = (&'static str, &'static Rules)> {
        EDITIONS.iter().flat_map(|edition| {
            [&edition.visa, &edition.mastercard, &edition.other].map(|rules| (edition.version, rules))
        })
    }

    #[test]
    fn r19_a_never_code_of_any_edition_maps_to_nothing_but_never() {
        for (version, rules) in all_rules() {
            for code in rules.never_responses {
                let class = DeclineClass::of_iso(code).unwrap();
                assert_eq!(class.action(), Action::Never, "{version}: response {code}");
                for other in DeclineClass::ALL {
                    for joined in [class.most_restrictive(other), other.most_restrictive(class)] {
                        assert_eq!(joined.action(), Action::Never, "{version}: {code} beside {other:?}");
                    }
                }
            }
            for advice in rules.never_advice {
                let class = DeclineClass::of_advice(&advice.to_string()).unwrap();
                assert_eq!(class.action(), Action::Never, "{version}: advice {advice}");
            }
        }
    }

    #[test]
    fn r19_editions_are_dated_in_order_and_every_window_is_within_the_ledgers_horizon() {
        assert!(!EDITIONS.is_empty());
        assert!(EDITIONS.windows(2).all(|two| two[0].effective < two[1].effective));
        for (version, rules) in all_rules() {
            assert!(rules.limits.iter().all(|limit| limit.window() <= HORIZON), "{version}");
        }
    }

    #[test]
    fn r19_the_rules_are_those_of_the_schemes() {
        let edition = edition_at("2026-11-21T12:00:00Z".parse().unwrap());
        let hours: Vec<u64> =
            (24..=30).map(|code| edition.pause(Advice(code)).unwrap().as_secs() / 3_600).collect();
        assert_eq!(hours, [1, 24, 48, 96, 144, 192, 240]);
        assert_eq!(edition.visa.limits, [FIFTEEN_A_MONTH]);
        assert_eq!(edition.mastercard.limits, [TEN_A_DAY, THIRTY_FIVE_OF_AN_AMOUNT]);
        assert_eq!(edition.pause(Advice(2)), None);
    }

    #[test]
    fn a_time_before_every_edition_has_the_first() {
        assert_eq!(edition_at(Timestamp::UNIX_EPOCH).version, EDITIONS[0].version);
    }

    #[test]
    fn an_advice_code_has_two_digits() {
        assert_eq!("03".parse::<Advice>().unwrap().to_string(), "03");
        for bad in ["", "3", "003", "+3", "x1", "٣٣"] {
            assert!(bad.parse::<Advice>().is_err(), "{bad}");
        }
    }
}
