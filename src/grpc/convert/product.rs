//! Products as lines show them, and what lines have in common.

use super::money::amount;
use crate::domain::cart::CartLine;
use crate::domain::ids::Code;
use crate::domain::pricing::{AppliedTax, LineDiscount, QuoteDiscount, TaxLine};
use crate::domain::product::Product;
use crate::proto::cashwrap::v1;
use rust_decimal::Decimal;

/// A product as it was copied onto a line.
pub fn snapshot(product: &Product) -> v1::ProductSnapshot {
    v1::ProductSnapshot {
        title: product.title.clone(),
        unit_price: Some(amount(product.unit_price)),
        compare_at_price: product.compare_at.map(amount),
        tax_category: product.tax_category.as_str().to_owned(),
        weight_grams: i64::from(product.weight_grams),
        requires_delivery: product.requires_delivery,
        tags: product.tags.iter().cloned().collect(),
        image_uri: product.image.clone().unwrap_or_default(),
    }
}

/// A discount on a line.
pub fn line_discount(discount: &LineDiscount) -> v1::Discount {
    v1::Discount {
        code: discount.code.to_string(),
        reason: discount.reason.clone(),
        amount: Some(amount(discount.amount)),
    }
}

/// A discount on the whole.
pub fn quote_discount(discount: &QuoteDiscount) -> v1::Discount {
    v1::Discount {
        code: discount.code.to_string(),
        reason: discount.reason.clone(),
        amount: Some(amount(discount.amount)),
    }
}

/// A tax on a line or a delivery group that costs `net` without it.
pub fn applied_tax(tax: &AppliedTax, net: crate::domain::money::Money, included: bool) -> v1::TaxLine {
    v1::TaxLine {
        rate: fraction(tax.percent),
        title: tax.name.clone(),
        taxable_amount: Some(amount(net)),
        amount: Some(amount(tax.tax)),
        included,
        jurisdiction: tax.jurisdiction.clone(),
    }
}

/// A tax on the whole.
pub fn tax_line(tax: &TaxLine, included: bool) -> v1::TaxLine {
    v1::TaxLine {
        rate: fraction(tax.percent),
        title: tax.name.clone(),
        taxable_amount: Some(amount(tax.taxable)),
        amount: Some(amount(tax.tax)),
        included,
        jurisdiction: tax.jurisdiction.clone(),
    }
}

/// What changed of the lines' prices since they were added.
pub fn price_warnings(lines: &[CartLine]) -> Vec<v1::Warning> {
    lines
        .iter()
        .filter(|line| line.product.unit_price != line.unit_price_when_added)
        .map(|line| v1::Warning {
            code: "PRICE_CHANGED".to_owned(),
            line_id: line.id.to_string(),
            parameters: [
                ("from".to_owned(), line.unit_price_when_added.to_string()),
                ("to".to_owned(), line.product.unit_price.to_string()),
            ]
            .into_iter()
            .collect(),
        })
        .collect()
}

/// A code that takes nothing off, and why.
pub fn code_warning(code: &Code, reason: &str) -> v1::Warning {
    let parameters = [("code".to_owned(), code.to_string()), ("reason".to_owned(), reason.to_owned())];
    v1::Warning {
        code: "CODE_NOT_APPLIED".to_owned(),
        line_id: String::new(),
        parameters: parameters.into_iter().collect(),
    }
}

/// 19 % as `0.19`.
fn fraction(percent: Decimal) -> String {
    (percent / Decimal::ONE_HUNDRED).normalize().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_decimal_fraction() {
        for (percent, shown) in [("19", "0.19"), ("7.7", "0.077"), ("0", "0"), ("100.00", "1")] {
            assert_eq!(fraction(percent.parse().unwrap()), shown);
        }
    }
}
