//! An order as PayPal shows it, understood: what it holds, what was taken, and what went back.

use super::amounts::money_from_wire;
use super::declines::{decline, processor_is_down};
use super::wire::{Amount, Authorization, Capture, Link, Order, Refund, Unit};
use crate::domain::money::Money;
use crate::domain::payment::{Decline, Status, UnknownCause, View};

/// The specification's own limit of an order's id; those of authorisations and captures are shorter.
const MAX_ID_BYTES: usize = 36;

/// Ids become parts of paths and stand in logs: nothing else than PayPal's own alphabet is taken for one.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(plain)
}

/// What became of a capture or refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Done,
    Under,
    Failed(Decline),
}

/// A capture or refund of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Movement {
    pub(super) id: String,
    pub(super) fate: Fate,
    pub(super) amount: Money,
    /// The id of our operation, where it carries one.
    pub(super) key: Option<String>,
    /// The capture that a refund is of.
    pub(super) of: Option<String>,
}

/// An order that was understood.
pub(super) struct Seen {
    pub(super) view: View,
    pub(super) authorization: Option<String>,
    pub(super) captures: Vec<Movement>,
    pub(super) refunds: Vec<Movement>,
    /// The processor was down when it was to be authorised.
    pub(super) processor_is_down: bool,
}

impl Seen {
    /// What was captured, in minor units, but for the capture of this id.
    pub(super) fn captured_but_for(&self, id: &str) -> Option<i64> {
        let done = self.captures.iter().filter(|capture| capture.fate == Fate::Done && capture.id != id);
        done.map(|capture| capture.amount.minor).try_fold(0_i64, i64::checked_add)
    }
}

/// The order, or why it cannot be understood.
pub(super) fn understand(order: &Order) -> Result<Seen, UnknownCause> {
    let garbage = UnknownCause::Garbage;
    // Ours have one unit: anything else is no order of ours.
    let [unit] = order.purchase_units.as_slice() else { return Err(garbage) };
    if !is_id(&order.id) {
        return Err(garbage);
    }
    let authorization = authorization(unit)?;
    let held = authorization.and_then(|held| held.amount.as_ref()).map(money).transpose()?;
    let asked = unit.amount.as_ref().map(money).transpose()?.or(held).ok_or(garbage)?;
    // R10: where more is held than was asked for, or in another currency, that is the amount.
    let amount = match held {
        Some(held) if held.currency != asked.currency || held.minor > asked.minor => held,
        _ => asked,
    };
    let payments = unit.payments.as_ref();
    let captures = movements(payments.map(|payments| payments.captures.as_slice()), capture, amount)?;
    let refunds = movements(payments.map(|payments| payments.refunds.as_slice()), refund, amount)?;
    let mut seen = Seen {
        view: View {
            object: Some(order.id.clone()),
            status: Status::Created,
            amount,
            reference: unit.custom_id.clone().or_else(|| authorization?.custom_id.clone()),
            capturable_minor: 0,
            captured_minor: 0,
            refunded_minor: None,
            card: None,
        },
        authorization: authorization.map(|held| held.id.clone()),
        captures,
        refunds,
        processor_is_down: authorization
            .is_some_and(|held| processor_is_down(held.processor_response.as_ref())),
    };
    seen.view.captured_minor = seen.captured_but_for("").ok_or(garbage)?;
    seen.view.status = status(order, authorization, &seen)?;
    if seen.view.status == Status::Authorised {
        seen.view.capturable_minor = held.map_or(amount.minor, |held| held.minor);
    }
    Ok(seen)
}

/// The authorisation that counts: the one that holds or has held, else the last. PayPal allows one for each order; were
/// there two that hold, nobody could say which is meant.
fn authorization(unit: &Unit) -> Result<Option<&Authorization>, UnknownCause> {
    let all = unit.payments.as_ref().map_or(&[][..], |payments| &payments.authorizations);
    let holds = |each: &&Authorization| {
        matches!(each.status.as_str(), "CREATED" | "PENDING" | "CAPTURED" | "PARTIALLY_CAPTURED")
    };
    let mut holding = all.iter().filter(holds);
    match (holding.next(), holding.next()) {
        (Some(_), Some(_)) => Err(UnknownCause::NotConclusive),
        (found, _) => {
            let found = found.or(all.last());
            if found.is_some_and(|found| !is_id(&found.id)) { Err(UnknownCause::Garbage) } else { Ok(found) }
        }
    }
}

