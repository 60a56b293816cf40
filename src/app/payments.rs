//! Payments: read, list, and what the back office does with them: capture, void, refund.
//!
//! A wish is recorded as a pending operation in one commit, and the engine drives it at once; whoever wants to
//! know what became of it reads the payment again.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::error::{Error, Reason};
use super::house::House;
use super::mutation::{Change, Mutation, Versioned, etag};
use crate::domain::ids::{OperationId, PaymentId, StoreId};
use crate::domain::money::Money;
use crate::domain::payment::react::react;
use crate::domain::payment::{
    Attempt, AttemptState, Books, Goal, Impossible, Input, Operation, OperationKind, OperationState, Payment,
};
use crate::domain::placement::Placement;
use crate::ports::Record;
use crate::ports::store::{Key, Kind, Listing, Query, Row, Snapshot, TimerChange, TimerWrite};

/// What the back office wants of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Take this much; `None` for all.
    Capture(Option<Money>),
    /// Give back what is held.
    Void,
    /// Give back this much of what was taken; `None` for all that is left.
    Refund(Option<Money>),
}

/// Encodes the reply that shows a payment.
pub type EncodePayment<'a> = &'a (dyn Fn(&Versioned<Payment>) -> Bytes + Sync);

/// A page of rows.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows, newest first.
    pub rows: Vec<Versioned<T>>,
    /// The id after which the next page begins, if there is one.
    pub next: Option<String>,
}

impl House {
    /// Reads a payment.
    pub async fn get_payment(&self, store: &StoreId, id: PaymentId) -> Result<Versioned<Payment>, Error> {
        self.store(store)?;
        match self.row(Key::new(store, Kind::Payment, id)).await? {
            Some(row) => match row.row {
                Record::Payment(payment) => Ok(Versioned { row: *payment, etag: etag(row.sequence) }),
                _ => Err(Error::not_found("payment")),
            },
            None => Err(Error::not_found("payment")),
        }
    }

    /// Reads a payment with its placement, which says what its owner wanted, and with the card's books.
    pub async fn explain_payment(
        &self,
        store: &StoreId,
        id: PaymentId,
    ) -> Result<(Versioned<Payment>, Option<Placement>, Books), Error> {
        self.store(store)?;
        let key = Key::new(store, Kind::Payment, id);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let snapshot = self.engine.store.read(&query).await?;
        let payment = match snapshot.rows.get(&key) {
            Some(Row { row: Record::Payment(payment), sequence, .. }) => {
                Versioned { row: (**payment).clone(), etag: etag(*sequence) }
            }
            _ => return Err(Error::not_found("payment")),
        };
        let placement = snapshot.rows.get(&Key::new(store, Kind::Placement, payment.row.placement));
        let placement = match placement.map(|row| &row.row) {
            Some(Record::Placement(placement)) => Some((**placement).clone()),
            _ => None,
        };
        Ok((payment, placement, snapshot.books()))
    }

    /// Lists payments, newest first.
    pub async fn list_payments(
        &self,
        store: &StoreId,
        limit: u32,
        before: Option<String>,
    ) -> Result<Page<Payment>, Error> {
        self.payments_labelled(store, None, limit, before).await
    }

    /// Lists the payments whose outcome is not known, or that need an operator.
    pub async fn list_unresolved(
        &self,
        store: &StoreId,
        limit: u32,
        before: Option<String>,
    ) -> Result<Page<Payment>, Error> {
        self.payments_labelled(store, Some("unresolved".to_owned()), limit, before).await
    }

    async fn payments_labelled(
        &self,
        store: &StoreId,
        label: Option<String>,
        limit: u32,
        before: Option<String>,
    ) -> Result<Page<Payment>, Error> {
        self.page(store, Kind::Payment, label, limit, before, |record| match record {
            Record::Payment(payment) => Some(*payment),
            _ => None,
        })
        .await
    }

