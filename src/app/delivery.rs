//! Delivery options and pickup locations: listed from the flow's carriers, chosen by an id that we issued.
//!
//! A quote id is the option itself, signed: the client sends back what we said and can change nothing of it.
//! It expires, and it is bound to what it was quoted for.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{Error, Reason};
use super::house::House;
use crate::domain::address::Coordinates;
use crate::domain::checkout::{
    Checkout, Degraded, DegradedReason, Dependency, GroupKind, SHIPMENT_GROUP, Selection, SelectionKind,
    Undeliverable, groups,
};
use crate::domain::flow::{Chain, Flow, OptionCode, Problem, ProblemCode};
use crate::domain::ids::AccountId;
use crate::domain::money::Money;
use crate::domain::payment::policy::after;
use crate::ports::carrier::{DeliveryItem, DeliveryKind, DeliveryOption, DeliveryRequest, PickupLocation};
use crate::ports::quotes::Given;

const PREFIX: &str = "quo_";
const PURPOSE: &str = "delivery-quote-v1";
/// Half of an HMAC-SHA256: 128 bits, which no one guesses within a quote's life.
const TAG_BYTES: usize = 16;

/// An option as it is offered.
#[derive(Debug, Clone)]
pub struct Offered {
    /// What the client sends back.
    pub quote_id: String,
    /// The delivery group.
    pub group: String,
    /// The carrier account.
    pub carrier: AccountId,
    /// The option.
    pub option: DeliveryOption,
    /// The carriers that it stands in for.
    pub degraded: Vec<Degraded>,
    /// When the offer ends.
    pub expires_at: Timestamp,
}

/// The options of a session, and what should be known about those that are not there.
#[derive(Debug, Clone, Default)]
pub struct Offers {
    /// Cheapest first.
    pub options: Vec<Offered>,
    /// Carriers without an answer, and without a backup that gave one.
    pub missing: Vec<AccountId>,
    /// Carriers that backups stood in for.
    pub degraded: Vec<Degraded>,
    /// Why there is no option, where every carrier answered and none delivers, or nothing needs delivery.
    pub problem: Option<Problem>,
}

/// The places where the goods of a session can be collected.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Nearest first where it is known to what.
    pub locations: Vec<PickupLocation>,
    /// Why there is none, where every partner answered.
    pub problem: Option<Problem>,
}

/// What the accounts that know pickup locations told.
#[derive(Default)]
struct Collected {
    options: Vec<(AccountId, DeliveryOption)>,
    /// Whether one of them gave no answer.
    missing: bool,
}

/// What a quote id says. Short names: it travels with every choice.
#[derive(Serialize, Deserialize)]
struct Terms {
    g: String,
    a: String,
    c: String,
    t: String,
    m: i64,
    x: String,
    e: Option<u16>,
    l: Option<u16>,
    f: String,
    u: i64,
    /// Whom the carrier stands in for, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    d: Vec<(String, String)>,
}

impl House {
    /// The ways to have the goods of a session delivered.
    pub async fn delivery_options(&self, checkout: &Checkout, flow: &Flow) -> Result<Offers, Error> {
        let mut offers = Offers::default();
        if !groups(checkout).iter().any(|group| group.kind == GroupKind::Delivered) {
            let remedy = "nothing in this checkout is delivered: go on without a choice";
            offers.problem =
                Some(Problem::new(ProblemCode::DeliveryUnavailable, "delivery_groups").with_remedy(remedy));
            return Ok(offers);
        }
        if checkout.details.delivery_address.is_none() {
            let remedy = "is missing: delivery options depend on where the goods go; give it first";
            return Err(Error::of_field(Reason::CheckoutNotReady, "details.delivery_address", remedy));
        }
        for group in groups(checkout).iter().filter(|group| group.kind == GroupKind::Delivered) {
            let request = Arc::new(Self::delivery_request(checkout, None)?);
            let asked = flow
                .backend
                .carriers
                .iter()
                .map(async |chain| (chain, self.quotes.delivery(chain, Arc::clone(&request)).await));
            let expires_at = after(self.engine.clock.now(), self.times.quote_life);
            for (chain, answer) in futures::future::join_all(asked).await {
                match answer {
                    Ok(given) => self.offer(checkout, flow, (group.id, expires_at), given, &mut offers),
                    Err(_) => offers.missing.push(chain.first().clone()),
                }
            }
            if offers.options.is_empty() && offers.missing.is_empty() {
                let remedy = self.undeliverable(checkout, flow).map_or_else(
                    || {
                        "no carrier takes these goods there: give another address, or change the goods"
                            .to_owned()
                    },
                    |why| why.remedy(flow.frontend.click_and_collect),
                );
                let path = "details.delivery_address";
                offers.problem =
                    Some(Problem::new(ProblemCode::DeliveryUnavailable, path).with_remedy(remedy));
            }
        }
        offers.options.sort_by(|left, right| {
            (&left.group, left.option.amount.minor, &left.option.code).cmp(&(
                &right.group,
                right.option.amount.minor,
                &right.option.code,
            ))
        });
        if offers.options.is_empty() && !offers.missing.is_empty() {
            return Err(Error::new(
                Reason::PartnerUnavailable,
                "no carrier of this flow answered: list the options again in a moment",
            )
            .retry_after(Duration::from_secs(2)));
        }
        Ok(offers)
    }

