//! Reads a catalogue file: products, their stock, and coupons.
//!
//! Two shapes are one: the plain product list that shop demos use (`id`, `name`, `picture`, `priceUsd`,
//! `categories`) and our own richer one (`sku`, `title`, `image`, `price`, `tags`, `stock`, `taxCategory`,
//! `weightGrams`, `requiresDelivery`, `compareAt`, and `coupons`). What is absent is harmless: no stock means
//! not tracked, no tax category the standard one, no weight none. What is wrong is not: then nothing is loaded,
//! and every problem of the file is told at once.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use super::fields::Fields;
pub use super::fields::LoadProblem;
use crate::domain::coupon::{Benefit, Coupon};
use crate::domain::ids::{Code, Sku};
use crate::domain::product::{Product, TaxCategory};
use crate::domain::text;

/// The most products and the most coupons of a file.
pub const MAX_ENTRIES: usize = 10_000;
const MAX_TITLE_BYTES: usize = 200;
const MAX_IMAGE_BYTES: usize = 1_000;
const MAX_DESCRIPTION_BYTES: usize = 10_000;
const MAX_TAG_BYTES: usize = 64;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// The products, in the order of the file.
    pub products: Vec<Product>,
    /// The coupons, in the order of the file.
    pub coupons: Vec<Coupon>,
    /// How many there are of each product that is tracked.
    pub stock: Vec<(Sku, u32)>,
}

/// Everything that is wrong with a file; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The problems, in the order of the file.
    pub problems: Vec<LoadProblem>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "nothing was loaded; the catalogue has {} problem(s):", self.problems.len())?;
        self.problems.iter().try_for_each(|problem| write!(out, "\n- {problem}"))
    }
}

impl std::error::Error for LoadError {}

/// Reads a file's text.
pub fn load(file: &str) -> Result<Loaded, LoadError> {
    let mut problems = Vec::new();
    let parsed: Result<Value, _> = serde_json::from_str(file.trim_start_matches('\u{feff}'));
    let value = parsed.unwrap_or_else(|error| {
        problems.push(of_file("(all)", format!("it is not JSON: {error}")));
        Value::Null
    });
    let mut loaded = Loaded::default();
    match &value {
        Value::Object(file) => read_file(file, &mut loaded, &mut problems),
        Value::Null if !problems.is_empty() => {}
        _ => problems.push(of_file("(all)", "give an object with products and coupons".to_owned())),
    }
    if problems.is_empty() { Ok(loaded) } else { Err(LoadError { problems }) }
}

fn of_file(field: &str, remedy: String) -> LoadProblem {
    LoadProblem { subject: "file".to_owned(), field: field.to_owned(), remedy }
}

fn read_file(file: &Map<String, Value>, loaded: &mut Loaded, problems: &mut Vec<LoadProblem>) {
    let mut fields = Fields::new("file".to_owned(), file);
    let products = fields.required(&["products"]).and_then(|field| entries(&mut fields, field));
    let coupons = fields.take(&["coupons"]).and_then(|field| entries(&mut fields, field));
    problems.extend(fields.finish());

    let mut skus = BTreeSet::new();
    for (place, entry) in products.unwrap_or_default().iter().enumerate() {
        let name = entry.get("sku").or_else(|| entry.get("id"));
        let Some(mut fields) = entry_fields("product", "products", place, name, entry, problems) else {
            continue;
        };
        if let Some((product, stock)) = read_product(&mut fields) {
            if !skus.insert(product.sku.clone()) {
                fields.problem("sku", "another product has it: give each its own");
            }
            loaded.stock.extend(stock.map(|count| (product.sku.clone(), count)));
            loaded.products.push(product);
        }
        problems.extend(fields.finish());
    }
    let mut codes = BTreeSet::new();
    for (place, entry) in coupons.unwrap_or_default().iter().enumerate() {
        let name = entry.get("code");
        let Some(mut fields) = entry_fields("coupon", "coupons", place, name, entry, problems) else {
            continue;
        };
        if let Some(coupon) = read_coupon(&mut fields) {
            if !codes.insert(coupon.code.clone()) {
                fields.problem("code", "another coupon has it: give each its own");
            }
            loaded.coupons.push(coupon);
        }
        problems.extend(fields.finish());
    }
}

fn entries<'a>(fields: &mut Fields<'a>, (name, value): (&'static str, &'a Value)) -> Option<&'a [Value]> {
    let list = value.as_array().map(Vec::as_slice).filter(|list| list.len() <= MAX_ENTRIES);
    if list.is_none() {
        fields.problem(name, format!("give a list of at most {MAX_ENTRIES}"));
    }
    list
}

