//! A quote id is the option itself, signed: the client sends back what we said and can change nothing of it.
//! It expires, and it is bound to what it was quoted for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::offers::Offered;
use crate::app::error::{Error, Reason};
use crate::app::house::House;
use crate::domain::checkout::{
    Checkout, Degraded, DegradedReason, Dependency, GroupKind, Selection, SelectionKind, groups,
};
use crate::domain::ids::AccountId;
use crate::domain::money::Money;

const PREFIX: &str = "quo_";
const PURPOSE: &str = "delivery-quote-v1";
/// Half of an HMAC-SHA256: 128 bits, which no one guesses within a quote's life.
const TAG_BYTES: usize = 16;

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
    /// The selection that a quote id stands for.
    pub(in crate::app) fn select_quote(
        &self,
        checkout: &Checkout,
        quote_id: &str,
    ) -> Result<Selection, Error> {
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

    /// Drops choices that were quoted for something else than the session is now; the buyer chooses again.
    pub(in crate::app) fn drop_stale_selections(&self, checkout: &mut Checkout) {
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

    pub(super) fn quote_id(&self, checkout: &Checkout, offered: &Offered) -> String {
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
    pub(super) fn quoted_for(&self, checkout: &Checkout, group: &str) -> String {
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

/// Compares two tags in a time that does not depend on where they differ.
fn same(ours: &[u8], theirs: &[u8]) -> bool {
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).fold(0_u8, |differs, (left, right)| differs | (left ^ right)) == 0
}
