//! Files that load, and what is said of those that do not.

use proptest::prelude::*;

use super::*;
use crate::domain::money::Money;

fn problems(file: &str) -> Vec<(String, String)> {
    let problems = load(file).unwrap_err().problems;
    problems.into_iter().map(|problem| (problem.subject, problem.field)).collect()
}

/// A file of one product that costs 8 EUR, with more fields.
fn one(more: &str) -> String {
    let price = r#""price": {"currencyCode": "EUR", "units": 8}"#;
    format!(r#"{{"products": [{{"sku": "TEA", "title": "Tea", {price}{more}}}]}}"#)
}

fn field_of_one(more: &str) -> Vec<String> {
    let problems = problems(&one(more));
    assert!(problems.iter().all(|(subject, _)| subject == "product TEA (products[0])"), "{problems:?}");
    problems.into_iter().map(|(_, field)| field).collect()
}

#[test]
fn the_plain_shape_is_read_with_harmless_defaults() {
    let file = r#"{"products": [{"id": "A1", "name": "Cup", "description": "A cup.", "picture": "/cup.jpg",
        "priceUsd": {"currencyCode": "USD", "units": 19, "nanos": 990000000}, "categories": ["kitchen"]}]}"#;
    let expected = Product {
        sku: "A1".parse().unwrap(),
        title: "Cup".to_owned(),
        unit_price: Money::new(1_999, "USD".parse().unwrap()),
        compare_at: None,
        image: Some("/cup.jpg".to_owned()),
        tax_category: TaxCategory::Standard,
        weight_grams: 0,
        requires_delivery: true,
        tags: BTreeSet::from(["kitchen".to_owned()]),
        tracked: false,
    };
    let loaded = load(file).unwrap();
    assert_eq!(loaded.products, vec![expected]);
    assert_eq!((loaded.stock, loaded.coupons), (vec![], vec![]));
}

#[test]
fn the_rich_shape_is_read_whole() {
    let more = r#", "stock": 3, "taxCategory": "reduced", "weightGrams": 250, "requiresDelivery": false,
        "compareAt": {"currencyCode": "EUR", "units": "9", "nanos": 500000000}, "tags": ["tea", "sale"]"#;
    let loaded = load(&one(more)).unwrap();
    let product = &loaded.products[0];
    assert_eq!(loaded.stock, vec![("TEA".parse().unwrap(), 3)]);
    assert_eq!((product.tax_category, product.weight_grams), (TaxCategory::Reduced, 250));
    assert_eq!((product.requires_delivery, product.tracked), (false, true));
    assert_eq!(product.compare_at.map(|money| money.minor), Some(950));
}

#[test]
fn coupons_are_read_whole() {
    let file = r#"{"products": [], "coupons": [
        {"code": "TENTH", "reason": "A tenth off", "percent": "10", "limit": 1,
         "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2027-01-01T00:00:00Z",
         "excludedSkus": ["GIFT"], "excludedTags": ["sale"],
         "minimumSubtotal": {"currencyCode": "EUR", "units": 20}},
        {"code": "FIVE", "amount": {"currencyCode": "EUR", "units": 5}}]}"#;
    let coupons = load(file).unwrap().coupons;
    assert_eq!(coupons[0].benefit, Benefit::Percent(10.into()));
    assert_eq!((coupons[0].limit, coupons[0].excluded_skus.len()), (Some(1), 1));
    assert_eq!(coupons[0].minimum_subtotal.map(|money| money.minor), Some(2_000));
    assert_eq!(coupons[1].benefit, Benefit::Fixed(Money::new(500, "EUR".parse().unwrap())));
}