/// The fields of an entry, which is called by its own name and by its place.
fn entry_fields<'a>(
    what: &str,
    list: &str,
    place: usize,
    name: Option<&Value>,
    entry: &'a Value,
    problems: &mut Vec<LoadProblem>,
) -> Option<Fields<'a>> {
    let name = name.and_then(Value::as_str).filter(|name| text::check(name, MAX_TAG_BYTES).is_ok());
    let subject =
        name.map_or(format!("{what} {list}[{place}]"), |name| format!("{what} {name} ({list}[{place}])"));
    let Some(object) = entry.as_object() else {
        problems.push(LoadProblem {
            subject,
            field: "(all)".to_owned(),
            remedy: "give an object".to_owned(),
        });
        return None;
    };
    Some(Fields::new(subject, object))
}

fn read_product(fields: &mut Fields<'_>) -> Option<(Product, Option<u32>)> {
    let sku = fields.required(&["sku", "id"]).and_then(|field| fields.parsed(field));
    let title = fields.required(&["title", "name"]).and_then(|field| fields.text(field, MAX_TITLE_BYTES));
    let unit_price = fields.required(&["price", "priceUsd"]).and_then(|field| fields.money(field));
    let compare_at = fields.take(&["compareAt"]).and_then(|field| fields.money(field));
    let image = fields.take(&["image", "picture"]).and_then(|field| fields.text(field, MAX_IMAGE_BYTES));
    let tax_category = fields.take(&["taxCategory"]).and_then(|field| fields.parsed(field));
    let weight_grams = fields.count(&["weightGrams"]);
    let requires_delivery = fields.flag("requiresDelivery");
    let stock = fields.count(&["stock"]);
    let mut tags: BTreeSet<Tag> = fields.list("tags");
    tags.extend(fields.list::<Tag>("categories"));
    // A description is for a shop's pages; the checkout shows none.
    let _description =
        fields.take(&["description"]).and_then(|field| fields.text(field, MAX_DESCRIPTION_BYTES));

    let (sku, title, unit_price): (Sku, _, _) = (sku?, title?, unit_price?);
    if title.trim().is_empty() {
        fields.problem("title", "give a title");
    }
    if compare_at.is_some_and(|compare_at| compare_at.currency != unit_price.currency) {
        fields.problem("compareAt", "give it in the currency of the price");
    }
    let product = Product {
        sku,
        title: title.to_owned(),
        unit_price,
        compare_at,
        image: image.map(str::to_owned),
        tax_category: tax_category.unwrap_or(TaxCategory::Standard),
        weight_grams: weight_grams.unwrap_or_default(),
        requires_delivery: requires_delivery.unwrap_or(true),
        tags: tags.into_iter().map(|tag| tag.0).collect(),
        tracked: stock.is_some(),
    };
    Some((product, stock))
}

fn read_coupon(fields: &mut Fields<'_>) -> Option<Coupon> {
    let code = fields.required(&["code"]).and_then(|field| fields.parsed::<Code>(field));
    let reason = fields.take(&["reason"]).and_then(|field| fields.text(field, MAX_TITLE_BYTES));
    let benefit = match fields.required(&["percent", "amount"]) {
        Some(field @ ("percent", _)) => fields.parsed(field).map(Benefit::Percent),
        Some(field) => fields.money(field).map(Benefit::Fixed),
        None => None,
    };
    let minimum_subtotal = fields.take(&["minimumSubtotal"]).and_then(|field| fields.money(field));
    let limit = fields.count(&["limit"]);
    let starts_at = fields.take(&["startsAt"]).and_then(|field| fields.parsed(field));
    let ends_at = fields.take(&["endsAt"]).and_then(|field| fields.parsed(field));
    let excluded_skus = fields.list("excludedSkus");
    let excluded_tags: BTreeSet<Tag> = fields.list("excludedTags");

    let (code, benefit) = (code?, benefit?);
    let coupon = Coupon {
        code,
        reason: reason.unwrap_or_default().to_owned(),
        benefit,
        minimum_subtotal,
        limit,
        starts_at,
        ends_at,
        excluded_skus,
        excluded_tags: excluded_tags.into_iter().map(|tag| tag.0).collect(),
    };
    if let Err(problem) = coupon.benefit_in_bounds() {
        fields.problem("percent", problem.to_string());
    }
    if starts_at.zip(ends_at).is_some_and(|(starts_at, ends_at)| ends_at <= starts_at) {
        fields.problem("endsAt", "give an instant after startsAt");
    }
    if let (Benefit::Fixed(amount), Some(minimum)) = (benefit, minimum_subtotal)
        && amount.currency != minimum.currency
    {
        fields.problem("minimumSubtotal", "give it in the currency of the amount");
    }
    Some(coupon)
}

/// A tag: any short text.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Tag(String);

impl FromStr for Tag {
    type Err = text::TextProblem;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text::check(text, MAX_TAG_BYTES).map(|()| Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
