//! The places where goods can be collected. A partner that does not answer is never taken for one that has no place.

use std::sync::Arc;
use std::time::Duration;

use crate::app::error::{Error, Reason};
use crate::app::house::House;
use crate::domain::address::Coordinates;
use crate::domain::checkout::{Checkout, GroupKind, SHIPMENT_GROUP, Selection, SelectionKind, groups};
use crate::domain::flow::{Chain, Flow, Problem, ProblemCode};
use crate::domain::ids::AccountId;
use crate::domain::payment::policy::after;
use crate::ports::carrier::{DeliveryKind, DeliveryOption, PickupLocation};
use crate::ports::quotes::Given;

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

impl House {
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

    /// The selection of a pickup location.
    pub(in crate::app) async fn select_pickup(
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
}

fn nobody_knows_places() -> Error {
    Error::new(
        Reason::PartnerUnavailable,
        "a partner that knows the pickup locations did not answer: repeat the call in a moment",
    )
    .retry_after(Duration::from_secs(2))
}
