//! Delivery priced by a table: by destination zone, and there by weight or by value, free from a threshold on.
//!
//! Whether a threshold looks at the value before or after discounts is said in the settings and nowhere
//! assumed: a coupon that takes free delivery away surprises buyers, one that does not costs the store.

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::domain::address::{Address, Country};
use crate::domain::currency::Currency;
use crate::domain::money::Money;
use crate::domain::product::TaxCategory;
use crate::partners::setting::{self, BadSetting};
use crate::ports::carrier::{Carrier, CarrierError, DeliveryKind, DeliveryOption, DeliveryRequest};

/// Settings of a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRateSettings {
    /// The currency of all amounts; carts in another one get no options.
    #[serde(deserialize_with = "setting::text")]
    pub currency: Currency,
    /// The ways to deliver, in the order in which to show them.
    pub methods: Vec<MethodSettings>,
}

/// A way to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodSettings {
    /// Unique within the table: `standard`.
    pub code: String,
    /// What people read.
    pub title: String,
    /// How delivery is taxed; `standard` when it is left out.
    #[serde(default, deserialize_with = "setting::text")]
    pub tax_category: TaxCategory,
    /// The fewest days until it is there.
    pub earliest_days: Option<u16>,
    /// The most days.
    pub latest_days: Option<u16>,
    /// From which value on it is free.
    pub free_over: Option<FreeOver>,
    /// Where it goes, and for what; the first zone that holds the destination counts.
    pub zones: Vec<ZoneSettings>,
}

/// From which value on delivery is free.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreeOver {
    /// The value, as text in whole units: `"50.00"`. A cart of exactly this value is free.
    pub value: Decimal,
    /// Which value.
    pub measured: Measured,
}

/// Which value of a cart a table looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measured {
    /// What the items cost before discounts.
    BeforeDiscounts,
    /// What the items cost after discounts.
    AfterDiscounts,
}

/// Where a method goes, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneSettings {
    /// The countries; every one when it is empty.
    #[serde(default, deserialize_with = "setting::texts")]
    pub countries: Vec<Country>,
    /// The beginnings of postal codes; every one when it is empty. Spaces and dashes are left out.
    #[serde(default)]
    pub postal_prefixes: Vec<String>,
    /// What the bands look at.
    pub by: BandBasis,
    /// Bands in rising order; the first whose `up_to` is not passed counts. Without `up_to` a band has no end;
    /// what is beyond the last is not delivered.
    pub bands: Vec<BandSettings>,
}

/// What bands look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BandBasis {
    /// The weight in grams.
    WeightGrams,
    /// The value before discounts, in whole units.
    ValueBeforeDiscounts,
    /// The value after discounts, in whole units.
    ValueAfterDiscounts,
}

/// A band of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandSettings {
    /// Its end, included, as text.
    pub up_to: Option<Decimal>,
    /// What delivery costs, as text in whole units: `"4.90"`.
    pub amount: Decimal,
}

/// Prices delivery by a table.
#[derive(Debug, Clone)]
pub struct TableRate {
    currency: Currency,
    methods: Vec<Method>,
}

#[derive(Debug, Clone)]
struct Method {
    settings: MethodSettings,
    free_over: Option<(Money, Measured)>,
    zones: Vec<Zone>,
}

#[derive(Debug, Clone)]
struct Zone {
    countries: Vec<Country>,
    postal_prefixes: Vec<String>,
    by: BandBasis,
    /// Ends in grams or minor units, with the amounts.
    bands: Vec<(u64, Money)>,
}

impl TableRate {
    /// Takes settings that make sense.
    pub fn new(settings: TableRateSettings) -> Result<Self, BadSetting> {
        let currency = settings.currency;
        let mut methods: Vec<Method> = Vec::with_capacity(settings.methods.len());
        for (place, method) in settings.methods.into_iter().enumerate() {
            let path = format!("methods[{place}]");
            if methods.iter().any(|other| other.settings.code == method.code) || method.code.is_empty() {
                return Err(BadSetting::new(path + ".code", "give each method a code of its own"));
            }
            methods.push(Method::new(method, currency, &path)?);
        }
        Ok(Self { currency, methods })
    }
}

impl Method {
    fn new(settings: MethodSettings, currency: Currency, path: &str) -> Result<Self, BadSetting> {
        if settings
            .earliest_days
            .zip(settings.latest_days)
            .is_some_and(|(earliest, latest)| latest < earliest)
        {
            return Err(BadSetting::new(
                format!("{path}.latest_days"),
                "give no fewer days than earliest_days",
            ));
        }
        let free_over = settings
            .free_over
            .as_ref()
            .map(|free| {
                let value = setting::amount(free.value, currency, &format!("{path}.free_over.value"))?;
                Ok((value, free.measured))
            })
            .transpose()?;
        let zones = settings
            .zones
            .iter()
            .enumerate()
            .map(|(place, zone)| Zone::new(zone, currency, &format!("{path}.zones[{place}]")))
            .collect::<Result<_, _>>()?;
        Ok(Self { settings, free_over, zones })
    }

