//! How an amount of a quote came to be.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::scalar::{Text, Word};
use crate::domain::currency::Currency;
use crate::domain::money::Money;
use crate::domain::pricing::{Explanation, RoundingLevel, RoundingMode, RoundingPolicy, Rule, Share};

/// What a quote states once for all that is in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    /// The currency of its amounts.
    pub currency: Currency,
    /// How it is rounded.
    pub rounding: RoundingPolicy,
}

impl Own {
    /// The shape of an amount of the quote.
    pub fn amount(self, money: Money) -> Amount {
        Amount::below(self.currency, money)
    }

    /// An amount of the quote.
    pub fn money(self, amount: Amount) -> Money {
        amount.in_currency(self.currency)
    }
}

/// How something is rounded.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct RoundingShape {
    mode: Word<RoundingMode>,
    level: Word<RoundingLevel>,
}

impl From<RoundingPolicy> for RoundingShape {
    fn from(RoundingPolicy { mode, level }: RoundingPolicy) -> Self {
        Self { mode: Word(mode), level: Word(level) }
    }
}

impl From<RoundingShape> for RoundingPolicy {
    fn from(shape: RoundingShape) -> Self {
        Self { mode: shape.mode.0, level: shape.level.0 }
    }
}

/// How an amount came to be. The rounding is the quote's where it is left out.
#[derive(Serialize, Deserialize)]
pub(super) struct ExplanationShape {
    rule: RuleShape,
    base: Amount,
    exact_minor: Text<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rounding: Option<RoundingShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<ShareShape>,
}

/// The rule: `{"percent_off": "10"}`, `"tax_given"`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RuleShape {
    PercentOff(Text<Decimal>),
    FixedOff(Amount),
    TaxAdded(Text<Decimal>),
    TaxContained(Text<Decimal>),
    TaxGiven,
}

/// A share of a sum.
#[derive(Serialize, Deserialize)]
struct ShareShape {
    of: Amount,
    remainder_minor: i64,
}

impl ExplanationShape {
    /// The shape within a quote.
    pub fn of(explanation: &Explanation, own: Own) -> Self {
        let Explanation { rule, base, exact_minor, rounding, share } = *explanation;
        Self {
            rule: match rule {
                Rule::PercentOff(percent) => RuleShape::PercentOff(Text(percent)),
                Rule::FixedOff(amount) => RuleShape::FixedOff(own.amount(amount)),
                Rule::TaxAdded(percent) => RuleShape::TaxAdded(Text(percent)),
                Rule::TaxContained(percent) => RuleShape::TaxContained(Text(percent)),
                Rule::TaxGiven => RuleShape::TaxGiven,
            },
            base: own.amount(base),
            exact_minor: Text(exact_minor),
            rounding: (rounding != own.rounding).then(|| rounding.into()),
            share: share
                .map(|Share { of, remainder_minor }| ShareShape { of: own.amount(of), remainder_minor }),
        }
    }

    /// The explanation within a quote.
    pub fn within(self, own: Own) -> Explanation {
        Explanation {
            rule: match self.rule {
                RuleShape::PercentOff(percent) => Rule::PercentOff(percent.0),
                RuleShape::FixedOff(amount) => Rule::FixedOff(own.money(amount)),
                RuleShape::TaxAdded(percent) => Rule::TaxAdded(percent.0),
                RuleShape::TaxContained(percent) => Rule::TaxContained(percent.0),
                RuleShape::TaxGiven => Rule::TaxGiven,
            },
            base: own.money(self.base),
            exact_minor: self.exact_minor.0,
            rounding: self.rounding.map_or(own.rounding, Into::into),
            share: self
                .share
                .map(|share| Share { of: own.money(share.of), remainder_minor: share.remainder_minor }),
        }
    }
}