#[test]
fn each_wrong_field_is_named_with_its_product() {
    for (more, field) in [
        (r#", "stock": -1"#, "stock"),
        (r#", "stock": 1.5"#, "stock"),
        (r#", "stok": 1"#, "stok"),
        (r#", "taxCategory": "full""#, "taxCategory"),
        (r#", "weightGrams": "heavy""#, "weightGrams"),
        (r#", "requiresDelivery": "no""#, "requiresDelivery"),
        (r#", "tags": "tea""#, "tags"),
        (r#", "tags": [1]"#, "tags"),
        (r#", "image": 5"#, "image"),
        (r#", "compareAt": {"currencyCode": "USD", "units": 9}"#, "compareAt"),
        (r#", "compareAt": {"currencyCode": "EUR", "units": -9}"#, "compareAt.units"),
        (r#", "compareAt": {"currencyCode": "EUR", "units": 1.5}"#, "compareAt.units"),
        (r#", "compareAt": {"currencyCode": "EUR", "nanos": 5000000}"#, "compareAt.units"),
        (r#", "compareAt": {"currencyCode": "XXX", "units": 9}"#, "compareAt.currencyCode"),
        (r#", "compareAt": {"currency": "EUR", "currencyCode": "EUR"}"#, "compareAt.currency"),
        (r#", "compareAt": "9 EUR""#, "compareAt"),
        (r#", "name": "Tea again""#, "name"),
        (r#", "description": "4242 4242 4242 4242""#, "description"),
    ] {
        assert_eq!(field_of_one(more), [field], "{more}");
    }
}

#[test]
fn every_problem_of_a_file_is_told_at_once_and_nothing_is_loaded() {
    let file = r#"{"products": [
        {"sku": "TEA", "title": "Tea", "price": {"currencyCode": "EUR", "units": 8}},
        {"sku": "TEA", "title": "Tea", "price": {"currencyCode": "EUR", "units": 8}},
        {"title": "No SKU"}, 7],
        "coupons": [{"code": "lower", "percent": "10"}, {"code": "ALL", "percent": "101"},
            {"code": "BOTH", "percent": "1", "amount": {"currencyCode": "EUR", "units": 5}},
            {"code": "NONE"}], "extra": 1}"#;
    let expected = [
        ("file", "extra"),
        ("product TEA (products[1])", "sku"),
        ("product products[2]", "sku"),
        ("product products[2]", "price"),
        ("product products[3]", "(all)"),
        ("coupon lower (coupons[0])", "code"),
        ("coupon ALL (coupons[1])", "percent"),
        ("coupon BOTH (coupons[2])", "amount"),
        ("coupon NONE (coupons[3])", "percent"),
    ];
    assert_eq!(problems(file), expected.map(|(subject, field)| (subject.to_owned(), field.to_owned())));
}

#[test]
fn what_is_no_catalogue_is_refused() {
    for file in ["", "null", "[]", "{}", r#"{"products": {}}"#, "{\"products\": [}", "\u{0}"] {
        assert!(load(file).is_err(), "{file}");
    }
    assert!(load("\u{feff}{\"products\": []}").is_ok(), "a byte order mark is passed over");
}

#[test]
fn no_problem_repeats_a_card_number() {
    for file in [
        one(r#", "4242424242424242": 1"#),
        one(r#", "tags": ["4242424242424242"]"#),
        one("").replace("\"Tea\"", "\"4242424242424242\""),
        one("").replace("\"TEA\"", "\"4242 4242 4242 4242\""),
    ] {
        let said = load(&file).unwrap_err().to_string();
        assert!(!said.contains("4242"), "{said}");
    }
}

#[test]
fn our_own_example_loads() {
    let loaded = load(include_str!("../../../../examples/catalogue.json")).unwrap();
    assert_eq!(loaded.products.len(), 12);
    assert!(loaded.products.iter().all(|product| product.unit_price.currency.code() == "EUR"));
    assert!(loaded.coupons.iter().any(|coupon| coupon.limit == Some(1)));
    assert!(loaded.products.iter().any(|product| !product.requires_delivery));
    assert!(loaded.stock.len() >= 10);
}

#[test]
fn the_microservices_demo_catalogue_loads() {
    let fixtures = std::env::var("CASHWRAP_FIXTURES").unwrap_or_else(|_| "../shared/data".to_owned());
    let path = std::path::Path::new(&fixtures).join("catalog/products.json");
    let Ok(file) = std::fs::read_to_string(&path) else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing", path.display());
        eprintln!("not run: the_microservices_demo_catalogue_loads ({} is missing)", path.display());
        return;
    };
    let loaded = load(&file).unwrap();
    let prices: Vec<(&str, i64)> =
        loaded.products.iter().map(|product| (product.sku.as_str(), product.unit_price.minor)).collect();
    assert_eq!(prices.len(), 9);
    assert!(prices.contains(&("OLJCESPC7Z", 1_999)) && prices.contains(&("LS4PSXUNUM", 1_849)));
    assert!(loaded.products.iter().all(|product| !product.tracked && !product.tags.is_empty()));
}

proptest! {
    #[test]
    fn any_damage_to_a_file_is_judged_without_a_panic(
        place in any::<prop::sample::Index>(),
        length in 0_usize..40,
        instead in prop::sample::select(vec!["", "null", "-1", "1e400", "\"x\"", "[[]]", "{}", "99999999999999999999"]),
    ) {
        let whole = include_str!("../../../../examples/catalogue.json");
        let start = place.index(whole.len());
        let end = (start + length).min(whole.len());
        let damaged = format!("{}{instead}{}", &whole[..start], &whole[end..]);
        if let Err(error) = load(&damaged) {
            prop_assert!(!error.problems.is_empty());
        }
    }
}
