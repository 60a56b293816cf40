//! European value added tax by country, category and day.
//!
//! The rates that hold now are those of the package `eu-vat-rates-data` (MIT, vatnode.dev; it reads the European
//! Commission's database TEDB), version 2026.9.29, read on 2026-11-21. Dated are the standard rates that changed
//! since 2020 (their days agree with those that the package `duty27-eu-vat` 0.1.0 lists) and Germany's half year
//! at 16 and 5 per cent (Zweites Corona-Steuerhilfegesetz). A rate without a day is answered for every day before
//! the next one of its category: the table is for sales of today, and an order keeps the rates it was placed at.
//!
//! Left out are countries outside of the Union but for its nearest neighbours, and rates that the source lists
//! for a part of a country only. The parts themselves, and the territories that VAT law treats as outside of
//! their country, are listed in [`OUTSIDE`]; only Corsica is answered with the rates of the mainland.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use crate::domain::address::TaxLocation;
use crate::domain::product::TaxCategory::{self, Parking, Reduced, SecondReduced, Standard, SuperReduced};

/// Where the table is from, for the record of an order.
pub const BASIS: &str = "eu-vat-rates-data 2026.9.29";

struct Row {
    country: &'static str,
    category: TaxCategory,
    since: Date,
    percent_hundredths: i64,
}

const fn always(country: &'static str, category: TaxCategory, percent_hundredths: i64) -> Row {
    Row { country, category, since: Date::MIN, percent_hundredths }
}

const fn since(country: &'static str, category: TaxCategory, since: Date, percent_hundredths: i64) -> Row {
    Row { country, category, since, percent_hundredths }
}

/// Places with another VAT than their country, or none, by the beginnings of their postal codes. Source: Council
/// Directive 2006/112/EC, articles 6, 104, 105 and 120; the postal codes are those of the places.
pub const OUTSIDE: &[(&str, &[&str], &str)] = &[
    ("AT", &["6691", "6991", "6992", "6993"], "Jungholz and Mittelberg"),
    ("DE", &["27498"], "Helgoland"),
    ("DE", &["78266"], "Buesingen"),
    ("ES", &["35", "38"], "the Canary Islands"),
    ("ES", &["51", "52"], "Ceuta and Melilla"),
    ("FI", &["22"], "Aland"),
    ("FR", &["97", "984", "986", "987", "988"], "the French overseas"),
    ("GR", &["63086"], "Mount Athos"),
    ("GR", &["81", "82", "83", "853", "854"], "the Aegean islands with rates of their own"),
    ("IT", &["22061"], "Campione"),
    ("IT", &["23041"], "Livigno"),
    ("PT", &["9"], "Madeira and the Azores"),
];

