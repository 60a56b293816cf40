//! The declines of one card under one of its names, and its open tries: bounded, and never fewer than there were.
//!
//! A try is open from the commit that makes its intent durable to the one that records its outcome. Whoever asks
//! meanwhile counts it as a decline, because it may become one: that is what keeps many at once within a limit.
//!
//! A stop and a pause have a place of their own, so that no number of other declines can push them out. Counted
//! declines are kept one by one; what is above the bound is merged into its neighbour at the later time, for
//! every amount and every checkout that either speaks of. A merge can only count too much, never too little.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::name::Network;
use super::table::{Advice, edition_at};
use crate::domain::ids::{AttemptId, CheckoutId};
use crate::domain::money::Money;
use crate::domain::payment::decline::{Action, DeclineClass};
use crate::domain::payment::policy::after;

/// Declines older than this are forgotten: the longest window of any scheme.
pub const HORIZON: Duration = Duration::from_hours(30 * 24);

/// How many declines are kept one by one: above every scheme's limit, so that what a limit speaks of is exact.
pub const MAX_TALLIES: usize = 64;

/// How many open tries are told apart: above every scheme's limit, so that no rule lets as many be made.
pub const MAX_OPEN: usize = 32;

/// A decline, as the schemes count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declined {
    /// When it was learnt.
    pub at: Timestamp,
    /// Its class.
    pub class: DeclineClass,
    /// The scheme's advice, where there was one.
    pub advice: Option<Advice>,
    /// The card's scheme.
    pub network: Network,
    /// What was asked for.
    pub amount: Money,
    /// In which checkout.
    pub checkout: CheckoutId,
}

impl Declined {
    /// Whether it says anything of the card at all.
    pub fn counts(&self) -> bool {
        self.stops() || self.advice.is_some() || self.class.reached_the_scheme()
    }

    /// Whether the card is never to be tried again. "Not permitted" is a stop by Visa's rule alone, and by
    /// caution where the scheme is not known.
    fn stops(&self) -> bool {
        let only_visas = self.class == DeclineClass::NotPermittedCard && self.network == Network::Mastercard;
        self.class.action() == Action::Never && !only_visas
    }
}

/// Why a card is never to be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// Since when.
    pub at: Timestamp,
    /// What the first such decline said.
    pub class: DeclineClass,
}

/// One or several declines that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// When the last of them was.
    pub at: Timestamp,
    /// How many.
    pub declines: u32,
    /// How many of them asked to correct the security code, PIN or address.
    pub fixes: u32,
    /// Their amount; `None` after a merge: they count for any.
    pub amount: Option<Money>,
    /// Their checkout; `None` after a merge: they count for any.
    pub checkout: Option<CheckoutId>,
}

impl Tally {
    fn join(self, other: Self) -> Self {
        Self {
            at: self.at.max(other.at),
            declines: self.declines.saturating_add(other.declines),
            fixes: self.fixes.saturating_add(other.fixes),
            amount: self.amount.filter(|amount| other.amount == Some(*amount)),
            checkout: self.checkout.filter(|checkout| other.checkout == Some(*checkout)),
        }
    }
}

/// A try whose outcome is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenTry {
    /// The attempt that it is.
    pub attempt: AttemptId,
    /// When its intent was made. Whoever made it closes it, by recovery at the latest; one that nobody closed is
    /// void with the declines of its time, after [`HORIZON`]. Any shorter life would let an outcome that is
    /// learnt late be counted on top of a full ledger.
    pub at: Timestamp,
    /// What is asked for.
    pub amount: Money,
    /// In which checkout.
    pub checkout: CheckoutId,
}

/// The declines and open tries of one card.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CardLedger {
    /// Set by the first decline that forbids any further try; it has no end.
    pub stopped: Option<Stop>,
    /// Until when the scheme asked to wait: the latest of what it asked.
    pub pause_until: Option<Timestamp>,
    /// The declines within the horizon, oldest first.
    pub tallies: Vec<Tally>,
    /// The open tries, oldest first.
    pub open: Vec<OpenTry>,
}

