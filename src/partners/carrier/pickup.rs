//! Click and collect: locations of the store where buyers come themselves.
//!
//! Nearest first where it is known from where the buyer looks, else in the order of the settings. What is
//! collected is taxed at the location, which is why each one must have a whole address.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::distance;
use crate::domain::address::{Address, Coordinates, Country};
use crate::domain::currency::Currency;
use crate::domain::money::Money;
use crate::domain::product::TaxCategory;
use crate::domain::text;
use crate::partners::setting::{self, BadSetting};
use crate::ports::carrier::{
    Carrier, CarrierError, DeliveryKind, DeliveryOption, DeliveryRequest, PickupLocation,
};

/// What stands before a location's id in the code of its option.
const CODE_PREFIX: &str = "pickup/";
const MAX_TEXT_BYTES: usize = 200;
const HOURS_PER_DAY: u16 = 24;

/// Settings of pickup.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PickupSettings {
    /// The currency of `fee`. Without a fee it may be left out.
    #[serde(default)]
    pub currency: Option<String>,
    /// What collecting costs, as text in whole units; nothing when it is left out. With a fee, carts in another
    /// currency get no options.
    #[serde(default)]
    pub fee: Decimal,
    /// How the fee is taxed; `standard` when it is left out.
    #[serde(default, deserialize_with = "setting::text")]
    pub tax_category: TaxCategory,
    /// How far a location may be to be offered, where it is known from where the buyer looks.
    pub max_distance_metres: Option<u32>,
    /// The locations.
    pub locations: Vec<LocationSettings>,
}

/// A location.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocationSettings {
    /// Unique and stable: `mitte`.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Street and number.
    pub lines: Vec<String>,
    /// Town or city.
    #[serde(default)]
    pub locality: String,
    /// State or province.
    #[serde(default)]
    pub administrative_area: String,
    /// As text.
    #[serde(default)]
    pub postal_code: String,
    /// The country.
    #[serde(deserialize_with = "setting::text")]
    pub country: Country,
    /// When it is open, for people to read: `Mo-Sa 9-19`.
    #[serde(default)]
    pub hours: String,
    /// How long after the order it is ready.
    pub ready_in_hours: u16,
    /// Degrees north as text with at most seven places: `"52.5200"`. With `longitude`.
    pub latitude: Option<Decimal>,
    /// Degrees east.
    pub longitude: Option<Decimal>,
}

/// Offers the store's locations.
#[derive(Debug, Clone)]
pub struct Pickup {
    fee: Option<Money>,
    tax_category: TaxCategory,
    max_distance_metres: Option<u32>,
    locations: Vec<PickupLocation>,
}

impl Pickup {
    /// Takes settings that make sense.
    pub fn new(settings: PickupSettings) -> Result<Self, BadSetting> {
        let fee = match (settings.fee.is_zero(), settings.currency) {
            (true, _) => None,
            (false, Some(code)) => {
                let currency: Currency =
                    code.parse().map_err(|error| BadSetting::new("currency", format!("{error}")))?;
                Some(setting::amount(settings.fee, currency, "fee")?)
            }
            (false, None) => return Err(BadSetting::new("currency", "give the currency of the fee")),
        };
        let mut locations: Vec<PickupLocation> = Vec::with_capacity(settings.locations.len());
        for (place, location) in settings.locations.into_iter().enumerate() {
            let path = format!("locations[{place}]");
            let location = location.checked(&path)?;
            if locations.iter().any(|other| other.id == location.id) {
                return Err(BadSetting::new(path + ".id", "give each location an id of its own"));
            }
            locations.push(location);
        }
        Ok(Self {
            fee,
            tax_category: settings.tax_category,
            max_distance_metres: settings.max_distance_metres,
            locations,
        })
    }

    fn option(&self, location: PickupLocation, amount: Money) -> DeliveryOption {
        let days = location.ready_in_hours.div_ceil(HOURS_PER_DAY);
        DeliveryOption {
            code: format!("{CODE_PREFIX}{}", location.id),
            title: location.name.clone(),
            amount,
            tax_category: self.tax_category,
            earliest_days: Some(days),
            latest_days: Some(days),
            kind: DeliveryKind::Pickup { location: Box::new(location) },
        }
    }
}

impl LocationSettings {
    fn checked(self, path: &str) -> Result<PickupLocation, BadSetting> {
        let named =
            !self.id.is_empty() && self.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !named {
            return Err(BadSetting::new(format!("{path}.id"), "use letters, digits and -"));
        }
        for (field, value) in [("name", &self.name), ("hours", &self.hours)] {
            text::check(value, MAX_TEXT_BYTES)
                .map_err(|problem| BadSetting::new(format!("{path}.{field}"), problem.to_string()))?;
        }
        let address = Address {
            recipient: String::new(),
            organisation: self.name.clone(),
            lines: self.lines,
            locality: self.locality,
            administrative_area: self.administrative_area,
            postal_code: self.postal_code,
            country: self.country,
            phone: String::new(),
        };
        if let Some(problem) = address.problems().into_iter().next() {
            return Err(BadSetting::new(format!("{path}.{}", problem.field), problem.remedy));
        }
        let coordinates = match (self.latitude, self.longitude) {
            (Some(latitude), Some(longitude)) => {
                let point = steps(latitude)
                    .zip(steps(longitude))
                    .and_then(|(latitude, longitude)| Coordinates::new(latitude, longitude).ok());
                let remedy = "give degrees from -90 to 90 and from -180 to 180, with at most seven places";
                Some(point.ok_or_else(|| BadSetting::new(format!("{path}.latitude"), remedy))?)
            }
            (None, None) => None,
            _ => {
                return Err(BadSetting::new(
                    format!("{path}.latitude"),
                    "give latitude and longitude or neither",
                ));
            }
        };
        Ok(PickupLocation {
            id: self.id,
            name: self.name,
            address,
            hours: self.hours,
            ready_in_hours: self.ready_in_hours,
            coordinates,
            distance_metres: None,
        })
    }
}