/// By country, then category, then day. Percentages in hundredths.
const ROWS: &[Row] = &[
    always("AT", Standard, 2_000),
    always("AT", Reduced, 1_000),
    always("AT", SecondReduced, 1_300),
    always("AT", SuperReduced, 490),
    always("BE", Standard, 2_100),
    always("BE", Reduced, 600),
    always("BE", SecondReduced, 1_200),
    always("BE", Parking, 1_200),
    always("BG", Standard, 2_000),
    always("BG", Reduced, 900),
    always("CH", Standard, 810),
    always("CH", Reduced, 260),
    always("CH", SecondReduced, 380),
    always("CY", Standard, 1_900),
    always("CY", Reduced, 500),
    always("CY", SecondReduced, 900),
    always("CY", SuperReduced, 300),
    always("CZ", Standard, 2_100),
    always("CZ", Reduced, 1_200),
    always("DE", Standard, 1_900),
    since("DE", Standard, date(2020, 7, 1), 1_600),
    since("DE", Standard, date(2021, 1, 1), 1_900),
    always("DE", Reduced, 700),
    since("DE", Reduced, date(2020, 7, 1), 500),
    since("DE", Reduced, date(2021, 1, 1), 700),
    always("DK", Standard, 2_500),
    always("EE", Standard, 2_000),
    since("EE", Standard, date(2024, 1, 1), 2_200),
    since("EE", Standard, date(2025, 7, 1), 2_400),
    always("EE", Reduced, 900),
    always("EE", SecondReduced, 1_300),
    always("ES", Standard, 2_100),
    always("ES", Reduced, 1_000),
    always("ES", SuperReduced, 400),
    always("FI", Standard, 2_400),
    since("FI", Standard, date(2024, 9, 1), 2_550),
    always("FI", Reduced, 1_000),
    always("FI", SecondReduced, 1_350),
    always("FR", Standard, 2_000),
    always("FR", Reduced, 550),
    always("FR", SecondReduced, 1_000),
    always("FR", SuperReduced, 210),
    always("GB", Standard, 2_000),
    always("GB", Reduced, 500),
    always("GR", Standard, 2_400),
    always("GR", Reduced, 600),
    always("GR", SecondReduced, 1_300),
    always("GR", Parking, 1_300),
    always("HR", Standard, 2_500),
    always("HR", Reduced, 500),
    always("HR", SecondReduced, 1_300),
    always("HU", Standard, 2_700),
    always("HU", Reduced, 500),
    always("HU", SecondReduced, 1_800),
    always("IE", Standard, 2_300),
    since("IE", Standard, date(2020, 9, 1), 2_100),
    since("IE", Standard, date(2021, 3, 1), 2_300),
    always("IE", Reduced, 900),
    always("IE", SecondReduced, 1_350),
    always("IS", Standard, 2_400),
    always("IS", Reduced, 1_100),
    always("IT", Standard, 2_200),
    always("IT", Reduced, 500),
    always("IT", SecondReduced, 1_000),
    always("IT", SuperReduced, 400),
    always("LI", Standard, 810),
    always("LI", Reduced, 260),
    always("LI", SecondReduced, 380),
    always("LT", Standard, 2_100),
    always("LT", Reduced, 500),
    always("LT", SecondReduced, 1_200),
    always("LU", Standard, 1_700),
    since("LU", Standard, date(2023, 1, 1), 1_600),
    since("LU", Standard, date(2024, 1, 1), 1_700),
    always("LU", Reduced, 800),
    always("LU", SecondReduced, 1_400),
    always("LU", SuperReduced, 300),
    always("LU", Parking, 1_400),
    always("LV", Standard, 2_100),
    always("LV", Reduced, 500),
    always("LV", SecondReduced, 1_200),
    always("MC", Standard, 2_000),
    always("MC", Reduced, 550),
    always("MC", SecondReduced, 1_000),
    always("MC", SuperReduced, 210),
    always("MT", Standard, 1_800),
    always("MT", Reduced, 500),
    always("MT", SecondReduced, 700),
    always("MT", Parking, 1_200),
    always("NL", Standard, 2_100),
    always("NL", Reduced, 900),
    always("NO", Standard, 2_500),
    always("NO", Reduced, 1_200),
    always("NO", SecondReduced, 1_500),
    always("PL", Standard, 2_300),
    always("PL", Reduced, 500),
    always("PL", SecondReduced, 800),
    always("PT", Standard, 2_300),
    always("PT", Reduced, 600),
    always("PT", SecondReduced, 1_300),
    always("PT", Parking, 1_300),
    always("RO", Standard, 1_900),
    since("RO", Standard, date(2025, 8, 1), 2_100),
    always("RO", Reduced, 1_100),
    always("SE", Standard, 2_500),
    always("SE", Reduced, 600),
    always("SE", SecondReduced, 1_200),
    always("SI", Standard, 2_200),
    always("SI", Reduced, 500),
    always("SI", SecondReduced, 950),
    always("SK", Standard, 2_000),
    since("SK", Standard, date(2025, 1, 1), 2_300),
    always("SK", Reduced, 500),
    always("SK", SecondReduced, 1_900),
];

