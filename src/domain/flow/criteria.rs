//! Who gets a flow: matchers of several kinds. All kinds that are given must match; within a kind one value
//! is enough; a kind without values matches everyone, and so do criteria without any.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

use super::names::Tag;
use super::shopper::{Channel, CustomerKind, Device, Shopper, one_of, word_enum};
use crate::domain::currency::Currency;
use crate::domain::ids::{Sku, StoreId};
use crate::domain::money::Money;

/// Who gets a flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Criteria {
    /// Devices.
    pub devices: BTreeSet<Device>,
    /// Channels.
    pub channels: BTreeSet<Channel>,
    /// Stores.
    pub stores: BTreeSet<StoreId>,
    /// Kinds of customer.
    pub customers: BTreeSet<CustomerKind>,
    /// Ranges of the cart's total; a cart in a currency without a range does not match.
    pub cart_totals: Vec<TotalRange>,
    /// SKUs, one of which must be in the cart.
    pub skus: BTreeSet<Sku>,
    /// Tags, one of which a product in the cart must carry.
    pub tags: BTreeSet<Tag>,
    /// Windows of time.
    pub dates: Vec<DateWindow>,
}

word_enum!(
    /// A kind of matcher, named as documents name its key. They are tried in this order.
    Matcher {
        /// [`Criteria::stores`].
        Store = "store",
        /// [`Criteria::channels`].
        Channel = "channel",
        /// [`Criteria::devices`].
        Device = "device",
        /// [`Criteria::customers`].
        Customer = "customer",
        /// [`Criteria::cart_totals`].
        CartTotal = "cart_total",
        /// [`Criteria::skus`].
        Sku = "sku",
        /// [`Criteria::tags`].
        Tag = "tag",
        /// [`Criteria::dates`].
        Dates = "dates",
    }
);

/// The first matcher that a shopper failed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Which matcher.
    pub matcher: Matcher,
    /// What it asks for.
    pub wanted: String,
    /// What the shopper has.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: wants {}, found {}", self.matcher, self.wanted, self.found)
    }
}

impl Criteria {
    /// The rule by which `shopper` matches, or the first matcher that they fail.
    ///
    /// The rule names the matchers that were given and the shopper's own values: `device phone, customer
    /// repeat`; it is `everyone` where there are none.
    pub fn matches(&self, shopper: &Shopper) -> Result<String, Mismatch> {
        let mut rule = Vec::new();
        for matcher in Matcher::ALL {
            let tried = self.try_one(*matcher, shopper);
            if tried.wanted.is_empty() {
                continue;
            }
            if !tried.holds {
                return Err(Mismatch { matcher: *matcher, wanted: tried.wanted, found: tried.found });
            }
            rule.push(format!("{matcher} {}", tried.found));
        }
        Ok(if rule.is_empty() { "everyone".to_owned() } else { rule.join(", ") })
    }

    fn try_one(&self, matcher: Matcher, shopper: &Shopper) -> Tried {
        match matcher {
            Matcher::Store => Tried::value(&self.stores, &shopper.store),
            Matcher::Channel => Tried::value(&self.channels, &shopper.channel),
            Matcher::Device => Tried {
                holds: shopper.device.is_some_and(|device| self.devices.contains(&device)),
                wanted: one_of(&self.devices),
                found: shopper.device.map_or("none said", Device::as_str).to_owned(),
            },
            Matcher::Customer => Tried {
                holds: self.customers.iter().any(|wanted| shopper.customer.is(*wanted)),
                wanted: one_of(&self.customers),
                found: shopper.customer.to_string(),
            },
            Matcher::CartTotal => Tried {
                holds: self.cart_totals.iter().any(|range| range.contains(shopper.cart_total)),
                wanted: one_of(&self.cart_totals),
                found: shopper.cart_total.to_string(),
            },
            Matcher::Sku => Tried::member(&self.skus, &shopper.skus),
            Matcher::Tag => Tried::member(&self.tags, &shopper.tags),
            Matcher::Dates => Tried {
                holds: self.dates.iter().any(|window| window.contains(shopper.now)),
                wanted: one_of(&self.dates),
                found: shopper.now.to_string(),
            },
        }
    }

    /// Whether some shopper could match both. Errs on the side of yes only for carts, which may hold many
    /// SKUs and carry many tags.
    pub fn may_overlap(&self, other: &Self) -> bool {
        fn meet<T: Ord>(left: &BTreeSet<T>, right: &BTreeSet<T>) -> bool {
            left.is_empty() || right.is_empty() || !left.is_disjoint(right)
        }
        fn any_pair<T>(left: &[T], right: &[T], meets: impl Fn(&T, &T) -> bool) -> bool {
            left.is_empty()
                || right.is_empty()
                || left.iter().any(|one| right.iter().any(|two| meets(one, two)))
        }
        let satisfies = |criteria: &Self, kind: CustomerKind| {
            criteria.customers.is_empty() || criteria.customers.iter().any(|wanted| kind.is(*wanted))
        };
        meet(&self.devices, &other.devices)
            && meet(&self.channels, &other.channels)
            && meet(&self.stores, &other.stores)
            && CustomerKind::ALL.iter().any(|kind| satisfies(self, *kind) && satisfies(other, *kind))
            && any_pair(&self.cart_totals, &other.cart_totals, |one, two| one.meets(*two))
            && any_pair(&self.dates, &other.dates, |one, two| one.meets(*two))
    }
}

