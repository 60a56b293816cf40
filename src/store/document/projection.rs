//! What stands beside the text of a record: links, the label, real columns.
//!
//! - Links make one query enough for a use case: a cart brings the catalogue's rows of its lines along and
//!   the placement that locks it, a checkout these and its cart, placement and order, a placement its checkout, cart and payments. Placements,
//!   payments and the checkouts of customers bring the card books along, and a token's book those of its card.
//! - The label is what rows of a kind are listed by: an order by its customer, a payment by [`UNRESOLVED`].
//! - Columns are for operators, analysts and the backstops of uniqueness.
//! - Card books have a life: what is void in them would otherwise stand for ever.

use jiff::Timestamp;

use crate::domain::cart::{CartLine, CartState};
use crate::domain::coupon::Coupon;
use crate::domain::order::Order;
use crate::domain::payment::scheme::BookId;
use crate::domain::payment::{Attempt, Operation, Payment};
use crate::domain::placement::Placement;
use crate::ports::document::{AttemptColumns, Columns, OperationColumns, OrderColumns, PlacementColumns};
use crate::ports::record::Record;
use crate::ports::store::Kind;

/// The label of a payment with an outcome that is not known, or that waits for an operator.
const UNRESOLVED: &str = "unresolved";

/// The rows that are read along with the record, in the order in which they are named here.
pub(super) fn links(record: &Record) -> Vec<(Kind, String)> {
    match record {
        Record::Checkout(checkout) => [
            Some((Kind::Cart, checkout.cart.to_string())),
            checkout.placement.map(|id| (Kind::Placement, id.to_string())),
            checkout.order.map(|id| (Kind::Order, id.to_string())),
            checkout.context.customer.id.clone().map(|id| card_book(&BookId::Customer(id))),
        ]
        .into_iter()
        .flatten()
        .chain(sold(&checkout.lines, &checkout.coupons))
        .collect(),
        Record::Cart(cart) => {
            let placement = cart.placement.filter(|_| cart.state == CartState::Locked);
            let placement = placement.map(|id| (Kind::Placement, id.to_string()));
            placement.into_iter().chain(sold(&cart.lines, &cart.coupons)).collect()
        }
        Record::Placement(placement) => {
            let own =
                [(Kind::Checkout, placement.checkout.to_string()), (Kind::Cart, placement.cart.to_string())];
            let payments = placement.payments.iter().map(|id| (Kind::Payment, id.to_string()));
            own.into_iter().chain(payments).chain(placement.books.iter().map(card_book)).collect()
        }
        Record::Payment(payment) => {
            let placement = (Kind::Placement, payment.placement.to_string());
            let order = payment.order.map(|id| (Kind::Order, id.to_string()));
            let books = payment.card.names.iter().map(|name| card_book(&name.book));
            std::iter::once(placement).chain(order).chain(books).collect()
        }
        Record::Order(order) => order.payments.iter().map(|id| (Kind::Payment, id.to_string())).collect(),
        Record::CardBook(book) => book.same_as.iter().map(card_book).collect(),
        Record::Product(_) | Record::Coupon(_) | Record::PartnerMode(_) => Vec::new(),
    }
}

fn card_book(id: &BookId) -> (Kind, String) {
    (Kind::CardBook, id.to_string())
}

/// The rows of the built-in catalogue that lines and coupons came from.
fn sold<'a>(lines: &'a [CartLine], coupons: &'a [Coupon]) -> impl Iterator<Item = (Kind, String)> + use<'a> {
    let mut skus: Vec<&str> = lines.iter().map(|line| line.sku().as_str()).collect();
    skus.sort_unstable();
    skus.dedup();
    let products = skus.into_iter().map(|sku| (Kind::Product, sku.to_owned()));
    products.chain(coupons.iter().map(|coupon| (Kind::Coupon, coupon.code.to_string())))
}

