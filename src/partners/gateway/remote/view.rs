//! A partner's view of an object becomes ours, or it cannot be understood.
//!
//! Another amount, currency or payment than was asked for is passed on as it is: the payment machine voids what holds it
//! (R10). What would make no sense in a row is no answer.

use super::declines::decline;
use super::text::{is_id, is_web};
use crate::domain::money::{MAX_MINOR, Money};
use crate::domain::payment::outcome::{CardReference, SeenCard};
use crate::domain::payment::{Network, Status, View};
use crate::proto::partner::v1 as wire;
use crate::proto::partner::v1::view::State;

/// Fingerprints and PARs have a few dozen characters; what is much longer is none.
const MAX_CARD_REFERENCE_BYTES: usize = 128;

/// A view that was understood, with what a breaker wants to know.
pub(super) struct Understood {
    pub(super) view: View,
    /// The partner says that it or its processor is down, and tells it as a decline.
    pub(super) gateway_is_down: bool,
}

/// Understands a view, or says that it is none.
pub(super) fn understand(view: &wire::View) -> Option<Understood> {
    let state = view.state.as_ref()?;
    let status = status(state)?;
    if view.object.is_empty() && !may_be_nameless(&status) || !view.object.is_empty() && !is_id(&view.object)
    {
        return None;
    }
    if !is_id(&view.payment) {
        return None;
    }
    let (capturable_minor, captured_minor) = match state {
        State::Authorised(held) => (minor(held.capturable_minor)?, 0),
        State::Captured(taken) => (minor(taken.capturable_minor)?, minor(taken.captured_minor)?),
        State::Created(_)
        | State::ActionNeeded(_)
        | State::Approved(_)
        | State::Processing(_)
        | State::Voided(_)
        | State::Declined(_) => (0, 0),
    };
    let refunded_minor = match view.refunded_minor {
        Some(refunded) => Some(minor(refunded)?),
        None => None,
    };
    Some(Understood {
        view: View {
            object: (!view.object.is_empty()).then(|| view.object.clone()),
            status,
            amount: money(view.amount.as_ref()?)?,
            reference: Some(view.payment.clone()),
            capturable_minor,
            captured_minor,
            refunded_minor,
            card: view.card.as_ref().map(card),
        },
        gateway_is_down: matches!(state, State::Declined(declined) if declined.gateway_is_down),
    })
}

/// An amount of a currency that we know.
pub(super) fn money(money: &wire::Money) -> Option<Money> {
    Some(Money::new(minor(money.minor_units)?, money.currency_code.parse().ok()?))
}

/// Nothing that is held, taken or given back is negative, or beyond what any payment can be.
fn minor(number: i64) -> Option<i64> {
    (0..=MAX_MINOR).contains(&number).then_some(number)
}

fn status(state: &State) -> Option<Status> {
    Some(match state {
        State::Created(_) => Status::Created,
        // Without an address the customer cannot be sent anywhere, and the ladder ends the object.
        State::ActionNeeded(action) if !is_web(&action.redirect_url) => return None,
        State::ActionNeeded(action) => Status::ActionNeeded { redirect_url: action.redirect_url.clone() },
        State::Approved(_) => Status::Approved,
        State::Processing(_) => Status::Processing,
        State::Authorised(_) => Status::Authorised,
        State::Captured(_) => Status::Captured,
        State::Voided(_) => Status::Voided,
        State::Declined(declined) => Status::Declined(decline(declined)),
    })
}

/// What holds money, or may be asked for it, has an id: nothing could be done to it otherwise.
const fn may_be_nameless(status: &Status) -> bool {
    match status {
        Status::ActionNeeded { .. } | Status::Processing | Status::Voided | Status::Declined(_) => true,
        Status::Created | Status::Approved | Status::Authorised | Status::Captured => false,
    }
}

fn card(card: &wire::Card) -> SeenCard {
    use wire::card::Reference;
    let sound = |text: &str| text.len() <= MAX_CARD_REFERENCE_BYTES && is_id(text);
    let reference = match &card.reference {
        Some(Reference::Par(par)) if sound(par) => Some(CardReference::Par(par.clone())),
        Some(Reference::Fingerprint(text)) if sound(text) => Some(CardReference::Fingerprint(text.clone())),
        Some(Reference::Par(_) | Reference::Fingerprint(_)) | None => None,
    };
    let network = match wire::Network::try_from(card.network) {
        Ok(wire::Network::Visa) => Network::Visa,
        Ok(wire::Network::Mastercard) => Network::Mastercard,
        Ok(wire::Network::Unspecified) | Err(_) => Network::Other,
    };
    SeenCard { reference, network }
}
