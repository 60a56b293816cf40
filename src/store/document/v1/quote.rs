//! Quotes. One currency and one rounding are stated at the top, and what is below leaves them out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::coupon_problem::CouponProblemShape;
use super::degraded::DegradedShape;
use super::explanation::{ExplanationShape, Own, RoundingShape};
use super::quoted_parts::{AppliedTaxShape, DiscountShape, TaxLineShape, TaxStandingShape, TotalsShape};
use super::scalar::{Text, Word, is_false, shapes, values};
use crate::domain::checkout::Quoted;
use crate::domain::currency::Currency;
use crate::domain::ids::{Code, LineId, Sku};
use crate::domain::pricing::{Quote, QuotedDelivery, QuotedLine, RefusedCoupon};
use crate::domain::product::TaxCategory;

/// A quote and until when it holds.
#[derive(Serialize, Deserialize)]
pub(super) struct QuotedShape {
    quote: QuoteShape,
    #[serde(default, skip_serializing_if = "is_false")]
    estimated: bool,
    tax_source: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    degraded: Vec<DegradedShape>,
    digest: String,
    expires_at: Text<Timestamp>,
}

impl From<&Quoted> for QuotedShape {
    fn from(quoted: &Quoted) -> Self {
        let Quoted { quote, estimated, tax_source, degraded, digest, expires_at } = quoted;
        Self {
            quote: quote.into(),
            estimated: *estimated,
            tax_source: tax_source.clone(),
            degraded: shapes(degraded),
            digest: digest.clone(),
            expires_at: Text(*expires_at),
        }
    }
}

impl From<QuotedShape> for Quoted {
    fn from(shape: QuotedShape) -> Self {
        Self {
            quote: shape.quote.into(),
            estimated: shape.estimated,
            tax_source: shape.tax_source,
            degraded: values(shape.degraded),
            digest: shape.digest,
            expires_at: shape.expires_at.0,
        }
    }
}

/// A quote.
#[derive(Serialize, Deserialize)]
struct QuoteShape {
    currency: Text<Currency>,
    prices_include_tax: bool,
    rounding: RoundingShape,
    lines: Vec<QuotedLineShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    delivery: Vec<QuotedDeliveryShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    discounts: Vec<DiscountShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refused: Vec<RefusedShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tax_lines: Vec<TaxLineShape>,
    tax: TaxStandingShape,
    totals: TotalsShape,
}

/// A coupon that took nothing off.
#[derive(Serialize, Deserialize)]
struct RefusedShape {
    code: Text<Code>,
    problem: CouponProblemShape,
}

impl From<&Quote> for QuoteShape {
    fn from(quote: &Quote) -> Self {
        let Quote {
            currency,
            prices_include_tax,
            rounding,
            lines,
            delivery,
            discounts,
            refused,
            tax_lines,
            tax,
            totals,
        } = quote;
        let own = Own { currency: *currency, rounding: *rounding };
        let refused = refused.iter().map(|RefusedCoupon { code, problem }| RefusedShape {
            code: Text(code.clone()),
            problem: problem.into(),
        });
        Self {
            currency: Text(*currency),
            prices_include_tax: *prices_include_tax,
            rounding: (*rounding).into(),
            lines: lines.iter().map(|line| QuotedLineShape::of(line, own)).collect(),
            delivery: delivery.iter().map(|group| QuotedDeliveryShape::of(group, own)).collect(),
            discounts: discounts.iter().map(|each| DiscountShape::of_quote(each, own)).collect(),
            refused: refused.collect(),
            tax_lines: tax_lines.iter().map(|line| TaxLineShape::of(line, own)).collect(),
            tax: tax.into(),
            totals: TotalsShape::of(*totals, own),
        }
    }
}