    pub(super) async fn page<T>(
        &self,
        store: &StoreId,
        kind: Kind,
        label: Option<String>,
        limit: u32,
        before: Option<String>,
        of: fn(Record) -> Option<T>,
    ) -> Result<Page<T>, Error> {
        self.store(store)?;
        let listing = Listing { store: store.clone(), kind, label, before, limit: limit.saturating_add(1) };
        let mut found = self.engine.store.list(&listing).await?;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > wanted;
        found.truncate(wanted);
        let next = if more { found.last().map(|(key, _)| key.id.clone()) } else { None };
        let rows = found
            .into_iter()
            .filter_map(|(_, row)| {
                let etag = etag(row.sequence);
                of(row.row).map(|row| Versioned { row, etag })
            })
            .collect();
        Ok(Page { rows, next })
    }

    /// Captures, voids or refunds. The reply is frozen with the wish, before the gateway hears of it: it shows
    /// the operation as pending. A read afterwards shows what became of it.
    pub async fn settle_payment(
        &self,
        mutation: &Mutation,
        id: PaymentId,
        wanted: Wanted,
        encode: EncodePayment<'_>,
    ) -> Result<Bytes, Error> {
        self.store(&mutation.store)?;
        let key = &Key::new(&mutation.store, Kind::Payment, id);
        let keys = [key.clone()];
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let row = snapshot.rows.get(key).ok_or_else(|| Error::not_found("payment"))?;
            let Record::Payment(payment) = &row.row else { return Err(Error::not_found("payment")) };
            let next = self.wish(payment, wanted)?;
            Ok(Change {
                records: vec![Record::Payment(Box::new(next))],
                timers: vec![TimerWrite { key: key.clone(), change: TimerChange::Due(Duration::ZERO) }],
                moves_money: true,
                ..Change::default()
            })
        };
        let body = self
            .mutate(mutation, &keys, step, |shown| match shown.first() {
                Some(Versioned { row: Record::Payment(payment), etag }) => {
                    encode(&Versioned { row: (**payment).clone(), etag: etag.clone() })
                }
                _ => Bytes::new(),
            })
            .await?;
        self.engine.bell.notify_one();
        Ok(body)
    }

    /// The operation that a wish asks for, on a payment whose order exists. What was wished before stands in the
    /// row, so that of two wishes at once the second is told what is under way.
    fn wish(&self, payment: &Payment, wanted: Wanted) -> Result<Payment, Error> {
        if payment.order.is_none() || payment.goal == Goal::Hold {
            return Err(Error::new(
                Reason::PaymentStateInvalid,
                "the payment belongs to a placement that is not an order: cancel the checkout instead",
            ));
        }
        self.can_be_asked_for(payment, wanted)?;
        if let Some(error) = in_the_way(payment, wanted) {
            return Err(error);
        }
        let operation = OperationId(self.engine.ids.fresh());
        let input = match wanted {
            Wanted::Capture(amount) => {
                Input::Capture { operation, amount_minor: amount.unwrap_or(payment.amount).minor }
            }
            Wanted::Void => Input::Goal(Goal::Release),
            Wanted::Refund(amount) => Input::Refund {
                operation,
                amount_minor: amount.map_or_else(|| payment.refundable_minor(), |amount| amount.minor),
            },
        };
        react(payment, input, self.engine.clock.now(), &self.engine.policy).map_err(|error| match error {
            Impossible::Amount { left_minor: 0 } => nothing_left(payment),
            Impossible::Amount { left_minor } => Error::of_field(
                Reason::AmountExceedsRemainder,
                "amount",
                format!("is not within what is left: give at most {}", in_currency(payment, left_minor)),
            ),
            Impossible::State
            | Impossible::NotFound
            | Impossible::Attempt { .. }
            | Impossible::Operation { .. } => Error::new(
                Reason::PaymentStateInvalid,
                "the payment's state does not allow this: read the payment, and decide on what it is now",
            ),
        })
    }
}