    /// Adds what one chain gave. An option that its carrier offers itself goes before the same one of a carrier
    /// that stands in.
    fn offer(
        &self,
        checkout: &Checkout,
        flow: &Flow,
        (group, expires_at): (&str, Timestamp),
        given: Given<Vec<DeliveryOption>>,
        offers: &mut Offers,
    ) {
        let Given { answer, by: carrier, degraded } = given;
        for option in answer.into_iter().filter(|option| offered(flow, option)) {
            let same = |held: &Offered| {
                held.group == group && held.carrier == carrier && held.option.code == option.code
            };
            match offers.options.iter().position(same) {
                Some(_) if !degraded.is_empty() => continue,
                Some(place) => drop(offers.options.remove(place)),
                None => {}
            }
            let mut offered = Offered {
                quote_id: String::new(),
                group: group.to_owned(),
                carrier: carrier.clone(),
                option,
                degraded: degraded.clone(),
                expires_at,
            };
            offered.quote_id = self.quote_id(checkout, &offered);
            offers.options.push(offered);
        }
        offers.degraded.extend(degraded);
    }

    /// Why no carrier of the flow could bring the goods of a session, where their settings tell that none could.
    pub(super) fn undeliverable(&self, checkout: &Checkout, flow: &Flow) -> Option<Undeliverable> {
        let mut carriers = flow.backend.carriers.iter().flat_map(Chain::accounts).peekable();
        if carriers.peek().is_none() {
            return Some(Undeliverable::NoCarrier);
        }
        let carriers: Vec<&AccountId> = carriers.collect();
        let currency = checkout.currency;
        let serves = |country| carriers.iter().any(|each| self.quotes.may_deliver(each, currency, country));
        let country = checkout.details.delivery_address.as_ref().map(|address| address.country);
        match country {
            _ if !serves(None) => Some(Undeliverable::Currency(currency)),
            Some(there) if !serves(Some(there)) => Some(Undeliverable::Country(there)),
            _ => None,
        }
    }

    /// The places where the goods of a session can be collected, nearest first when `near` is known.
    pub async fn pickup_locations(
        &self,
        checkout: &Checkout,
        flow: &Flow,
        near: Option<Coordinates>,
    ) -> Result<Places, Error> {
        let none = |remedy: &str| {
            let problem = Problem::new(ProblemCode::PickupUnavailable, "delivery_groups");
            Ok(Places { problem: Some(problem.with_remedy(remedy)), ..Places::default() })
        };
        if !groups(checkout).iter().any(|group| group.kind == GroupKind::Delivered) {
            return none("nothing in this checkout is collected: go on without a choice");
        }
        if !flow.frontend.click_and_collect || flow.backend.pickup.is_empty() {
            return none("this checkout offers no collection: choose a delivery option");
        }
        let collected = self.pickup_options(checkout, flow, near).await?;
        let locations: Vec<PickupLocation> = collected
            .options
            .into_iter()
            .filter_map(|(_, option)| match option.kind {
                DeliveryKind::Pickup { location } => Some(*location),
                DeliveryKind::Ship => None,
            })
            .collect();
        if locations.is_empty() && collected.missing {
            return Err(nobody_knows_places());
        }
        if locations.is_empty() {
            return none(
                "no location has these goods to collect: choose a delivery option, or change the goods",
            );
        }
        Ok(Places { locations, problem: None })
    }

