//! Which entries a call adds to an intent, or why it adds none.

use std::collections::BTreeMap;

use super::intent::{Intent, Status};
use crate::partners::sandbox::entry::{CaptureMethod, Entry, Failure};

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::partners::sandbox) enum Refused {
    /// The intent's status does not allow it.
    State,
    /// More was asked than the limit.
    TooMuch { limit: i64 },
    /// Everything captured has been refunded already.
    AlreadyRefunded,
}

/// How much is held when an authorisation succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::partners::sandbox) enum Hold {
    Full,
    /// Half, and at least one minor unit.
    Half,
    /// One minor unit more than was asked, and shown so.
    Wrong,
}

/// Whether the intent takes a confirm.
pub(in crate::partners::sandbox) fn may_confirm(intent: &Intent) -> Result<(), Refused> {
    match intent.status {
        Status::RequiresPaymentMethod | Status::RequiresConfirmation | Status::RequiresAction => Ok(()),
        Status::Processing | Status::RequiresCapture | Status::Canceled | Status::Succeeded => {
            Err(Refused::State)
        }
    }
}

/// The authorisation of an intent, with its capture where the intent captures by itself.
pub(in crate::partners::sandbox) fn authorise(
    intent: &Intent,
    charge: &str,
    token: &str,
    hold: Hold,
) -> Vec<Entry> {
    let (authorised, shown) = match hold {
        Hold::Full => (intent.amount, intent.amount),
        Hold::Half => ((intent.amount / 2).max(1), intent.amount),
        Hold::Wrong => (intent.amount.saturating_add(1), intent.amount.saturating_add(1)),
    };
    let authorisation = Entry::Authorised {
        intent: intent.id.clone(),
        charge: charge.to_owned(),
        payment_method: token.to_owned(),
        authorised,
        shown,
    };
    with_capture(intent, authorisation, authorised)
}

/// What becomes of an authorisation that was on its way: it lands, or finds that it may not.
///
/// Without tombstones a cancel that came first does not stop it, as with gateways whose void only reaches what
/// they have already seen.
pub(in crate::partners::sandbox) fn land(
    intent: &Intent,
    charge: &str,
    token: &str,
    tombstones: bool,
) -> Vec<Entry> {
    let after_void = intent.status == Status::Canceled && intent.authorised == 0;
    if !(may_confirm(intent).is_ok() || (after_void && !tombstones)) {
        return vec![Entry::LateRefused { intent: intent.id.clone(), charge: charge.to_owned() }];
    }
    let landing = Entry::LateLanded {
        intent: intent.id.clone(),
        charge: charge.to_owned(),
        payment_method: token.to_owned(),
        authorised: intent.amount,
        after_void,
    };
    with_capture(intent, landing, intent.amount)
}

fn with_capture(intent: &Intent, authorisation: Entry, amount: i64) -> Vec<Entry> {
    let capture = Entry::Captured { intent: intent.id.clone(), amount, released: 0 };
    match intent.capture_method {
        CaptureMethod::Automatic => vec![authorisation, capture],
        CaptureMethod::Manual => vec![authorisation],
    }
}

/// The customer came back from the action.
pub(in crate::partners::sandbox) fn finish_action(
    intent: &Intent,
    charge: &str,
    success: bool,
) -> Result<Vec<Entry>, Refused> {
    let Some(token) = intent.payment_method.as_deref().filter(|_| intent.status == Status::RequiresAction)
    else {
        return Err(Refused::State);
    };
    let id = intent.id.clone();
    if !success {
        return Ok(vec![Entry::ActionFailed { intent: id, failure: Failure::authentication() }]);
    }
    let mut entries = vec![Entry::ActionSucceeded { intent: id }];
    entries.extend(authorise(intent, charge, token, Hold::Full));
    Ok(entries)
}

/// A capture of all that is held, or of a part, which releases the rest.
pub(in crate::partners::sandbox) fn capture(
    intent: &Intent,
    amount: Option<i64>,
) -> Result<Vec<Entry>, Refused> {
    if intent.status != Status::RequiresCapture {
        return Err(Refused::State);
    }
    let held = intent.held();
    let amount = amount.unwrap_or(held);
    let released =
        held.checked_sub(amount).filter(|rest| *rest >= 0).ok_or(Refused::TooMuch { limit: held })?;
    Ok(vec![Entry::Captured { intent: intent.id.clone(), amount, released }])
}

/// A cancel, which gives back what is held. What is processing cannot be cancelled.
pub(in crate::partners::sandbox) fn cancel(
    intent: &Intent,
    reason: Option<&str>,
) -> Result<Vec<Entry>, Refused> {
    match intent.status {
        Status::RequiresPaymentMethod
        | Status::RequiresConfirmation
        | Status::RequiresAction
        | Status::RequiresCapture => {}
        Status::Processing | Status::Canceled | Status::Succeeded => return Err(Refused::State),
    }
    let reason = reason.map(str::to_owned);
    Ok(vec![Entry::Voided { intent: intent.id.clone(), released: intent.held(), reason }])
}

/// How much a refund asked for so much, or for the rest, would give back.
fn refundable(intent: &Intent, amount: Option<i64>) -> Result<i64, Refused> {
    if intent.status != Status::Succeeded {
        return Err(Refused::State);
    }
    let left = intent.captured.saturating_sub(intent.refunded);
    match amount {
        _ if left == 0 => Err(Refused::AlreadyRefunded),
        Some(amount) if amount > left => Err(Refused::TooMuch { limit: left }),
        Some(amount) => Ok(amount),
        None => Ok(left),
    }
}

/// A refund of at most what was captured and not refunded yet; `failure` makes it one that fails.
pub(in crate::partners::sandbox) fn refund(
    intent: &Intent,
    refund: &str,
    amount: Option<i64>,
    metadata: BTreeMap<String, String>,
    failure: Option<&str>,
) -> Result<Vec<Entry>, Refused> {
    let amount = refundable(intent, amount)?;
    let (intent, refund) = (intent.id.clone(), refund.to_owned());
    Ok(vec![match failure {
        None => Entry::Refunded { intent, refund, amount, metadata },
        Some(reason) => Entry::RefundFailed { intent, refund, amount, metadata, reason: reason.to_owned() },
    }])
}

#[cfg(test)]
mod tests;
