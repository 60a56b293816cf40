//! Which values of the real columns are unique, and the columns of a unit as one list.
//!
//! These are backstops: each uniqueness already follows from a row that is compared-and-set in the same unit. A
//! violation means that a rule further in has failed, and the unit is answered Stale rather than written.

use std::collections::BTreeMap;

use crate::ports::document::{Columns, Document};
use crate::ports::store::{Key, UnitOfWork};

/// A value that at most one row of columns in a store may carry at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unique {
    /// One live attempt per tender.
    LiveAttemptOfTender(String),
    /// One live placement per checkout.
    LivePlacementOfCheckout(String),
    /// One live placement per cart.
    LivePlacementOfCart(String),
    /// One order per checkout.
    OrderOfCheckout(String),
    /// One order per cart.
    OrderOfCart(String),
}

/// The table that a row of columns stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// One try at one gateway.
    Attempt,
    /// One call that moves money.
    Operation,
    /// A placed order.
    Order,
    /// One run of PlaceOrder.
    Placement,
}

/// Where a row of columns stands: its table and its id.
pub(super) fn place_of(columns: &Columns) -> (Table, &str) {
    match columns {
        Columns::Attempt(attempt) => (Table::Attempt, &attempt.id),
        Columns::Operation(operation) => (Table::Operation, &operation.id),
        Columns::Order(order) => (Table::Order, &order.id),
        Columns::Placement(placement) => (Table::Placement, &placement.id),
    }
}

/// The unique values that a row of columns carries.
pub(super) fn uniques_of(columns: &Columns) -> Vec<Unique> {
    match columns {
        Columns::Attempt(attempt) if attempt.live => {
            vec![Unique::LiveAttemptOfTender(attempt.tender.clone())]
        }
        Columns::Placement(placement) if placement.live => vec![
            Unique::LivePlacementOfCheckout(placement.checkout.clone()),
            Unique::LivePlacementOfCart(placement.cart.clone()),
        ],
        Columns::Order(order) => {
            vec![Unique::OrderOfCheckout(order.checkout.clone()), Unique::OrderOfCart(order.cart.clone())]
        }
        Columns::Attempt(_) | Columns::Placement(_) | Columns::Operation(_) => Vec::new(),
    }
}

/// All columns of a unit, each with the index of its write. Where a unit names one twice, the later counts.
pub(super) fn columns_of(unit: &UnitOfWork<Document>) -> Vec<(usize, &Columns)> {
    let mut found = BTreeMap::new();
    for (at, write) in unit.writes.iter().enumerate() {
        for columns in &write.row.columns {
            found.insert(place_of(columns), (at, columns));
        }
    }
    found.into_values().collect()
}

/// The first write whose columns clash: `holder` tells who carries a value now. A holder that the unit itself
/// rewrites does not count; two rows of the unit that carry one value do.
pub(super) fn first_clash<E>(
    unit: &UnitOfWork<Document>,
    mut holder: impl FnMut(&Unique) -> Result<Option<String>, E>,
) -> Result<Option<&Key>, E> {
    let all = columns_of(unit);
    let rewritten = |table: Table, id: &str| all.iter().any(|(_, columns)| place_of(columns) == (table, id));
    let mut first = clash_within(unit);
    for (at, columns) in &all {
        for unique in uniques_of(columns) {
            let (table, id) = place_of(columns);
            if holder(&unique)?.is_some_and(|other| other != id && !rewritten(table, &other)) {
                first = Some(first.map_or(*at, |earlier| earlier.min(*at)));
            }
        }
    }
    Ok(first.and_then(|at| unit.writes.get(at)).map(|write| &write.key))
}

/// The index of the first write that carries a unique value which an earlier one of the same unit carries too.
pub(super) fn clash_within(unit: &UnitOfWork<Document>) -> Option<usize> {
    let mut seen: BTreeMap<Unique, usize> = BTreeMap::new();
    let mut first: Option<usize> = None;
    for (at, columns) in columns_of(unit) {
        for unique in uniques_of(columns) {
            if let Some(other) = seen.insert(unique, at) {
                let later = other.max(at);
                first = Some(first.map_or(later, |earlier| earlier.min(later)));
            }
        }
    }
    first
}