/// The name of the territory outside of its country's VAT that a place is in, if it is in one.
pub fn outside(place: &TaxLocation) -> Option<&'static str> {
    let postal_code: String = place.postal_code.chars().filter(char::is_ascii_digit).collect();
    OUTSIDE
        .iter()
        .find(|(country, prefixes, _)| {
            *country == place.country.code() && prefixes.iter().any(|prefix| postal_code.starts_with(prefix))
        })
        .map(|(_, _, name)| *name)
}

/// Whether the table speaks of a country.
pub fn knows(country: &str) -> bool {
    ROWS.iter().any(|row| row.country == country)
}

/// The rate of a country's category on a day; `None` where the country has no such category.
pub fn percent(country: &str, category: TaxCategory, day: Date) -> Option<Decimal> {
    let zero = (category == TaxCategory::Zero && knows(country)).then_some(Decimal::ZERO);
    let listed = ROWS
        .iter()
        .rfind(|row| row.country == country && row.category == category && row.since <= day)
        .map(|row| Decimal::new(row.percent_hundredths, 2).normalize());
    zero.or(listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::{Address, Country};

    const UNION: [&str; 27] = [
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
        "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    ];

    fn on(country: &str, category: TaxCategory, day: &str) -> String {
        percent(country, category, day.parse().unwrap())
            .map_or("none".to_owned(), |percent| percent.to_string())
    }

    #[test]
    fn every_country_of_the_union_has_a_standard_rate_of_15_or_more() {
        for country in UNION {
            let standard = percent(country, Standard, date(2026, 11, 21)).unwrap();
            assert!(standard >= Decimal::from(15), "{country}");
        }
    }

    #[test]
    fn germany_went_to_16_and_5_for_the_second_half_of_2020() {
        for (day, standard, reduced) in [
            ("2020-06-30", "19", "7"),
            ("2020-07-01", "16", "5"),
            ("2020-12-31", "16", "5"),
            ("2021-01-01", "19", "7"),
            ("2026-11-21", "19", "7"),
        ] {
            assert_eq!(on("DE", Standard, day), standard, "{day}");
            assert_eq!(on("DE", Reduced, day), reduced, "{day}");
        }
    }

    #[test]
    fn rates_are_those_of_their_country_and_category() {
        for (country, category, percent) in [
            ("FR", Reduced, "5.5"),
            ("FR", SecondReduced, "10"),
            ("FR", SuperReduced, "2.1"),
            ("FI", Standard, "25.5"),
            ("LU", Parking, "14"),
            ("PT", SecondReduced, "13"),
            ("CH", Standard, "8.1"),
            ("DK", Reduced, "none"),
            ("DE", TaxCategory::Zero, "0"),
            ("US", Standard, "none"),
            ("US", TaxCategory::Zero, "none"),
        ] {
            assert_eq!(on(country, category, "2026-11-21"), percent, "{country} {category}");
        }
    }

    #[test]
    fn the_table_is_sorted_by_country_and_the_days_of_a_rate_rise() {
        for pair in ROWS.windows(2) {
            let (one, next) = (&pair[0], &pair[1]);
            let (key, next_key) =
                ((one.country, one.category, one.since), (next.country, next.category, next.since));
            assert!(key < next_key, "{} {}", next.country, next.category);
            assert!(one.country.parse::<Country>().is_ok());
        }
    }

    #[test]
    fn territories_outside_are_found_by_their_postal_codes() {
        let at = |country: &str, postal_code: &str| {
            let country = country.parse().unwrap();
            let address = Address { postal_code: postal_code.to_owned(), ..Address::of_country(country) };
            outside(&address.tax_location())
        };
        assert_eq!(at("ES", "35001"), Some("the Canary Islands"));
        assert_eq!(at("PT", "9000-018"), Some("Madeira and the Azores"));
        assert_eq!(at("ES", "28013"), None);
        assert_eq!(at("ES", "08035"), None);
        assert_eq!(at("DE", "35001"), None);
        assert_eq!(at("DE", ""), None);
    }
}
