//! Partner accounts as operators see them.

use jiff::Timestamp;

use super::explanation::not_sent;
use super::{fields, time};
use crate::app::Error;
use crate::app::operations::{PartnerKind, PartnerView};
use crate::domain::ids::StoreId;
use crate::domain::payment::policy::after;
use crate::grpc::names;
use crate::ports::Mode;
use crate::ports::gateway::{BreakerState, BreakerView};
use crate::proto::cashwrap::v1;

/// A mode out of a request.
pub fn mode(given: i32) -> Result<Mode, Error> {
    Ok(match fields::known("mode", given)? {
        v1::PartnerMode::Unspecified => {
            return Err(Error::field(
                "mode",
                "is missing: give PARTNER_MODE_AUTO, PARTNER_MODE_DRAIN, PARTNER_MODE_FORCE_OPEN or \
                 PARTNER_MODE_FORCE_CLOSED",
            ));
        }
        v1::PartnerMode::Auto => Mode::Auto,
        v1::PartnerMode::Drain => Mode::Drain,
        v1::PartnerMode::ForceOpen => Mode::ForceOpen,
        v1::PartnerMode::ForceClosed => Mode::ForceClosed,
    })
}

/// A partner as the API shows it.
pub fn partner(
    store: &StoreId,
    view: &PartnerView,
    adapter: &str,
    breakers: &[BreakerView],
    now: Timestamp,
) -> v1::Partner {
    let kind = match view.kind {
        PartnerKind::Gateway => v1::PartnerKind::Gateway,
        PartnerKind::Carrier => v1::PartnerKind::Carrier,
        PartnerKind::Tax => v1::PartnerKind::Tax,
    };
    let mode = match view.mode {
        Mode::Auto => v1::PartnerMode::Auto,
        Mode::Drain => v1::PartnerMode::Drain,
        Mode::ForceOpen => v1::PartnerMode::ForceOpen,
        Mode::ForceClosed => v1::PartnerMode::ForceClosed,
    };
    v1::Partner {
        name: names::of_partner(store, &view.account),
        etag: view.etag(),
        kind: kind.into(),
        adapter: adapter.to_owned(),
        mode: mode.into(),
        breakers: breakers.iter().map(|each| breaker(*each, now)).collect(),
        unavailable_reason: view.unavailable.map(not_sent).unwrap_or_default().to_owned(),
    }
}

fn breaker(view: BreakerView, now: Timestamp) -> v1::Breaker {
    let mut reopen_time = None;
    let state = match view.state {
        BreakerState::Closed => v1::BreakerState::Closed,
        BreakerState::HalfOpen => v1::BreakerState::HalfOpen,
        BreakerState::Open { probes_in } => {
            reopen_time = Some(time::timestamp(after(now, probes_in)));
            v1::BreakerState::Open
        }
        BreakerState::Misconfigured => v1::BreakerState::Misconfigured,
    };
    v1::Breaker { operation_class: view.class.to_owned(), state: state.into(), reopen_time }
}
