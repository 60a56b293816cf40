//! Whether a card may be tried: pure, and the only place that says so.

use std::time::Duration;

use jiff::Timestamp;

use super::ledger::{CardLedger, HORIZON, OpenTry, Tally};
use super::name::Network;
use super::table::{Limit, edition_at};
use crate::domain::ids::CheckoutId;
use crate::domain::money::Money;
use crate::domain::payment::decline::DeclineClass;
use crate::domain::payment::policy::after;

/// How often one checkout may try to correct a card's security code, PIN or address (payments.md §5).
pub const MOST_FIXES: u32 = 3;

/// For how long an open try is under way: longer than placements and customers' actions take. What is open for
/// longer waits for the resolver or an operator, and nobody is told to wait for it.
pub const UNDER_WAY: Duration = Duration::from_hours(1);

/// What is about to be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Try {
    /// The card's scheme.
    pub network: Network,
    /// What is asked for.
    pub amount: Money,
    /// In which checkout.
    pub checkout: CheckoutId,
}

/// Why a card may not be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// A decline said never again.
    Stopped,
    /// The scheme asked to wait.
    Paused,
    /// The card was declined as often as its scheme allows in a span.
    TooManyDeclines,
    /// The card was declined as often as its scheme allows for this amount.
    TooManyOfAmount,
    /// The card's details were corrected too often in this checkout.
    TooManyFixes,
    /// As many tries are under way as may still be declined: whether one more may be made, their outcomes say.
    TriesUnderWay,
}

impl Why {
    /// The reason's name for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "STOPPED",
            Self::Paused => "PAUSED",
            Self::TooManyDeclines => "TOO_MANY_DECLINES",
            Self::TooManyOfAmount => "TOO_MANY_DECLINES_OF_AMOUNT",
            Self::TooManyFixes => "TOO_MANY_FIXES",
            Self::TriesUnderWay => "TRIES_UNDER_WAY",
        }
    }
}

/// What the rules say of a try. A later one is stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Say {
    /// It may be made.
    Allowed,
    /// Not before this time.
    Wait {
        /// When it may be made.
        until: Timestamp,
        /// Why not now.
        why: Why,
    },
    /// Not with this card; after too many fixes, not in this checkout.
    Never {
        /// Why not.
        why: Why,
        /// What the decline said, or comes down to.
        class: DeclineClass,
    },
}

/// What the rules say of a try with a card of which this is known: the strictest of them all.
pub fn may_try(ledger: &CardLedger, attempt: &Try, now: Timestamp) -> Say {
    if let Some(stop) = ledger.stopped {
        return Say::Never { why: Why::Stopped, class: stop.class };
    }
    let in_checkout = |tally: &&Tally| {
        now < after(tally.at, HORIZON) && tally.checkout.is_none_or(|checkout| checkout == attempt.checkout)
    };
    let fixes = ledger.tallies.iter().filter(in_checkout).map(|tally| tally.fixes);
    let fixes = fixes.fold(0, u32::saturating_add);
    if fixes >= MOST_FIXES {
        return Say::Never { why: Why::TooManyFixes, class: DeclineClass::CvvPinAvs };
    }
    let beside = open(ledger, now).filter(|open| open.checkout == attempt.checkout);
    let fixes = fixes.saturating_add(counted(beside.count()));
    let fixes = if fixes >= MOST_FIXES { wait_for_tries(now) } else { Say::Allowed };
    let pause = ledger.pause_until.filter(|until| now < *until);
    let pause = pause.map_or(Say::Allowed, |until| Say::Wait { until, why: Why::Paused });
    let limits = edition_at(now).of(attempt.network).limits;
    limits.iter().map(|limit| within(ledger, attempt, *limit, now)).fold(pause.max(fixes), Say::max)
}

/// The open tries that are not void.
fn open(ledger: &CardLedger, now: Timestamp) -> impl Iterator<Item = &OpenTry> {
    ledger.open.iter().filter(move |open| now < after(open.at, HORIZON))
}

/// Weaker than any wait for a time: what is known to forbid goes before what may come to forbid.
const fn wait_for_tries(now: Timestamp) -> Say {
    Say::Wait { until: now, why: Why::TriesUnderWay }
}

fn counted(tries: usize) -> u32 {
    u32::try_from(tries).unwrap_or(u32::MAX)
}

/// What one limit says: where as many declines as it allows stand in its window, the try waits until enough of
/// the oldest have left it. An open try stands in every window, because it may be declined at any moment of it:
/// so that, whenever the last of several tries was begun, the others were counted.
fn within(ledger: &CardLedger, attempt: &Try, limit: Limit, now: Timestamp) -> Say {
    let counts = |tally: &&Tally| {
        let same = tally.amount.is_none_or(|amount| amount == attempt.amount);
        now < after(tally.at, limit.window()) && (same || !limit.per_amount)
    };
    let same = |open: &&OpenTry| !limit.per_amount || open.amount == attempt.amount;
    let lasting = |open: &&OpenTry| after(open.at, UNDER_WAY) <= now;
    let declines = ledger.tallies.iter().filter(counts);
    let mut leaving: Vec<(Timestamp, u32)> = declines
        .map(|tally| (after(tally.at, limit.window()), tally.declines))
        .chain(open(ledger, now).filter(same).filter(lasting).map(|open| (after(open.at, HORIZON), 1)))
        .collect();
    leaving.sort();
    let total = leaving.iter().map(|(_, count)| *count).fold(0, u32::saturating_add);
    let Some(over) = total.checked_sub(limit.declines) else {
        let under_way = open(ledger, now).filter(same).filter(|open| !lasting(open)).count();
        let full = total.saturating_add(counted(under_way)) >= limit.declines;
        return if full { wait_for_tries(now) } else { Say::Allowed };
    };
    let mut gone = 0_u32;
    for (until, count) in leaving {
        gone = gone.saturating_add(count);
        if gone > over {
            let why = if limit.per_amount { Why::TooManyOfAmount } else { Why::TooManyDeclines };
            return Say::Wait { until, why };
        }
    }
    Say::Allowed
}