impl From<QuoteShape> for Quote {
    fn from(shape: QuoteShape) -> Self {
        let own = Own { currency: shape.currency.0, rounding: shape.rounding.into() };
        let refused = shape
            .refused
            .into_iter()
            .map(|each| RefusedCoupon { code: each.code.0, problem: each.problem.into() });
        Self {
            currency: own.currency,
            prices_include_tax: shape.prices_include_tax,
            rounding: own.rounding,
            lines: shape.lines.into_iter().map(|line| line.within(own)).collect(),
            delivery: shape.delivery.into_iter().map(|group| group.within(own)).collect(),
            discounts: shape.discounts.into_iter().map(|each| each.within_quote(own)).collect(),
            refused: refused.collect(),
            tax_lines: shape.tax_lines.into_iter().map(|line| line.within(own)).collect(),
            tax: shape.tax.into(),
            totals: shape.totals.within(own),
        }
    }
}

/// A priced line.
#[derive(Serialize, Deserialize)]
struct QuotedLineShape {
    id: Text<LineId>,
    sku: Text<Sku>,
    quantity: u32,
    unit_price: Amount,
    tax_category: Word<TaxCategory>,
    subtotal: Amount,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    discounts: Vec<DiscountShape>,
    net: Amount,
    tax: Amount,
    gross: Amount,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taxes: Vec<AppliedTaxShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_explanation: Option<ExplanationShape>,
}

impl QuotedLineShape {
    fn of(line: &QuotedLine, own: Own) -> Self {
        let QuotedLine {
            id,
            sku,
            quantity,
            unit_price,
            tax_category,
            subtotal,
            discounts,
            net,
            tax,
            gross,
            taxes,
            tax_explanation,
        } = line;
        Self {
            id: Text(*id),
            sku: Text(sku.clone()),
            quantity: *quantity,
            unit_price: own.amount(*unit_price),
            tax_category: Word(*tax_category),
            subtotal: own.amount(*subtotal),
            discounts: discounts.iter().map(|each| DiscountShape::of_line(each, own)).collect(),
            net: own.amount(*net),
            tax: own.amount(*tax),
            gross: own.amount(*gross),
            taxes: taxes.iter().map(|each| AppliedTaxShape::of(each, own)).collect(),
            tax_explanation: tax_explanation.as_ref().map(|each| ExplanationShape::of(each, own)),
        }
    }

    fn within(self, own: Own) -> QuotedLine {
        QuotedLine {
            id: self.id.0,
            sku: self.sku.0,
            quantity: self.quantity,
            unit_price: own.money(self.unit_price),
            tax_category: self.tax_category.0,
            subtotal: own.money(self.subtotal),
            discounts: self.discounts.into_iter().map(|each| each.within_line(own)).collect(),
            net: own.money(self.net),
            tax: own.money(self.tax),
            gross: own.money(self.gross),
            taxes: self.taxes.into_iter().map(|each| each.within(own)).collect(),
            tax_explanation: self.tax_explanation.map(|each| each.within(own)),
        }
    }
}

/// A priced delivery group.
#[derive(Serialize, Deserialize)]
struct QuotedDeliveryShape {
    id: String,
    amount: Amount,
    tax_category: Word<TaxCategory>,
    net: Amount,
    tax: Amount,
    gross: Amount,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taxes: Vec<AppliedTaxShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_explanation: Option<ExplanationShape>,
}

impl QuotedDeliveryShape {
    fn of(delivery: &QuotedDelivery, own: Own) -> Self {
        let QuotedDelivery { id, amount, tax_category, net, tax, gross, taxes, tax_explanation } = delivery;
        Self {
            id: id.clone(),
            amount: own.amount(*amount),
            tax_category: Word(*tax_category),
            net: own.amount(*net),
            tax: own.amount(*tax),
            gross: own.amount(*gross),
            taxes: taxes.iter().map(|each| AppliedTaxShape::of(each, own)).collect(),
            tax_explanation: tax_explanation.as_ref().map(|each| ExplanationShape::of(each, own)),
        }
    }

    fn within(self, own: Own) -> QuotedDelivery {
        QuotedDelivery {
            id: self.id,
            amount: own.money(self.amount),
            tax_category: self.tax_category.0,
            net: own.money(self.net),
            tax: own.money(self.tax),
            gross: own.money(self.gross),
            taxes: self.taxes.into_iter().map(|each| each.within(own)).collect(),
            tax_explanation: self.tax_explanation.map(|each| each.within(own)),
        }
    }
}
