//! What a table offers, and which settings it refuses.

use super::*;
use crate::ports::carrier::DeliveryItem;

const TABLE: &str = r#"
currency = "EUR"

[[methods]]
code = "standard"
title = "Standard"
earliest_days = 2
latest_days = 4
free_over = { value = "50.00", measured = "after-discounts" }

[[methods.zones]]
countries = ["DE"]
postal_prefixes = ["27498", "25-8"]
by = "weight-grams"
bands = [{ amount = "14.90" }]

[[methods.zones]]
countries = ["DE", "AT"]
by = "weight-grams"
bands = [{ up_to = "1000", amount = "4.90" }, { up_to = "5000", amount = "7.90" }]

[[methods]]
code = "world"
title = "Anywhere"
tax_category = "reduced"

[[methods.zones]]
by = "value-before-discounts"
bands = [{ up_to = "20", amount = "9.00" }, { amount = "5.00" }]
"#;

fn euro(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

fn request(country: &str, postal_code: &str, grams: u32, before: i64, after: i64) -> DeliveryRequest {
    let destination =
        Address { postal_code: postal_code.to_owned(), ..Address::of_country(country.parse().unwrap()) };
    DeliveryRequest {
        store: "demo".parse().unwrap(),
        currency: "EUR".parse().unwrap(),
        destination: Some(destination),
        near: None,
        items: vec![DeliveryItem { sku: "TEA".parse().unwrap(), quantity: 2, weight_grams: grams }],
        value_before_discounts: euro(before),
        value_after_discounts: euro(after),
    }
}

fn table() -> TableRate {
    TableRate::new(toml::from_str(TABLE).unwrap()).unwrap()
}

async fn offered(request: &DeliveryRequest) -> Vec<(String, i64)> {
    let options = table().options(request).await.unwrap();
    options.into_iter().map(|option| (option.code, option.amount.minor)).collect()
}

fn pairs(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(code, minor)| ((*code).to_owned(), *minor)).collect()
}

#[tokio::test]
async fn a_band_counts_up_to_its_end_and_nothing_is_offered_beyond_the_last() {
    for (grams, standard) in [(500, Some(490)), (501, Some(790)), (2_500, Some(790)), (2_501, None)] {
        let offered = offered(&request("DE", "10117", grams, 1_000, 1_000)).await;
        let expected = standard.map(|minor| ("standard", minor)).into_iter().chain([("world", 900)]);
        assert_eq!(offered, pairs(&expected.collect::<Vec<_>>()), "{grams}");
    }
}

#[tokio::test]
async fn the_first_zone_that_holds_the_destination_counts() {
    let islands = request("DE", "25 812", 100, 1_000, 1_000);
    assert_eq!(offered(&islands).await, pairs(&[("standard", 1_490), ("world", 900)]));
    let elsewhere = request("JP", "100-0001", 100, 2_001, 2_001);
    assert_eq!(offered(&elsewhere).await, pairs(&[("world", 500)]));
}

#[tokio::test]
async fn delivery_is_free_from_the_threshold_on_measured_as_the_settings_say() {
    let reached = request("DE", "10117", 100, 9_000, 5_000);
    assert_eq!(offered(&reached).await, pairs(&[("standard", 0), ("world", 500)]));
    let missed_by_a_discount = request("DE", "10117", 100, 9_000, 4_999);
    assert_eq!(offered(&missed_by_a_discount).await, pairs(&[("standard", 490), ("world", 500)]));
    let before = TABLE.replace("after-discounts\" }", "before-discounts\" }");
    let before = TableRate::new(toml::from_str(&before).unwrap()).unwrap();
    assert!(before.options(&missed_by_a_discount).await.unwrap()[0].amount.is_zero());
}

#[tokio::test]
async fn another_currency_and_no_destination_get_no_option() {
    let mut yen = request("DE", "10117", 100, 1_000, 1_000);
    yen.currency = "JPY".parse().unwrap();
    assert_eq!(offered(&yen).await, vec![]);
    let mut nowhere = request("DE", "10117", 100, 1_000, 1_000);
    nowhere.destination = None;
    assert_eq!(offered(&nowhere).await, vec![]);
}

#[tokio::test]
async fn weights_that_pass_every_number_are_not_delivered() {
    let mut heavy = request("DE", "10117", u32::MAX, 1_000, 1_000);
    heavy.items[0].quantity = u32::MAX;
    assert_eq!(offered(&heavy).await, pairs(&[("world", 900)]));
}

#[test]
fn settings_that_make_no_sense_are_refused_where_they_stand() {
    for (from, to, path) in [
        ("\"7.90\"", "\"7.905\"", "methods[0].zones[1].bands[1].amount"),
        ("\"5000\"", "\"1000\"", "methods[0].zones[1].bands[1].up_to"),
        ("\"5000\"", "\"5000.5\"", "methods[0].zones[1].bands[1].up_to"),
        ("\"4.90\"", "\"-4.90\"", "methods[0].zones[1].bands[0].amount"),
        ("latest_days = 4", "latest_days = 1", "methods[0].latest_days"),
        ("code = \"world\"", "code = \"standard\"", "methods[1].code"),
        ("bands = [{ amount = \"14.90\" }]", "bands = []", "methods[0].zones[0].bands"),
    ] {
        let settings = toml::from_str(&TABLE.replace(from, to)).unwrap();
        assert_eq!(TableRate::new(settings).unwrap_err().path, path, "{to}");
    }
    for (from, to) in [("\"DE\", \"AT\"", "\"DE\", \"XX\""), ("title", "titel"), ("\"EUR\"", "\"eur\"")] {
        assert!(toml::from_str::<TableRateSettings>(&TABLE.replace(from, to)).is_err(), "{to}");
    }
}
