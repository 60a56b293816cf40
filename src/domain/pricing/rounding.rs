//! How a fraction of a minor unit becomes a whole one: in which direction, and at which level of the order.
//!
//! Both are explicit and stored on the order, because a refund must round as the sale did.

use std::fmt;
use std::str::FromStr;

/// Where a half goes. What is not a half goes to the nearer side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum RoundingMode {
    /// To the even neighbour.
    HalfEven,
    /// Away from zero, as most tax offices have it.
    #[default]
    HalfUp,
    /// Towards zero.
    HalfDown,
}

/// What is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum RoundingLevel {
    /// The tax of each single unit.
    Unit,
    /// The tax of each line and each delivery charge.
    #[default]
    Line,
    /// The tax of each rate over the whole order, delivery included; lines then get shares of it.
    Order,
}

/// How an order is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct RoundingPolicy {
    /// Where a half goes.
    pub mode: RoundingMode,
    /// What is rounded.
    pub level: RoundingLevel,
}

/// The text names no rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a rounding: use half-even, half-up or half-down, and unit, line or order")]
pub struct UnknownRounding;

impl RoundingMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::HalfEven, Self::HalfUp, Self::HalfDown];

    /// The mode as it stands in settings, on orders and in the digest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HalfEven => "half-even",
            Self::HalfUp => "half-up",
            Self::HalfDown => "half-down",
        }
    }
}

impl RoundingLevel {
    /// Every level.
    pub const ALL: [Self; 3] = [Self::Unit, Self::Line, Self::Order];

    /// The level as it stands in settings, on orders and in the digest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Line => "line",
            Self::Order => "order",
        }
    }
}

impl FromStr for RoundingMode {
    type Err = UnknownRounding;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text).ok_or(UnknownRounding)
    }
}

impl FromStr for RoundingLevel {
    type Err = UnknownRounding;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|level| level.as_str() == text).ok_or(UnknownRounding)
    }
}

impl fmt::Display for RoundingPolicy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} per {}", self.mode.as_str(), self.level.as_str())
    }
}
