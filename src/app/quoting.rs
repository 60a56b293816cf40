//! What a session would cost: tax asked for, prices computed, the whole fingerprinted.
//!
//! A tax provider's error is never zero tax: the session then has no quote, says so in its problems, and
//! cannot be placed.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::error::{Error, Reason};
use super::house::{House, StoreSettings};
use crate::domain::address::{Address, Country, TaxLocation};
use crate::domain::checkout::{Billing, Checkout, Quoted, SHIPMENT_GROUP, Selection, SelectionKind};
use crate::domain::digest::{ChosenDelivery, ChosenTender, Confirmation, QuoteDigest};
use crate::domain::flow::Flow;
use crate::domain::payment::policy::after;
use crate::domain::pricing::{
    DeliveryCharge, PricingError, PricingInput, PricingLine, Quote, TaxTreatment, price,
};
use crate::ports::quotes::{Given, Nobody};
use crate::ports::tax::{TaxAnswer, TaxRequest, TaxableDelivery, TaxableLine};

/// Where a session is taxed, and whether that is a guess.
struct Place {
    location: TaxLocation,
    estimated: bool,
}

impl House {
    /// Quotes the session anew over its lines, coupons and details.
    pub(super) async fn requote(&self, checkout: &mut Checkout, flow: &Flow) -> Result<(), Error> {
        self.drop_stale_selections(checkout);
        checkout.quoted = None;
        if checkout.lines.is_empty() {
            return Ok(());
        }
        let settings = self.store(&checkout.store)?;
        let place = place(checkout);
        let estimated = place.as_ref().is_none_or(|place| place.estimated);
        let answer = match place {
            None => None,
            Some(place) => match self.tax(checkout, flow, settings, place.location).await {
                Some(answer) => Some(answer),
                None => return Ok(()),
            },
        };
        let (treatment, tax_source, degraded) = match answer {
            None => (TaxTreatment::NotYetKnown, String::new(), Vec::new()),
            Some(Given { answer: TaxAnswer { treatment, source }, degraded, .. }) => {
                (treatment, format!("{}: {}", source.provider, source.basis), degraded)
            }
        };
        match price(&self.pricing_input(checkout, settings, treatment)) {
            Ok(quote) => {
                let expires_at = self.quote_ends(checkout);
                let chosen = checkout.details.selections.iter().flat_map(|selection| &selection.degraded);
                let degraded = degraded.iter().chain(chosen).cloned().collect();
                let digest = Self::digest(checkout, &quote);
                checkout.quoted = Some(Quoted { quote, estimated, tax_source, degraded, digest, expires_at });
                Ok(())
            }
            Err(PricingError::Amount(error)) => {
                Err(Error::of_field(Reason::AmountInvalid, "cart.lines", error.to_string()))
            }
            Err(error) => {
                tracing::warn!(checkout = %checkout.id, %error, "a checkout cannot be priced");
                Ok(())
            }
        }
    }

    /// The digest of what the session shows now.
    pub(super) fn digest(checkout: &Checkout, quote: &Quote) -> String {
        let delivery = checkout
            .details
            .selections
            .iter()
            .map(|selection| ChosenDelivery {
                group: &selection.group,
                carrier: selection.carrier.as_str(),
                option: &selection.code,
                to: selection_address(checkout, selection).map(Address::tax_location),
            })
            .collect();
        let billing = match &checkout.details.billing {
            Some(Billing::Address(address)) => Some(address),
            Some(Billing::SameAsDelivery) | None => checkout.details.delivery_address.as_ref(),
        };
        let due = quote.totals.total;
        let tenders =
            if due.is_zero() { Vec::new() } else { vec![ChosenTender { kind: "card", amount: due }] };
        let billing = billing.map(Address::tax_location);
        let confirmation = Confirmation { quote, delivery, billing, tenders, agreements: Vec::new() };
        QuoteDigest::of(&confirmation).to_string()
    }

    /// When a quote of now ends: after its own life, or with its shortest-lived part. A coupon that has ended
    /// already takes nothing off and ends no quote.
    fn quote_ends(&self, checkout: &Checkout) -> Timestamp {
        let now = self.engine.clock.now();
        let delivery = checkout.details.selections.iter().map(|selection| selection.expires_at);
        let coupons = checkout.coupons.iter().filter_map(|coupon| coupon.ends_at).filter(|ends| *ends > now);
        delivery.chain(coupons).fold(after(now, self.times.quote_life), std::cmp::Ord::min)
    }

