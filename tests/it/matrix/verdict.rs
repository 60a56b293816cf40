//! What the vendors' books make of a purchase, and of what was wished for after it.

use std::fmt;

/// What is to come of the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// All of it is taken.
    Taken,
    /// It is held, and then given back before it was taken.
    Released,
    /// It is taken, and then given back.
    Refunded,
}

/// What is found in the end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    /// What the order costs.
    pub amount: i64,
    /// Orders there are.
    pub orders: usize,
    /// The buyer was told of an order.
    pub told: bool,
    /// Held, taken and given back at the vendor.
    pub here: [i64; 3],
    /// The same at the backup.
    pub there: [i64; 3],
    /// Something has not ended and nobody is told of it.
    pub open: bool,
    /// A person is asked to look.
    pub review: bool,
}

const fn charged([held, taken, back]: [i64; 3]) -> i64 {
    held + taken - back
}

impl Found {
    /// Whether something is yet to come of the money of an order.
    pub fn due(&self, aim: Aim) -> bool {
        let due = if aim == Aim::Taken { self.amount } else { 0 };
        charged(self.here) + charged(self.there) != due || self.here[0] + self.there[0] != 0
    }
}

/// What it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The call that the fault was for was never made: this machine was too slow, and the purchase went another way.
    Untouched,
    /// Everything came to pass at the vendor.
    Sold,
    /// Everything came to pass at the backup.
    SoldAtBackup,
    /// There is no order, and nothing is held or taken.
    NotSold,
    /// A person is told.
    Review,
    /// Charged twice, or more than was asked for.
    Double(String),
    /// Charged without an order, or an order that is not there.
    Lost(String),
    /// Not at its end, and nobody is told.
    Stuck(String),
}

impl Verdict {
    /// What it is, from what was found.
    pub fn of(found: &Found, aim: Aim) -> Self {
        let (here, there) = (charged(found.here), charged(found.there));
        let all = here + there;
        let shown = || format!("{found:?}");
        if found.orders > 1 || all > found.amount || (here > 0 && there > 0) {
            return Self::Double(shown());
        }
        if found.review {
            return Self::Review;
        }
        if found.open {
            return Self::Stuck(shown());
        }
        if found.orders == 0 {
            return match (found.told, all) {
                (false, 0) => Self::NotSold,
                _ => Self::Lost(shown()),
            };
        }
        if found.due(aim) {
            return Self::Stuck(shown());
        }
        if found.there == [0; 3] { Self::Sold } else { Self::SoldAtBackup }
    }

    /// Whether it must never be.
    pub const fn is_harm(&self) -> bool {
        matches!(self, Self::Double(_) | Self::Lost(_) | Self::Stuck(_))
    }

    /// More than the word.
    pub fn detail(&self) -> &str {
        match self {
            Self::Double(detail) | Self::Lost(detail) | Self::Stuck(detail) => detail,
            _ => "",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Untouched => "untouched",
            Self::Sold => "sold",
            Self::SoldAtBackup => "backup",
            Self::NotSold => "not sold",
            Self::Review => "review",
            Self::Double(_) => "DOUBLE",
            Self::Lost(_) => "LOST",
            Self::Stuck(_) => "STUCK",
        })
    }
}

#[test]
fn each_harm_is_told_from_the_others_and_from_an_end() {
    let sold = Found { amount: 10, orders: 1, told: true, here: [0, 10, 0], ..Found::default() };
    let word = |found: Found, aim| Verdict::of(&found, aim).to_string();
    assert_eq!(word(sold, Aim::Taken), "sold");
    assert_eq!(word(Found { here: [0; 3], there: [0, 10, 0], ..sold }, Aim::Taken), "backup");
    assert_eq!(word(Found { there: [10, 0, 0], ..sold }, Aim::Taken), "DOUBLE");
    assert_eq!(word(Found { there: [10, 0, 0], review: true, ..sold }, Aim::Taken), "DOUBLE");
    assert_eq!(word(Found { here: [0, 11, 0], ..sold }, Aim::Taken), "DOUBLE");
    assert_eq!(word(Found { orders: 0, told: false, ..sold }, Aim::Taken), "LOST");
    assert_eq!(word(Found { orders: 0, here: [0; 3], ..sold }, Aim::Taken), "LOST");
    assert_eq!(word(Found { here: [10, 0, 0], ..sold }, Aim::Taken), "STUCK");
    assert_eq!(word(Found { open: true, ..sold }, Aim::Taken), "STUCK");
    assert_eq!(word(Found { here: [10, 0, 0], review: true, ..sold }, Aim::Taken), "review");
    assert_eq!(word(Found { here: [0, 10, 10], ..sold }, Aim::Refunded), "sold");
    assert_eq!(word(Found { orders: 0, told: false, here: [0; 3], ..sold }, Aim::Taken), "not sold");
}