/// Degrees in whole ten-millionths.
fn steps(degrees: Decimal) -> Option<i32> {
    let steps = degrees.checked_mul(Decimal::from(10_000_000))?.normalize();
    (steps.scale() == 0).then(|| i32::try_from(steps.mantissa()).ok()).flatten()
}

#[async_trait::async_trait]
impl Carrier for Pickup {
    async fn options(&self, request: &DeliveryRequest) -> Result<Vec<DeliveryOption>, CarrierError> {
        let amount = self.fee.unwrap_or(Money::zero(request.currency));
        if amount.currency != request.currency {
            return Ok(Vec::new());
        }
        let mut locations = self.locations.clone();
        for location in &mut locations {
            let known = request.near.zip(location.coordinates);
            location.distance_metres = known.map(|(near, there)| distance::metres(near, there));
        }
        let most = self.max_distance_metres.unwrap_or(u32::MAX);
        locations.retain(|location| location.distance_metres.is_none_or(|metres| metres <= most));
        // The sort is stable: those of unknown distance keep the order of the settings, at the end.
        locations.sort_by_key(|location| location.distance_metres.unwrap_or(u32::MAX));
        Ok(locations.into_iter().map(|location| self.option(location, amount)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = r#"
[[locations]]
id = "mitte"
name = "Teehaus Mitte"
lines = ["Torstrasse 1"]
locality = "Berlin"
postal_code = "10119"
country = "DE"
hours = "Mo-Sa 9-19"
ready_in_hours = 2
latitude = "52.5290"
longitude = "13.4090"

[[locations]]
id = "sendling"
name = "Teehaus Sendling"
lines = ["Lindwurmstrasse 1"]
locality = "Muenchen"
postal_code = "80337"
country = "DE"
ready_in_hours = 25
latitude = "48.1300"
longitude = "11.5600"
"#;

    fn pickup(toml: &str) -> Pickup {
        Pickup::new(toml::from_str(toml).unwrap()).unwrap()
    }

    fn request(near: Option<(i32, i32)>) -> DeliveryRequest {
        let currency = "EUR".parse().unwrap();
        DeliveryRequest {
            store: "demo".parse().unwrap(),
            currency,
            destination: None,
            near: near.map(|(latitude, longitude)| Coordinates::new(latitude, longitude).unwrap()),
            items: vec![],
            value_before_discounts: Money::zero(currency),
            value_after_discounts: Money::zero(currency),
        }
    }

    async fn codes(pickup: &Pickup, request: &DeliveryRequest) -> Vec<String> {
        pickup.options(request).await.unwrap().into_iter().map(|option| option.code).collect()
    }

    const MUNICH: Option<(i32, i32)> = Some((481_400_000, 115_800_000));

    #[tokio::test]
    async fn the_nearest_location_comes_first_with_its_distance() {
        let pickup = pickup(SETTINGS);
        assert_eq!(codes(&pickup, &request(None)).await, ["pickup/mitte", "pickup/sendling"]);
        assert_eq!(codes(&pickup, &request(MUNICH)).await, ["pickup/sendling", "pickup/mitte"]);
        let nearest = pickup.options(&request(MUNICH)).await.unwrap().remove(0);
        let DeliveryKind::Pickup { location } = nearest.kind else { panic!("a pickup is a pickup") };
        assert!((1_500..2_500).contains(&location.distance_metres.unwrap()));
        assert_eq!(location.address.country.code(), "DE");
        assert_eq!((nearest.amount.minor, nearest.latest_days), (0, Some(2)));
    }

    #[tokio::test]
    async fn what_is_too_far_is_left_out_and_what_is_unknown_stays() {
        let near = pickup(&format!("max_distance_metres = 10000\n{SETTINGS}"));
        assert_eq!(codes(&near, &request(MUNICH)).await, ["pickup/sendling"]);
        assert_eq!(codes(&near, &request(None)).await.len(), 2);
    }

    #[tokio::test]
    async fn a_fee_is_asked_for_in_its_own_currency_only() {
        let paid = pickup(&format!("currency = \"EUR\"\nfee = \"1.50\"\n{SETTINGS}"));
        assert_eq!(paid.options(&request(None)).await.unwrap()[0].amount.minor, 150);
        let yen = DeliveryRequest { currency: "JPY".parse().unwrap(), ..request(None) };
        assert_eq!(codes(&paid, &yen).await, Vec::<String>::new());
        assert_eq!(codes(&pickup(SETTINGS), &yen).await.len(), 2);
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_where_they_stand() {
        for (from, to, path) in [
            ("\"sendling\"", "\"mitte\"", "locations[1].id"),
            ("\"mitte\"", "\"mitte/1\"", "locations[0].id"),
            ("\"10119\"", "\"1011\"", "locations[0].postal_code"),
            ("\"52.5290\"", "\"92\"", "locations[0].latitude"),
            ("\"52.5290\"", "\"52.52900001\"", "locations[0].latitude"),
            ("longitude = \"13.4090\"\n", "", "locations[0].latitude"),
            ("Teehaus Mitte", "4242 4242 4242 4242", "locations[0].name"),
        ] {
            let settings = toml::from_str(&SETTINGS.replacen(from, to, 1)).unwrap();
            assert_eq!(Pickup::new(settings).unwrap_err().path, path, "{to}");
        }
        let unnamed = toml::from_str(&format!("fee = \"1\"\n{SETTINGS}")).unwrap();
        assert_eq!(Pickup::new(unnamed).unwrap_err().path, "currency");
    }
}
