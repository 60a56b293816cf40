//! Tax without a provider: the store's own rates first, then the European table.
//!
//! A country that neither knows is an error, never zero tax, unless the store has named it as one in which it
//! need not collect any. A category for which a country has no rate takes its standard rate: that is what the
//! law gives a good that no reduced rate is made for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::eu_vat;
use crate::domain::address::{Country, TaxLocation};
use crate::domain::pricing::{TaxRate, TaxTreatment};
use crate::domain::product::TaxCategory;
use crate::domain::text;
use crate::partners::setting::{self, BadSetting};
use crate::ports::tax::{TaxAnswer, TaxError, TaxProvider, TaxRequest, TaxSource};

/// The provider's name on answers.
const NAME: &str = "builtin";
/// The longest name of a tax.
const MAX_NAME_BYTES: usize = 64;

/// Settings of the built-in tax.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BuiltinTaxSettings {
    /// Countries in which the store need not collect tax. An answer for one says that it rests on this setting.
    #[serde(deserialize_with = "setting::texts")]
    pub untaxed_countries: Vec<Country>,
    /// Rates of the store's own; they go before the table's. Of several that hold on a day, the last counts.
    pub rates: Vec<OwnRate>,
}

/// A rate of the store's own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnRate {
    /// Where it holds.
    #[serde(deserialize_with = "setting::text")]
    pub country: Country,
    /// For what: `standard`, `reduced` and so on.
    #[serde(deserialize_with = "setting::text")]
    pub category: TaxCategory,
    /// The rate in per cent, as text: `"19"`, `"8.1"`.
    pub percent: Decimal,
    /// The first day on which it holds; from ever when it is left out.
    pub from: Option<Date>,
    /// The last day on which it holds; for ever when it is left out.
    pub to: Option<Date>,
    /// What people read beside the tax; `VAT` when it is left out.
    #[serde(default = "default_name")]
    pub name: String,
}

fn default_name() -> String {
    "VAT".to_owned()
}

/// Answers from the store's settings and the European table.
#[derive(Debug, Clone)]
pub struct BuiltinTax {
    untaxed: BTreeSet<Country>,
    own: Vec<OwnRate>,
}

impl BuiltinTax {
    /// Takes settings that make sense.
    pub fn new(settings: BuiltinTaxSettings) -> Result<Self, BadSetting> {
        for (place, rate) in settings.rates.iter().enumerate() {
            let path = format!("rates[{place}]");
            let percent = rate.percent.normalize();
            if !(Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&percent) || percent.scale() > 6 {
                let remedy = "give a percentage from 0 to 100 with at most six decimal places";
                return Err(BadSetting::new(path + ".percent", remedy));
            }
            text::check(&rate.name, MAX_NAME_BYTES)
                .map_err(|problem| BadSetting::new(format!("{path}.name"), problem.to_string()))?;
            if rate.from.zip(rate.to).is_some_and(|(from, to)| to < from) {
                return Err(BadSetting::new(path + ".to", "give a day that is not before `from`"));
            }
        }
        Ok(Self { untaxed: settings.untaxed_countries.into_iter().collect(), own: settings.rates })
    }

    fn own_rate(&self, country: Country, category: TaxCategory, day: Date) -> Option<(String, Decimal)> {
        self.own
            .iter()
            .rfind(|rate| {
                rate.country == country
                    && rate.category == category
                    && rate.from.is_none_or(|from| from <= day)
                    && rate.to.is_none_or(|to| day <= to)
            })
            .map(|rate| (rate.name.clone(), rate.percent))
    }

    /// The name and percentage, the store's own before the table's, the category's before the standard one.
    fn rate(
        &self,
        place: &TaxLocation,
        category: TaxCategory,
        day: Date,
    ) -> Result<(String, Decimal), TaxError> {
        let country = place.country;
        let of = |category| {
            let listed = || Some((default_name(), eu_vat::percent(country.code(), category, day)?));
            self.own_rate(country, category, day).or_else(listed)
        };
        of(category).or_else(|| of(TaxCategory::Standard)).ok_or_else(|| TaxError::NoSuchRate {
            country: country.to_string(),
            category,
            date: day,
        })
    }

