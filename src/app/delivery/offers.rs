//! The delivery options of a session: each carrier of the flow is asked once, all at once, and what stands in for
//! whom is told.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::error::{Error, Reason};
use crate::app::house::House;
use crate::domain::checkout::{Checkout, Degraded, GroupKind, Undeliverable, groups};
use crate::domain::flow::{Chain, Flow, OptionCode, Problem, ProblemCode};
use crate::domain::ids::AccountId;
use crate::domain::payment::policy::after;
use crate::ports::carrier::{DeliveryKind, DeliveryOption};
use crate::ports::quotes::Given;

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
    pub(in crate::app) fn undeliverable(&self, checkout: &Checkout, flow: &Flow) -> Option<Undeliverable> {
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
}

fn offered(flow: &Flow, option: &DeliveryOption) -> bool {
    option.kind == DeliveryKind::Ship
        && option.code.parse::<OptionCode>().is_ok_and(|code| flow.frontend.delivery_options.offers(&code))
}
