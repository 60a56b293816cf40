//! Ways to have goods delivered, and places to collect them.

use jiff::Timestamp;

use super::money::amount;
use super::{address, time};
use crate::app::delivery::Offered;
use crate::domain::checkout::{Selection, SelectionKind};
use crate::ports::carrier::PickupLocation;
use crate::proto::cashwrap::v1;

/// An option that is offered now.
pub fn offered(offered: &Offered, now: Timestamp) -> v1::DeliveryOption {
    let option = &offered.option;
    v1::DeliveryOption {
        quote_id: offered.quote_id.clone(),
        delivery_group_id: offered.group.clone(),
        carrier: offered.carrier.to_string(),
        service: option.code.clone(),
        title: option.title.clone(),
        price: Some(amount(option.amount)),
        delivery_dates: time::days_after(now, option.earliest_days, option.latest_days),
        expire_time: Some(time::timestamp(offered.expires_at)),
    }
}

/// An option that was chosen; its days count from `from`, when it is or was ordered.
pub fn chosen(selection: &Selection, from: Timestamp) -> v1::DeliveryOption {
    v1::DeliveryOption {
        quote_id: selection.quote_id.clone(),
        delivery_group_id: selection.group.clone(),
        carrier: selection.carrier.to_string(),
        service: selection.code.clone(),
        title: selection.title.clone(),
        price: Some(amount(selection.amount)),
        delivery_dates: time::days_after(from, selection.earliest_days, selection.latest_days),
        expire_time: Some(time::timestamp(selection.expires_at)),
    }
}

/// A place where goods can be collected.
pub fn location(location: &PickupLocation) -> v1::PickupLocation {
    v1::PickupLocation {
        id: location.id.clone(),
        title: location.name.clone(),
        address: Some(address::postal(&location.address)),
        position: location.coordinates.map(address::position),
        distance_metres: location.distance_metres.map(i64::from),
        opening_hours: location.hours.clone(),
        ready_in_hours: i32::from(location.ready_in_hours),
    }
}

/// The place that was chosen, if goods are collected.
pub fn chosen_location(selection: &Selection) -> Option<v1::PickupLocation> {
    match &selection.kind {
        SelectionKind::Ship => None,
        SelectionKind::Pickup { location, name, address } => Some(v1::PickupLocation {
            id: location.clone(),
            title: name.clone(),
            address: Some(address::postal(address)),
            ..v1::PickupLocation::default()
        }),
    }
}
