//! Products: rows of the catalogue, and the snapshots that lines keep.

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::scalar::{Text, Version, Word, is_false, is_zero};
use crate::domain::currency::Currency;
use crate::domain::ids::Sku;
use crate::domain::money::Money;
use crate::domain::product::{Product, TaxCategory};

/// A product as a row of its own.
#[derive(Serialize, Deserialize)]
pub(super) struct ProductRowShape {
    v: Version,
    product: ProductShape,
}

impl From<&Product> for ProductRowShape {
    fn from(product: &Product) -> Self {
        Self { v: Version, product: product.into() }
    }
}

impl From<ProductRowShape> for Product {
    fn from(ProductRowShape { v: Version, product }: ProductRowShape) -> Self {
        product.into()
    }
}

/// A product. Its amounts are in `currency`.
#[derive(Serialize, Deserialize)]
pub(super) struct ProductShape {
    sku: Text<Sku>,
    title: String,
    currency: Text<Currency>,
    unit_price: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    compare_at: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    tax_category: Word<TaxCategory>,
    #[serde(default, skip_serializing_if = "is_zero")]
    weight_grams: u32,
    requires_delivery: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    tracked: bool,
}

impl From<&Product> for ProductShape {
    fn from(product: &Product) -> Self {
        let Product {
            sku,
            title,
            unit_price,
            compare_at,
            image,
            tax_category,
            weight_grams,
            requires_delivery,
            tags,
            tracked,
        } = product.clone();
        Self {
            sku: Text(sku),
            title,
            currency: Text(unit_price.currency),
            unit_price: unit_price.minor,
            compare_at: compare_at.map(|amount| Amount::below(unit_price.currency, amount)),
            image,
            tax_category: Word(tax_category),
            weight_grams,
            requires_delivery,
            tags: tags.into_iter().collect(),
            tracked,
        }
    }
}

impl From<ProductShape> for Product {
    fn from(shape: ProductShape) -> Self {
        let own = shape.currency.0;
        Self {
            sku: shape.sku.0,
            title: shape.title,
            unit_price: Money::new(shape.unit_price, own),
            compare_at: shape.compare_at.map(|amount| amount.in_currency(own)),
            image: shape.image,
            tax_category: shape.tax_category.0,
            weight_grams: shape.weight_grams,
            requires_delivery: shape.requires_delivery,
            tags: shape.tags.into_iter().collect(),
            tracked: shape.tracked,
        }
    }
}