impl CardLedger {
    /// Takes in a decline.
    pub fn note(&mut self, declined: &Declined) {
        if declined.stops() {
            self.stopped.get_or_insert(Stop { at: declined.at, class: declined.class });
        }
        let pause = declined.advice.and_then(|advice| edition_at(declined.at).pause(advice));
        self.pause_until = self.pause_until.max(pause.map(|pause| after(declined.at, pause)));
        if declined.class.reached_the_scheme() {
            let tally = Tally {
                at: declined.at,
                declines: 1,
                fixes: u32::from(declined.class == DeclineClass::CvvPinAvs),
                amount: Some(declined.amount),
                checkout: Some(declined.checkout),
            };
            self.tallies.push(tally);
        }
        self.tidy(declined.at);
    }

    /// Takes in a try that is about to be made.
    pub fn open(&mut self, attempt: OpenTry) {
        self.open.push(attempt);
        self.tidy(attempt.at);
    }

    /// Whether the try was open, which is over now.
    pub fn close(&mut self, attempt: AttemptId) -> bool {
        let before = self.open.len();
        self.open.retain(|open| open.attempt != attempt);
        self.open.len() < before
    }

    /// Whether there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        self.stopped.is_none()
            && self.pause_until.is_none()
            && self.tallies.is_empty()
            && self.open.is_empty()
    }

    /// Takes in all of another ledger, as if both were of one card.
    pub fn join(&mut self, other: &Self, now: Timestamp) {
        self.stopped = match (self.stopped, other.stopped) {
            (Some(own), Some(others)) => Some(if others.at < own.at { others } else { own }),
            (own, others) => own.or(others),
        };
        self.pause_until = self.pause_until.max(other.pause_until);
        self.tallies.extend(&other.tallies);
        let known: Vec<AttemptId> = self.open.iter().map(|open| open.attempt).collect();
        self.open.extend(other.open.iter().filter(|open| !known.contains(&open.attempt)));
        self.tidy(now);
    }

    /// Whether nothing of it matters any more.
    pub fn is_idle(&self, now: Timestamp) -> bool {
        self.stopped.is_none()
            && self.pause_until.is_none_or(|until| until <= now)
            && self.tallies.iter().all(|tally| tally.at < horizon(now))
            && self.open.iter().all(|open| open.at < horizon(now))
    }

    /// When it last took in a decline or a try, as far as it still knows.
    pub fn last(&self) -> Option<Timestamp> {
        let (tally, open) = (self.tallies.last().map(|tally| tally.at), self.open.last().map(|open| open.at));
        tally.max(open).max(self.stopped.map(|stop| stop.at))
    }

    fn tidy(&mut self, now: Timestamp) {
        self.open.retain(|open| open.at >= horizon(now));
        self.open.sort_by_key(|open| open.at);
        // More than any rule lets be made: the oldest count as declined, for any amount and checkout.
        let above = self.open.len().saturating_sub(MAX_OPEN);
        for open in self.open.drain(..above) {
            self.tallies.push(Tally { at: open.at, declines: 1, fixes: 0, amount: None, checkout: None });
        }
        self.tallies.retain(|tally| tally.at >= horizon(now));
        self.tallies.sort_by_key(|tally| tally.at);
        while self.tallies.len() > MAX_TALLIES {
            let oldest = self.tallies.remove(0);
            if let Some(next) = self.tallies.first_mut() {
                *next = oldest.join(*next);
            }
        }
    }
}

/// The oldest time that still counts.
fn horizon(now: Timestamp) -> Timestamp {
    SignedDuration::try_from(HORIZON)
        .ok()
        .and_then(|span| now.checked_sub(span).ok())
        .unwrap_or(Timestamp::MIN)
}