impl House {
    /// Refuses an amount in another currency, or one that the gateway which holds the money has no number for.
    fn can_be_asked_for(&self, payment: &Payment, wanted: Wanted) -> Result<(), Error> {
        let (Wanted::Capture(Some(amount)) | Wanted::Refund(Some(amount))) = wanted else { return Ok(()) };
        let currency = payment.amount.currency;
        if amount.currency != currency {
            let remedy = format!("is not the payment's: give an amount in {currency}");
            return Err(Error::of_field(Reason::CurrencyMismatch, "amount.currency_code", remedy));
        }
        let gateway = payment.live().and_then(|attempt| self.engine.gateways.get(&attempt.account));
        let step = gateway.map_or(1, |gateway| gateway.capabilities().step(currency));
        if amount.minor % step != 0 {
            let step = Money::new(step, currency);
            let remedy = format!("cannot be sent to the gateway of this payment: give a multiple of {step}");
            return Err(Error::field("amount", remedy));
        }
        Ok(())
    }
}

/// What forbids a wish now: an outcome that is not known, another wish that is under way, or that there is nothing
/// for it to act on. Refunds stand beside each other, each within what the others leave. What failed for good is in
/// nobody's way: whoever reviews it answers it by the next wish.
fn in_the_way(payment: &Payment, wanted: Wanted) -> Option<Error> {
    let unknown = |attempt: &Attempt| {
        // A refund that the vendor has received is reserved, and in no other's way (R18).
        let beside = |operation: &Operation| {
            matches!(wanted, Wanted::Refund(_))
                && operation.kind == OperationKind::Refund
                && operation.received()
        };
        let lost = |operation: &Operation| {
            matches!(operation.state, OperationState::Unknown(_)) && !beside(operation)
        };
        let given_up = attempt.needs_review && attempt.open().is_some();
        given_up || attempt.state == AttemptState::Unknown || attempt.operations.iter().any(lost)
    };
    if payment.attempts.iter().any(unknown) {
        return Some(unresolved());
    }
    let live = payment.live();
    let open = live.and_then(Attempt::open);
    let invalid = |message: String| Some(Error::new(Reason::PaymentStateInvalid, message));
    match (wanted, open) {
        (Wanted::Capture(_) | Wanted::Void, _) if payment.goal == Goal::Release => invalid(
            "a void was asked for, and nothing is left to capture or void: read the payment".to_owned(),
        ),
        (Wanted::Capture(_) | Wanted::Void, Some(open)) => {
            let amount = in_currency(payment, open.amount_minor);
            invalid(format!(
                "a {} of {amount} is under way: read the payment until it has ended, and refund what it took",
                open.kind.as_str()
            ))
        }
        (Wanted::Capture(_) | Wanted::Void, None)
            if live.is_none_or(|attempt| attempt.state != AttemptState::Authorised) =>
        {
            invalid("nothing is held that could be captured or voided: refund what was captured; what a capture left was \
                 given back"
                    .to_owned())
        }
        (Wanted::Refund(_), _) if live.is_some_and(|attempt| attempt.state == AttemptState::Authorised) => {
            let message = match open {
                Some(_) => "the capture is under way: read the payment, and refund once it has ended",
                None => "nothing was captured that could be refunded: void what is held",
            };
            invalid(message.to_owned())
        }
        (Wanted::Refund(_), _) if live.is_none() && payment.refunded_minor() > 0 => Some(nothing_left(payment)),
        (Wanted::Refund(_), Some(open)) if open.state == OperationState::Sending => {
            let reserved = payment.refundable_minor() == 0;
            (!reserved).then(unresolved)
        }
        (Wanted::Capture(_) | Wanted::Void | Wanted::Refund(_), _) => None,
    }
}

fn nothing_left(payment: &Payment) -> Error {
    let remedy = if payment.goal == Goal::Release && payment.refunded_minor() == 0 {
        "is more than what is left, which is nothing: the payment was voided, and what it held was given back"
    } else {
        "is more than what is left, which is nothing: read the payment for the refunds made and under way"
    };
    Error::of_field(Reason::AmountExceedsRemainder, "amount", remedy)
}

fn unresolved() -> Error {
    Error::new(
        Reason::PaymentOperationUnresolved,
        "an earlier operation of this payment has no known outcome yet: repeat when it is resolved",
    )
    .retry_after(Duration::from_secs(5))
}

fn in_currency(payment: &Payment, minor: i64) -> Money {
    Money::new(minor, payment.amount.currency)
}