    fn refuse_unknown(&self, place: &TaxLocation) -> Result<(), TaxError> {
        let country = place.country;
        let has_own = self.own.iter().any(|rate| rate.country == country);
        if let Some(territory) = eu_vat::outside(place) {
            return Err(TaxError::UnknownPlace {
                place: format!("{territory} ({country})"),
                remedy: "its tax is not that of its country: use a tax provider".to_owned(),
            });
        }
        if has_own || eu_vat::knows(country.code()) {
            return Ok(());
        }
        let remedy = if country.code() == "US" {
            "sales tax in the US depends on the street: use a tax provider, or list US in untaxed_countries where \
             the store has no nexus"
        } else {
            "use a tax provider, give the store's own rates, or list the country in untaxed_countries"
        };
        Err(TaxError::UnknownPlace { place: country.to_string(), remedy: remedy.to_owned() })
    }
}

fn source(basis: &str) -> TaxSource {
    TaxSource { provider: NAME.to_owned(), basis: basis.to_owned() }
}

#[async_trait::async_trait]
impl TaxProvider for BuiltinTax {
    async fn quote(&self, request: &TaxRequest) -> Result<TaxAnswer, TaxError> {
        let country = request.to.country;
        let untaxed = self.untaxed.contains(&country);
        if !untaxed {
            self.refuse_unknown(&request.to)?;
        }
        if let Some(reason) = &request.exemption {
            let treatment = TaxTreatment::Exempt { reason: reason.clone() };
            return Ok(TaxAnswer { treatment, source: source("the buyer's exemption") });
        }
        let categories: BTreeSet<TaxCategory> = request
            .lines
            .iter()
            .map(|line| line.category)
            .chain(request.delivery.iter().map(|group| group.category))
            .collect();
        let mut rates = BTreeMap::new();
        for category in categories {
            let (name, percent) = if untaxed {
                ("untaxed".to_owned(), Decimal::ZERO)
            } else {
                self.rate(&request.to, category, request.date)?
            };
            rates.insert(category, vec![TaxRate { name, jurisdiction: country.to_string(), percent }]);
        }
        let own = self.own.iter().any(|rate| rate.country == country);
        let basis = match (untaxed, own) {
            (true, _) => "untaxed by the store's settings",
            (false, true) => "rates of the store's settings",
            (false, false) => eu_vat::BASIS,
        };
        Ok(TaxAnswer::of_rates(rates, source(basis)))
    }

