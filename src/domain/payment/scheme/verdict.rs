//! Whether a card may be tried: pure, and the only place that says so.

use jiff::Timestamp;

use super::ledger::{CardLedger, HORIZON, Tally};
use super::name::Network;
use super::table::{Limit, edition_at};
use crate::domain::ids::CheckoutId;
use crate::domain::money::Money;
use crate::domain::payment::decline::DeclineClass;
use crate::domain::payment::policy::after;

/// How often one checkout may try to correct a card's security code, PIN or address (payments.md §5).
pub const MOST_FIXES: u32 = 3;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    if fixes.fold(0, u32::saturating_add) >= MOST_FIXES {
        return Say::Never { why: Why::TooManyFixes, class: DeclineClass::CvvPinAvs };
    }
    let pause = ledger.pause_until.filter(|until| now < *until);
    let pause = pause.map_or(Say::Allowed, |until| Say::Wait { until, why: Why::Paused });
    let limits = edition_at(now).of(attempt.network).limits;
    limits.iter().map(|limit| within(ledger, attempt, *limit, now)).fold(pause, Say::max)
}

/// What one limit says: where as many declines as it allows stand in its window, the try waits until enough of
/// the oldest have left it.
fn within(ledger: &CardLedger, attempt: &Try, limit: Limit, now: Timestamp) -> Say {
    let counts = |tally: &&Tally| {
        let same = tally.amount.is_none_or(|amount| amount == attempt.amount);
        now < after(tally.at, limit.window()) && (same || !limit.per_amount)
    };
    let counted = || ledger.tallies.iter().filter(counts);
    let total = counted().map(|tally| tally.declines).fold(0, u32::saturating_add);
    let Some(over) = total.checked_sub(limit.declines) else { return Say::Allowed };
    let mut gone = 0_u32;
    for tally in counted() {
        gone = gone.saturating_add(tally.declines);
        if gone > over {
            let why = if limit.per_amount { Why::TooManyOfAmount } else { Why::TooManyDeclines };
            return Say::Wait { until: after(tally.at, limit.window()), why };
        }
    }
    Say::Allowed
}