    async fn tax(
        &self,
        checkout: &Checkout,
        flow: &Flow,
        settings: &StoreSettings,
        to: TaxLocation,
    ) -> Option<Given<TaxAnswer>> {
        let lines: Option<Vec<TaxableLine>> = checkout
            .lines
            .iter()
            .map(|line| {
                Some(TaxableLine {
                    id: line.id,
                    sku: line.sku().clone(),
                    quantity: line.quantity,
                    amount: line.subtotal().ok()?,
                    category: line.product.tax_category,
                })
            })
            .collect();
        let request = TaxRequest {
            store: checkout.store.clone(),
            currency: checkout.currency,
            date: self.engine.clock.now().to_zoned(TimeZone::UTC).date(),
            from: settings.country.map(country_only),
            to,
            prices_include_tax: settings.prices_include_tax,
            lines: lines?,
            delivery: checkout.details.selections.iter().map(taxable_delivery).collect(),
            exemption: None,
        };
        match self.quotes.tax(&flow.backend.tax, Arc::new(request)).await {
            Ok(given) => Some(given),
            Err(Nobody { failed }) => {
                metrics::counter!("cashwrap_tax_failures_total").increment(1);
                let asked = failed.len();
                tracing::warn!(checkout = %checkout.id, asked, "the tax is not known: the checkout has no quote");
                None
            }
        }
    }

    /// Where a session is taxed, where no provider of its flow knows that place and none ever will.
    pub(super) fn untaxable(&self, checkout: &Checkout, flow: &Flow) -> Option<Country> {
        let place = place(checkout)?.location;
        let known = flow.backend.tax.accounts().any(|account| self.quotes.may_tax(account, &place));
        (!known).then_some(place.country)
    }

    fn pricing_input(
        &self,
        checkout: &Checkout,
        settings: &StoreSettings,
        tax: TaxTreatment,
    ) -> PricingInput {
        PricingInput {
            currency: checkout.currency,
            at: self.engine.clock.now(),
            lines: checkout
                .lines
                .iter()
                .map(|line| PricingLine {
                    id: line.id,
                    sku: line.sku().clone(),
                    quantity: line.quantity,
                    unit_price: line.product.unit_price,
                    tax_category: line.product.tax_category,
                    discountable: true,
                    tags: line.product.tags.clone(),
                    tax_rates: None,
                })
                .collect(),
            coupons: checkout.coupons.clone(),
            delivery: checkout
                .details
                .selections
                .iter()
                .map(|selection| DeliveryCharge {
                    id: selection.group.clone(),
                    amount: selection.amount,
                    tax_category: selection.tax_category,
                    tax_rates: None,
                })
                .collect(),
            tax,
            prices_include_tax: settings.prices_include_tax,
            rounding: settings.rounding,
        }
    }
}

fn taxable_delivery(selection: &Selection) -> TaxableDelivery {
    TaxableDelivery {
        id: selection.group.clone(),
        amount: selection.amount,
        category: selection.tax_category,
    }
}

/// Where a selection's goods end up.
pub(super) fn selection_address<'a>(checkout: &'a Checkout, selection: &'a Selection) -> Option<&'a Address> {
    match &selection.kind {
        SelectionKind::Ship => checkout.details.delivery_address.as_ref(),
        SelectionKind::Pickup { address, .. } => Some(address),
    }
}

/// Where the goods go, the location for collected ones, or else where the buyer is billed.
pub(super) fn known_address(checkout: &Checkout) -> Option<&Address> {
    let details = &checkout.details;
    let collected = details.selection(SHIPMENT_GROUP).and_then(|selection| match &selection.kind {
        SelectionKind::Pickup { address, .. } => Some(address),
        SelectionKind::Ship => None,
    });
    let billed = match &details.billing {
        Some(Billing::Address(address)) => Some(address),
        Some(Billing::SameAsDelivery) | None => None,
    };
    collected.or(details.delivery_address.as_ref()).or(billed)
}

/// Collected goods are taxed at the location, sent ones where they go, digital ones where the buyer is billed;
/// without an address the region where the buyer is serves as an estimate.
fn place(checkout: &Checkout) -> Option<Place> {
    if let Some(address) = known_address(checkout) {
        return Some(Place { location: address.tax_location(), estimated: false });
    }
    let country = checkout.context.region.parse().ok()?;
    Some(Place { location: country_only(country), estimated: true })
}

const fn country_only(country: Country) -> TaxLocation {
    TaxLocation {
        country,
        administrative_area: String::new(),
        locality: String::new(),
        postal_code: String::new(),
        lines: Vec::new(),
    }
}