    /// The selection that a quote id stands for.
    pub(super) fn select_quote(&self, checkout: &Checkout, quote_id: &str) -> Result<Selection, Error> {
        let invalid = |remedy: &str| {
            Error::of_field(Reason::DeliveryQuoteInvalid, "details.deliveries[0].quote_id", remedy)
        };
        let terms = self.open_quote_id(quote_id).ok_or_else(|| {
            invalid("was not issued by this service: list the delivery options and send one's quote_id")
        })?;
        let expires_at = Timestamp::from_second(terms.u).unwrap_or(Timestamp::MIN);
        if self.engine.clock.now() >= expires_at {
            return Err(invalid("has expired: list the delivery options again"));
        }
        let quoted_for = self.quoted_for(checkout, &terms.g);
        if terms.f != quoted_for {
            return Err(invalid(
                "was quoted for another address or other goods: list the delivery options again",
            ));
        }
        let (Ok(carrier), Ok(tax_category)) = (terms.a.parse(), terms.x.parse()) else {
            return Err(invalid("is not readable any more: list the delivery options again"));
        };
        let degraded = stood_in_for(&terms.d, &carrier);
        Ok(Selection {
            group: terms.g,
            quote_id: quote_id.to_owned(),
            carrier,
            code: terms.c,
            title: terms.t,
            amount: Money::new(terms.m, checkout.currency),
            tax_category,
            earliest_days: terms.e,
            latest_days: terms.l,
            kind: SelectionKind::Ship,
            degraded,
            quoted_for,
            expires_at,
        })
    }

    /// The selection of a pickup location.
    pub(super) async fn select_pickup(
        &self,
        checkout: &Checkout,
        flow: &Flow,
        location_id: &str,
    ) -> Result<Selection, Error> {
        let collected = self.pickup_options(checkout, flow, None).await?;
        let found = collected.options.into_iter().find_map(|(account, option)| match &option.kind {
            DeliveryKind::Pickup { location } if location.id == location_id => {
                Some((account, (**location).clone(), option))
            }
            _ => None,
        });
        let Some((carrier, location, option)) = found else {
            // Who does not answer may well know it.
            if collected.missing {
                return Err(nobody_knows_places());
            }
            return Err(Error::of_field(
                Reason::PickupLocationInvalid,
                "details.deliveries[0].pickup_location_id",
                "is not a location of this flow: list the pickup locations and send one's id",
            ));
        };
        Ok(Selection {
            group: SHIPMENT_GROUP.to_owned(),
            quote_id: String::new(),
            carrier,
            code: option.code,
            title: option.title,
            amount: option.amount,
            tax_category: option.tax_category,
            earliest_days: option.earliest_days,
            latest_days: option.latest_days,
            kind: SelectionKind::Pickup {
                location: location.id,
                name: location.name,
                address: location.address,
            },
            degraded: Vec::new(),
            quoted_for: self.quoted_for(checkout, SHIPMENT_GROUP),
            expires_at: after(self.engine.clock.now(), self.times.quote_life),
        })
    }

    /// Drops choices that were quoted for something else than the session is now; the buyer chooses again.
    pub(super) fn drop_stale_selections(&self, checkout: &mut Checkout) {
        let wanted: Vec<&str> = groups(checkout)
            .iter()
            .filter(|group| group.kind == GroupKind::Delivered)
            .map(|group| group.id)
            .collect();
        let mut kept = Vec::new();
        for selection in &checkout.details.selections {
            let bound = match selection.kind {
                SelectionKind::Ship => selection.quoted_for == self.quoted_for(checkout, &selection.group),
                // A place does not depend on what is collected there, and costs what it cost.
                SelectionKind::Pickup { .. } => true,
            };
            if bound && wanted.contains(&selection.group.as_str()) {
                kept.push(selection.clone());
            }
        }
        checkout.details.selections = kept;
    }

    async fn pickup_options(
        &self,
        checkout: &Checkout,
        flow: &Flow,
        near: Option<Coordinates>,
    ) -> Result<Collected, Error> {
        let mut found = Collected::default();
        if !flow.frontend.click_and_collect {
            return Ok(found);
        }
        let request = Arc::new(Self::delivery_request(checkout, near)?);
        let asked = flow.backend.pickup.iter().map(async |account| {
            self.quotes.delivery(&Chain::alone(account.clone()), Arc::clone(&request)).await
        });
        for answer in futures::future::join_all(asked).await {
            match answer {
                Ok(Given { answer, by, .. }) => {
                    found.options.extend(answer.into_iter().map(|option| (by.clone(), option)));
                }
                Err(_) => found.missing = true,
            }
        }
        Ok(found)
    }