    fn may_know(&self, place: &TaxLocation) -> bool {
        self.untaxed.contains(&place.country) || self.refuse_unknown(place).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::Address;
    use crate::domain::money::Money;
    use crate::ports::tax::TaxableDelivery;

    fn request(country: &str, categories: &[TaxCategory]) -> TaxRequest {
        let currency = "EUR".parse().unwrap();
        let delivery = categories.iter().map(|&category| TaxableDelivery {
            id: category.to_string(),
            amount: Money::new(100, currency),
            category,
        });
        TaxRequest {
            store: "demo".parse().unwrap(),
            currency,
            date: "2026-11-21".parse().unwrap(),
            from: None,
            to: Address::of_country(country.parse().unwrap()).tax_location(),
            prices_include_tax: true,
            lines: vec![],
            delivery: delivery.collect(),
            exemption: None,
        }
    }

    fn builtin(toml: &str) -> BuiltinTax {
        BuiltinTax::new(toml::from_str(toml).unwrap()).unwrap()
    }

    fn percents(answer: &TaxAnswer, category: TaxCategory) -> String {
        answer.rates(category).unwrap().iter().map(|rate| rate.percent.to_string()).collect()
    }

    #[tokio::test]
    async fn each_category_of_the_request_gets_its_rate_and_the_answer_names_its_source() {
        let asked = request("FR", &[TaxCategory::Standard, TaxCategory::SuperReduced]);
        let answer = builtin("").quote(&asked).await.unwrap();
        assert_eq!(percents(&answer, TaxCategory::Standard), "20");
        assert_eq!(percents(&answer, TaxCategory::SuperReduced), "2.1");
        assert_eq!(answer.rates(TaxCategory::Reduced), None);
        assert_eq!(answer.source, source("eu-vat-rates-data 2026.9.29"));
    }

    #[tokio::test]
    async fn a_category_that_a_country_does_not_have_takes_the_standard_rate() {
        let answer = builtin("").quote(&request("DK", &[TaxCategory::Reduced])).await.unwrap();
        assert_eq!(percents(&answer, TaxCategory::Reduced), "25");
        assert!(builtin("").may_know(&request("DK", &[]).to));
    }

    #[tokio::test]
    async fn an_unknown_country_is_an_error_and_never_zero_tax() {
        for country in ["US", "JP", "BR"] {
            let refused = builtin("").quote(&request(country, &[TaxCategory::Zero])).await.unwrap_err();
            assert!(matches!(refused, TaxError::UnknownPlace { .. }), "{country}");
            assert!(refused.to_string().contains("use a tax provider"), "{country}");
            assert!(!builtin("").may_know(&request(country, &[]).to), "{country}");
        }
        let mut canaries = request("ES", &[TaxCategory::Standard]);
        canaries.to.postal_code = "38001".to_owned();
        assert!(matches!(builtin("").quote(&canaries).await, Err(TaxError::UnknownPlace { .. })));
    }

    #[tokio::test]
    async fn a_country_that_the_store_need_not_collect_in_is_untaxed_and_says_why() {
        let tax = builtin("untaxed_countries = [\"US\"]");
        let answer = tax.quote(&request("US", &[TaxCategory::Standard])).await.unwrap();
        assert_eq!(percents(&answer, TaxCategory::Standard), "0");
        assert_eq!(answer.source.basis, "untaxed by the store's settings");
        assert!(tax.may_know(&request("US", &[]).to));
    }

    #[tokio::test]
    async fn the_stores_own_rates_go_before_the_table_on_their_days() {
        let tax = builtin(
            "[[rates]]\ncountry = \"DE\"\ncategory = \"standard\"\npercent = \"16\"\n\
             from = \"2026-11-21\"\nto = \"2026-11-21\"\n\
             [[rates]]\ncountry = \"JP\"\ncategory = \"standard\"\npercent = \"10\"\n\
             name = \"Consumption tax\"",
        );
        let mut asked = request("DE", &[TaxCategory::Standard]);
        assert_eq!(percents(&tax.quote(&asked).await.unwrap(), TaxCategory::Standard), "16");
        asked.date = "2026-11-22".parse().unwrap();
        assert_eq!(percents(&tax.quote(&asked).await.unwrap(), TaxCategory::Standard), "19");
        let japan = tax.quote(&request("JP", &[TaxCategory::Reduced])).await.unwrap();
        assert_eq!(percents(&japan, TaxCategory::Reduced), "10");
        assert_eq!(japan.rates(TaxCategory::Reduced).unwrap()[0].name, "Consumption tax");
        assert_eq!(japan.source.basis, "rates of the store's settings");
    }

    #[tokio::test]
    async fn an_exemption_is_passed_on_with_its_reason() {
        let mut asked = request("DE", &[TaxCategory::Standard]);
        asked.exemption = Some("VAT id checked".to_owned());
        let answer = builtin("").quote(&asked).await.unwrap();
        assert_eq!(answer.treatment, TaxTreatment::Exempt { reason: "VAT id checked".to_owned() });
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        for toml in [
            "untaxed_countries = [\"UK\"]",
            "unknown = 1",
            "[[rates]]\ncountry = \"DE\"\ncategory = \"full\"\npercent = \"19\"",
        ] {
            assert!(toml::from_str::<BuiltinTaxSettings>(toml).is_err(), "{toml}");
        }
        let rate = "[[rates]]\ncountry = \"DE\"\ncategory = \"standard\"\n";
        for rest in ["percent = \"101\"", "percent = \"1\"\nfrom = \"2026-02-01\"\nto = \"2026-01-01\""] {
            let settings = toml::from_str(&format!("{rate}{rest}")).unwrap();
            assert!(BuiltinTax::new(settings).is_err(), "{rest}");
        }
    }
}
