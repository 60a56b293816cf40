//! The parts of a quote: discounts, taxes, sums. Their amounts are below the quote's currency.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::explanation::{ExplanationShape, Own};
use super::scalar::{Text, Word};
use crate::domain::ids::Code;
use crate::domain::pricing::{AppliedTax, LineDiscount, QuoteDiscount, TaxLine, TaxStanding, Totals};
use crate::domain::product::TaxCategory;

/// What a coupon took off a line, or in all.
#[derive(Serialize, Deserialize)]
pub(super) struct DiscountShape {
    code: Text<Code>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    amount: Amount,
    base: Amount,
    explanation: ExplanationShape,
}

impl DiscountShape {
    /// The shape of what was taken off a line.
    pub fn of_line(discount: &LineDiscount, own: Own) -> Self {
        let LineDiscount { code, reason, amount, base, explanation } = discount;
        Self {
            code: Text(code.clone()),
            reason: reason.clone(),
            amount: own.amount(*amount),
            base: own.amount(*base),
            explanation: ExplanationShape::of(explanation, own),
        }
    }

    /// The shape of what was taken off in all.
    pub fn of_quote(discount: &QuoteDiscount, own: Own) -> Self {
        let QuoteDiscount { code, reason, amount, base, explanation } = discount;
        Self {
            code: Text(code.clone()),
            reason: reason.clone(),
            amount: own.amount(*amount),
            base: own.amount(*base),
            explanation: ExplanationShape::of(explanation, own),
        }
    }

    /// What was taken off a line.
    pub fn within_line(self, own: Own) -> LineDiscount {
        LineDiscount {
            code: self.code.0,
            reason: self.reason,
            amount: own.money(self.amount),
            base: own.money(self.base),
            explanation: self.explanation.within(own),
        }
    }

    /// What was taken off in all.
    pub fn within_quote(self, own: Own) -> QuoteDiscount {
        QuoteDiscount {
            code: self.code.0,
            reason: self.reason,
            amount: own.money(self.amount),
            base: own.money(self.base),
            explanation: self.explanation.within(own),
        }
    }
}

/// The tax of one rate on one line or group.
#[derive(Serialize, Deserialize)]
pub(super) struct AppliedTaxShape {
    name: String,
    jurisdiction: String,
    percent: Text<Decimal>,
    tax: Amount,
    explanation: ExplanationShape,
}

impl AppliedTaxShape {
    /// The shape within a quote.
    pub fn of(applied: &AppliedTax, own: Own) -> Self {
        let AppliedTax { name, jurisdiction, percent, tax, explanation } = applied;
        Self {
            name: name.clone(),
            jurisdiction: jurisdiction.clone(),
            percent: Text(*percent),
            tax: own.amount(*tax),
            explanation: ExplanationShape::of(explanation, own),
        }
    }

    /// The tax within a quote.
    pub fn within(self, own: Own) -> AppliedTax {
        AppliedTax {
            name: self.name,
            jurisdiction: self.jurisdiction,
            percent: self.percent.0,
            tax: own.money(self.tax),
            explanation: self.explanation.within(own),
        }
    }
}

/// The tax of one rate in the whole order.
#[derive(Serialize, Deserialize)]
pub(super) struct TaxLineShape {
    jurisdiction: String,
    category: Word<TaxCategory>,
    name: String,
    percent: Text<Decimal>,
    taxable: Amount,
    tax: Amount,
}

impl TaxLineShape {
    /// The shape within a quote.
    pub fn of(line: &TaxLine, own: Own) -> Self {
        let TaxLine { jurisdiction, category, name, percent, taxable, tax } = line;
        Self {
            jurisdiction: jurisdiction.clone(),
            category: Word(*category),
            name: name.clone(),
            percent: Text(*percent),
            taxable: own.amount(*taxable),
            tax: own.amount(*tax),
        }
    }

    /// The tax line within a quote.
    pub fn within(self, own: Own) -> TaxLine {
        TaxLine {
            jurisdiction: self.jurisdiction,
            category: self.category.0,
            name: self.name,
            percent: self.percent.0,
            taxable: own.money(self.taxable),
            tax: own.money(self.tax),
        }
    }
}

/// How far the tax is known.
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum TaxStandingShape {
    Known,
    Exempt { reason: String },
    NotYetKnown,
}

impl From<&TaxStanding> for TaxStandingShape {
    fn from(standing: &TaxStanding) -> Self {
        match standing {
            TaxStanding::Known => Self::Known,
            TaxStanding::Exempt { reason } => Self::Exempt { reason: reason.clone() },
            TaxStanding::NotYetKnown => Self::NotYetKnown,
        }
    }
}

impl From<TaxStandingShape> for TaxStanding {
    fn from(shape: TaxStandingShape) -> Self {
        match shape {
            TaxStandingShape::Known => Self::Known,
            TaxStandingShape::Exempt { reason } => Self::Exempt { reason },
            TaxStandingShape::NotYetKnown => Self::NotYetKnown,
        }
    }
}

/// The sums.
#[derive(Serialize, Deserialize)]
pub(super) struct TotalsShape {
    subtotal: Amount,
    discount: Amount,
    delivery: Amount,
    tax: Amount,
    total: Amount,
}

impl TotalsShape {
    /// The shape within a quote.
    pub fn of(totals: Totals, own: Own) -> Self {
        let Totals { subtotal, discount, delivery, tax, total } = totals;
        Self {
            subtotal: own.amount(subtotal),
            discount: own.amount(discount),
            delivery: own.amount(delivery),
            tax: own.amount(tax),
            total: own.amount(total),
        }
    }

    /// The sums within a quote.
    pub fn within(self, own: Own) -> Totals {
        Totals {
            subtotal: own.money(self.subtotal),
            discount: own.money(self.discount),
            delivery: own.money(self.delivery),
            tax: own.money(self.tax),
            total: own.money(self.total),
        }
    }
}