/// One matcher, tried on one shopper. Nothing is wanted where the matcher was not given.
struct Tried {
    holds: bool,
    wanted: String,
    found: String,
}

impl Tried {
    fn value<T: Ord + fmt::Display>(wanted: &BTreeSet<T>, found: &T) -> Self {
        Self { holds: wanted.contains(found), wanted: one_of(wanted), found: found.to_string() }
    }

    fn member<T: Ord + fmt::Display>(wanted: &BTreeSet<T>, cart: &BTreeSet<T>) -> Self {
        let found = match wanted.intersection(cart).next() {
            Some(shared) => shared.to_string(),
            None if cart.is_empty() => "none in the cart".to_owned(),
            None => {
                format!("{} in the cart", cart.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
        };
        Self { holds: !wanted.is_disjoint(cart), wanted: one_of(wanted), found }
    }
}

/// A range of cart totals in one currency, both ends included. At least one end is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TotalRange {
    currency: Currency,
    min_minor: Option<i64>,
    max_minor: Option<i64>,
}

/// The ends do not make a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRange {
    /// Neither end was given.
    #[error("a range of totals needs a min, a max or both")]
    Endless,
    /// Nothing lies between the ends.
    #[error("the min is above the max, so that no cart matches")]
    Empty,
}

impl TotalRange {
    /// Totals in `currency` from `min_minor` to `max_minor`, in minor units.
    pub fn new(currency: Currency, min_minor: Option<i64>, max_minor: Option<i64>) -> Result<Self, BadRange> {
        match (min_minor, max_minor) {
            (None, None) => Err(BadRange::Endless),
            (Some(min), Some(max)) if min > max => Err(BadRange::Empty),
            _ => Ok(Self { currency, min_minor, max_minor }),
        }
    }

    /// Whether `total` lies in the range.
    pub fn contains(self, total: Money) -> bool {
        total.currency == self.currency
            && self.min_minor.is_none_or(|min| total.minor >= min)
            && self.max_minor.is_none_or(|max| total.minor <= max)
    }

    fn meets(self, other: Self) -> bool {
        let below = |min: Option<i64>, max: Option<i64>| match (min, max) {
            (Some(min), Some(max)) => min <= max,
            _ => true,
        };
        self.currency == other.currency
            && below(self.min_minor, other.max_minor)
            && below(other.min_minor, self.max_minor)
    }
}

impl fmt::Display for TotalRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let money = |minor| Money::new(minor, self.currency);
        match (self.min_minor, self.max_minor) {
            (Some(min), Some(max)) => write!(out, "{} to {}", money(min), money(max)),
            (Some(min), None) => write!(out, "at least {}", money(min)),
            (None, Some(max)) => write!(out, "at most {}", money(max)),
            (None, None) => write!(out, "any {}", self.currency),
        }
    }
}

/// A window of time: from the first instant, included, until the second, excluded. At least one is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateWindow {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// The ends do not make a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadWindow {
    /// Neither end was given.
    #[error("a window of time needs a from, an until or both")]
    Endless,
    /// Nothing lies between the ends.
    #[error("from is not before until, so that the window never opens")]
    Empty,
}

impl DateWindow {
    /// The time from `from` until just before `until`.
    pub fn new(from: Option<Timestamp>, until: Option<Timestamp>) -> Result<Self, BadWindow> {
        match (from, until) {
            (None, None) => Err(BadWindow::Endless),
            (Some(from), Some(until)) if from >= until => Err(BadWindow::Empty),
            _ => Ok(Self { from, until }),
        }
    }

    /// Whether `now` lies in the window.
    pub fn contains(self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| now >= from) && self.until.is_none_or(|until| now < until)
    }

    fn meets(self, other: Self) -> bool {
        let before = |from: Option<Timestamp>, until: Option<Timestamp>| match (from, until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        };
        before(self.from, other.until) && before(other.from, self.until)
    }
}

impl fmt::Display for DateWindow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.until) {
            (Some(from), Some(until)) => write!(out, "a time from {from} until {until}"),
            (Some(from), None) => write!(out, "a time from {from}"),
            (None, Some(until)) => write!(out, "a time until {until}"),
            (None, None) => out.write_str("any time"),
        }
    }
}