/// What the record is listed by.
pub(super) fn label(record: &Record) -> Option<String> {
    match record {
        Record::Payment(payment) => {
            (payment.unresolved() || payment.needs_review()).then(|| UNRESOLVED.to_owned())
        }
        Record::Order(order) => order.context.customer.id.clone(),
        Record::Cart(_)
        | Record::Checkout(_)
        | Record::Placement(_)
        | Record::Product(_)
        | Record::Coupon(_)
        | Record::PartnerMode(_)
        | Record::CardBook(_) => None,
    }
}

/// From when on nothing of the record matters, where it has a life.
pub(super) fn void_at(record: &Record) -> Option<Timestamp> {
    match record {
        Record::CardBook(book) => book.void_at(),
        Record::Cart(_)
        | Record::Checkout(_)
        | Record::Placement(_)
        | Record::Payment(_)
        | Record::Order(_)
        | Record::Product(_)
        | Record::Coupon(_)
        | Record::PartnerMode(_) => None,
    }
}

/// The real columns of the record.
pub(super) fn columns(record: &Record) -> Vec<Columns> {
    match record {
        Record::Payment(payment) => payment.attempts.iter().flat_map(|each| attempt(payment, each)).collect(),
        Record::Order(row) => vec![Columns::Order(order(row))],
        Record::Placement(row) => vec![Columns::Placement(placement(row))],
        Record::Cart(_)
        | Record::Checkout(_)
        | Record::Product(_)
        | Record::Coupon(_)
        | Record::PartnerMode(_)
        | Record::CardBook(_) => Vec::new(),
    }
}

/// An attempt, then its operations.
fn attempt(payment: &Payment, attempt: &Attempt) -> Vec<Columns> {
    let own = Columns::Attempt(AttemptColumns {
        id: attempt.id.to_string(),
        payment: payment.id.to_string(),
        // One payment is one tender.
        tender: payment.id.to_string(),
        account: attempt.account.to_string(),
        state: attempt.state.as_str().to_owned(),
        live: attempt.state.live(),
        amount_minor: payment.amount.minor,
        currency: payment.amount.currency.to_string(),
        object: attempt.object.clone(),
    });
    let operations = attempt.operations.iter().map(|each| operation(payment, attempt, each));
    std::iter::once(own).chain(operations).collect()
}

fn operation(payment: &Payment, attempt: &Attempt, operation: &Operation) -> Columns {
    Columns::Operation(OperationColumns {
        id: operation.id.to_string(),
        attempt: attempt.id.to_string(),
        kind: operation.kind.as_str().to_owned(),
        state: operation.state.as_str().to_owned(),
        amount_minor: operation.amount_minor,
        currency: payment.amount.currency.to_string(),
        // The gateways know a payment by its id.
        reference: payment.id.to_string(),
        idempotency_key: operation.idempotency_key(),
        send_by: operation.send_by,
    })
}

fn order(order: &Order) -> OrderColumns {
    let total = order.quoted.quote.totals.total;
    OrderColumns {
        id: order.id.to_string(),
        checkout: order.checkout.to_string(),
        cart: order.cart.to_string(),
        total_minor: total.minor,
        currency: total.currency.to_string(),
        state: order.state.as_str().to_owned(),
        payment_state: order.payment_state.as_str().to_owned(),
        placed_at: order.placed_at,
    }
}

/// Live in the column is "not over", which the placement tells by itself, while `Placement::live` also asks its
/// payments. Both say the same: a placement becomes FAILED only once none of its payments is live, and what a
/// payment may become after that (a late success) does not count as live. A COMPLETED one has an order, and
/// the order's own columns bar another.
fn placement(placement: &Placement) -> PlacementColumns {
    PlacementColumns {
        id: placement.id.to_string(),
        checkout: placement.checkout.to_string(),
        cart: placement.cart.to_string(),
        state: placement.state.as_str().to_owned(),
        live: !placement.state.terminal(),
    }
}