    fn delivery_request(checkout: &Checkout, near: Option<Coordinates>) -> Result<DeliveryRequest, Error> {
        let delivered = checkout.lines.iter().filter(|line| line.product.requires_delivery);
        let mut value = Money::zero(checkout.currency);
        let mut discount = 0_i64;
        let quoted = checkout.quoted.as_ref().map_or(&[][..], |quoted| quoted.quote.lines.as_slice());
        let mut items = Vec::new();
        for line in delivered {
            let taken =
                quoted.iter().filter(|priced| priced.id == line.id).flat_map(|priced| &priced.discounts);
            discount = taken.fold(discount, |sum, taken| sum.saturating_add(taken.amount.minor));
            let too_large =
                |error: crate::domain::money::MoneyError| Error::field("cart.lines", error.to_string());
            value = value.plus(line.subtotal().map_err(too_large)?).map_err(too_large)?;
            items.push(DeliveryItem {
                sku: line.sku().clone(),
                quantity: line.quantity,
                weight_grams: line.product.weight_grams,
            });
        }
        Ok(DeliveryRequest {
            store: checkout.store.clone(),
            currency: checkout.currency,
            destination: checkout.details.delivery_address.clone(),
            near,
            items,
            value_before_discounts: value,
            value_after_discounts: Money::new(value.minor.saturating_sub(discount).max(0), checkout.currency),
        })
    }

    fn quote_id(&self, checkout: &Checkout, offered: &Offered) -> String {
        let Offered { group, carrier, option, degraded, expires_at, .. } = offered;
        let whom = |each: &Degraded| (each.from.to_string(), each.reason.as_str().to_owned());
        let terms = Terms {
            g: group.clone(),
            a: carrier.to_string(),
            c: option.code.clone(),
            t: option.title.clone(),
            m: option.amount.minor,
            x: option.tax_category.as_str().to_owned(),
            e: option.earliest_days,
            l: option.latest_days,
            f: self.quoted_for(checkout, group),
            u: expires_at.as_second(),
            d: degraded.iter().map(whom).collect(),
        };
        let text = serde_json::to_vec(&terms).unwrap_or_default();
        let tag = self.engine.vault.sign(PURPOSE, &text);
        let tag = tag.get(..TAG_BYTES).unwrap_or(&tag);
        format!("{PREFIX}{}.{}", URL_SAFE_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(tag))
    }

    fn open_quote_id(&self, quote_id: &str) -> Option<Terms> {
        let (text, tag) = quote_id.strip_prefix(PREFIX)?.split_once('.')?;
        let text = URL_SAFE_NO_PAD.decode(text).ok()?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        let ours = self.engine.vault.sign(PURPOSE, &text);
        same(ours.get(..TAG_BYTES)?, &tag).then(|| serde_json::from_slice(&text).ok())?
    }

    /// Fingerprint of what a delivery quote depends on: the session, destination, goods and currency.
    fn quoted_for(&self, checkout: &Checkout, group: &str) -> String {
        let place = checkout.details.delivery_address.as_ref().map(|address| {
            let place = address.tax_location();
            format!("{}|{}|{}", place.country, place.administrative_area, place.postal_code)
        });
        let goods: Vec<String> = checkout
            .lines
            .iter()
            .filter(|line| line.product.requires_delivery)
            .map(|line| {
                let product = &line.product;
                format!("{}*{}@{}/{}g", product.sku, line.quantity, product.unit_price, product.weight_grams)
            })
            .collect();
        let codes: Vec<&str> = checkout.coupons.iter().map(|coupon| coupon.code.as_str()).collect();
        let text = format!("{}/{group}/{place:?}/{goods:?}/{codes:?}/{}", checkout.id, checkout.currency);
        let tag = self.engine.vault.sign("delivery-binding-v1", text.as_bytes());
        URL_SAFE_NO_PAD.encode(tag.get(..TAG_BYTES).unwrap_or(&tag))
    }
}

/// The record of a quote id: we signed it, so that what cannot be read is of another version.
fn stood_in_for(told: &[(String, String)], to: &AccountId) -> Vec<Degraded> {
    told.iter()
        .filter_map(|(from, reason)| {
            let (from, reason) = (from.parse().ok()?, DegradedReason::from_code(reason)?);
            Some(Degraded { dependency: Dependency::Carrier, from, to: to.clone(), reason })
        })
        .collect()
}

fn nobody_knows_places() -> Error {
    Error::new(
        Reason::PartnerUnavailable,
        "a partner that knows the pickup locations did not answer: repeat the call in a moment",
    )
    .retry_after(Duration::from_secs(2))
}

fn offered(flow: &Flow, option: &DeliveryOption) -> bool {
    option.kind == DeliveryKind::Ship
        && option.code.parse::<OptionCode>().is_ok_and(|code| flow.frontend.delivery_options.offers(&code))
}

/// Compares two tags in a time that does not depend on where they differ.
pub(super) fn same(ours: &[u8], theirs: &[u8]) -> bool {
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).fold(0_u8, |differs, (left, right)| differs | (left ^ right)) == 0
}