    fn price(&self, request: &DeliveryRequest, destination: &Address) -> Option<Money> {
        let zone = self.zones.iter().find(|zone| zone.holds(destination))?;
        let amount = zone.price(request)?;
        let free = self.free_over.is_some_and(|(value, measured)| {
            let measured = match measured {
                Measured::BeforeDiscounts => request.value_before_discounts,
                Measured::AfterDiscounts => request.value_after_discounts,
            };
            measured.minor >= value.minor
        });
        Some(if free { Money::zero(request.currency) } else { amount })
    }
}

impl Zone {
    fn new(settings: &ZoneSettings, currency: Currency, path: &str) -> Result<Self, BadSetting> {
        let mut bands: Vec<(u64, Money)> = Vec::with_capacity(settings.bands.len());
        for (place, band) in settings.bands.iter().enumerate() {
            let path = format!("{path}.bands[{place}]");
            let end = match (band.up_to, settings.by) {
                (None, _) => u64::MAX,
                (Some(grams), BandBasis::WeightGrams) => whole_grams(grams, &path)?,
                (Some(value), BandBasis::ValueBeforeDiscounts | BandBasis::ValueAfterDiscounts) => {
                    setting::amount(value, currency, &format!("{path}.up_to"))?.minor.unsigned_abs()
                }
            };
            if bands.last().is_some_and(|(last, _)| end <= *last) {
                return Err(BadSetting::new(path + ".up_to", "give bands in rising order"));
            }
            bands.push((end, setting::amount(band.amount, currency, &format!("{path}.amount"))?));
        }
        if bands.is_empty() {
            return Err(BadSetting::new(format!("{path}.bands"), "give at least one band"));
        }
        let postal_prefixes = settings.postal_prefixes.iter().map(|prefix| bare(prefix)).collect();
        Ok(Self { countries: settings.countries.clone(), postal_prefixes, by: settings.by, bands })
    }

    fn holds(&self, destination: &Address) -> bool {
        let postal_code = bare(&destination.postal_code);
        (self.countries.is_empty() || self.countries.contains(&destination.country))
            && (self.postal_prefixes.is_empty()
                || self.postal_prefixes.iter().any(|prefix| postal_code.starts_with(prefix)))
    }

    fn price(&self, request: &DeliveryRequest) -> Option<Money> {
        let measured = match self.by {
            BandBasis::WeightGrams => request.weight_grams(),
            BandBasis::ValueBeforeDiscounts => u64::try_from(request.value_before_discounts.minor).ok()?,
            BandBasis::ValueAfterDiscounts => u64::try_from(request.value_after_discounts.minor).ok()?,
        };
        self.bands.iter().find(|(end, _)| measured <= *end).map(|(_, amount)| *amount)
    }
}

fn whole_grams(grams: Decimal, path: &str) -> Result<u64, BadSetting> {
    let grams = grams.normalize();
    let whole = (grams.scale() == 0).then(|| u64::try_from(grams.mantissa()).ok()).flatten();
    whole.ok_or_else(|| BadSetting::new(format!("{path}.up_to"), "give whole grams"))
}

fn bare(postal_code: &str) -> String {
    let kept = postal_code.chars().filter(|letter| !matches!(letter, ' ' | '-'));
    kept.map(|letter| letter.to_ascii_uppercase()).collect()
}

#[async_trait::async_trait]
impl Carrier for TableRate {
    async fn options(&self, request: &DeliveryRequest) -> Result<Vec<DeliveryOption>, CarrierError> {
        let Some(destination) = request.destination.as_ref().filter(|_| request.currency == self.currency)
        else {
            return Ok(Vec::new());
        };
        let option = |method: &Method| {
            Some(DeliveryOption {
                code: method.settings.code.clone(),
                title: method.settings.title.clone(),
                amount: method.price(request, destination)?,
                tax_category: method.settings.tax_category,
                earliest_days: method.settings.earliest_days,
                latest_days: method.settings.latest_days,
                kind: DeliveryKind::Ship,
            })
        };
        Ok(self.methods.iter().filter_map(option).collect())
    }

    fn serves(&self, currency: Currency, country: Option<Country>) -> bool {
        let zones = || self.methods.iter().flat_map(|method| &method.zones);
        currency == self.currency
            && country.is_none_or(|country| {
                zones().any(|zone| zone.countries.is_empty() || zone.countries.contains(&country))
            })
    }
}

#[cfg(test)]
mod tests;