fn status(order: &Order, held: Option<&Authorization>, seen: &Seen) -> Result<Status, UnknownCause> {
    if seen.view.captured_minor > 0 {
        return Ok(Status::Captured);
    }
    if seen.captures.iter().any(|capture| capture.fate == Fate::Under) {
        return Ok(Status::Processing);
    }
    let Some(held) = held else { return before_authorization(order) };
    Ok(match held.status.as_str() {
        "CREATED" => Status::Authorised,
        "PENDING" => Status::Processing,
        // What has expired holds nothing any more, and cannot be captured either.
        "VOIDED" | "EXPIRED" => Status::Voided,
        "DENIED" => Status::Declined(decline(held.processor_response.as_ref())),
        // And the captures are not shown.
        "CAPTURED" | "PARTIALLY_CAPTURED" => return Err(UnknownCause::NotConclusive),
        _ => return Err(UnknownCause::Garbage),
    })
}

fn before_authorization(order: &Order) -> Result<Status, UnknownCause> {
    let action = || redirect(&order.links).map(|redirect_url| Status::ActionNeeded { redirect_url });
    match order.status.as_deref() {
        Some("CREATED" | "SAVED") => Ok(action().unwrap_or(Status::Created)),
        // Without an address the customer cannot be sent anywhere.
        Some("PAYER_ACTION_REQUIRED") => action().ok_or(UnknownCause::NotConclusive),
        Some("APPROVED") => Ok(Status::Approved),
        Some("VOIDED") => Ok(Status::Voided),
        Some("COMPLETED") => Err(UnknownCause::NotConclusive),
        Some(_) | None => Err(UnknownCause::Garbage),
    }
}

/// The address of the action: the customer's browser goes there, so it is an address of the web.
fn redirect(links: &[Link]) -> Option<String> {
    const MAX_URL_BYTES: usize = 4_096;
    let leads = |link: &&Link| matches!(link.rel.as_deref(), Some("payer-action" | "approve"));
    let url = links.iter().find(leads)?.href.as_deref()?;
    let web = reqwest::Url::parse(url).is_ok_and(|parsed| matches!(parsed.scheme(), "https" | "http"));
    (web && url.len() <= MAX_URL_BYTES).then(|| url.to_owned())
}

fn movements<T>(
    from: Option<&[T]>,
    read: impl Fn(&T) -> Option<Movement>,
    amount: Money,
) -> Result<Vec<Movement>, UnknownCause> {
    let one = |each: &T| read(each).filter(|found| found.amount.currency == amount.currency);
    from.unwrap_or_default().iter().map(one).collect::<Option<_>>().ok_or(UnknownCause::Garbage)
}

/// A capture, if it can be understood.
pub(super) fn capture(capture: &Capture) -> Option<Movement> {
    let fate = match capture.status.as_str() {
        // Taken, whatever went back since.
        "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => Fate::Done,
        "PENDING" => Fate::Under,
        "DECLINED" | "FAILED" => Fate::Failed(decline(capture.processor_response.as_ref())),
        _ => return None,
    };
    let amount = money(capture.amount.as_ref()?).ok()?;
    let (id, key) = (capture.id.clone(), capture.invoice_id.clone());
    is_id(&id).then_some(Movement { id, fate, amount, key, of: None })
}

/// A refund, if it can be understood.
pub(super) fn refund(refund: &Refund) -> Option<Movement> {
    let fate = match refund.status.as_str() {
        "COMPLETED" => Fate::Done,
        "PENDING" => Fate::Under,
        "FAILED" | "CANCELLED" => Fate::Failed(decline(None)),
        _ => return None,
    };
    let up = refund.links.iter().find(|link| link.rel.as_deref() == Some("up"));
    let of = up.and_then(|link| link.href.as_deref()?.rsplit('/').next()).filter(|id| is_id(id));
    let amount = money(refund.amount.as_ref()?).ok()?;
    let key = refund.custom_id.clone().or_else(|| refund.invoice_id.clone());
    let id = refund.id.clone();
    is_id(&id).then_some(Movement { id, fate, amount, key, of: of.map(str::to_owned) })
}

fn money(amount: &Amount) -> Result<Money, UnknownCause> {
    money_from_wire(&amount.value, &amount.currency_code).ok_or(UnknownCause::Garbage)
}
