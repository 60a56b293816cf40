//! What is durable, as the invariants need it: the last record of each row, who belongs to whom, and where each
//! placement stands. It is fed by each commit and never read by the house.

use std::collections::BTreeMap;

use cashwrap::domain::payment::Payment;
use cashwrap::domain::payment::scheme::CardBook;
use cashwrap::domain::placement::{Placement, PlacementState};
use cashwrap::ports::Record;
use cashwrap::ports::store::{Key, Kind, UnitOfWork};

use crate::faults::Stage;
use crate::world::shop::store_id;

/// A row as it was last committed.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its content.
    pub record: Record,
    /// Its version.
    pub version: u64,
}

/// What is durable.
#[derive(Debug, Default)]
pub struct Book {
    rows: BTreeMap<Key, Known>,
    placement_of: BTreeMap<String, String>,
    stages: BTreeMap<String, Stage>,
    owners: BTreeMap<String, String>,
}

impl Book {
    /// Enters a unit that has become durable.
    pub fn enter(&mut self, unit: &UnitOfWork<Record>) {
        for write in &unit.writes {
            self.index(&write.row);
            let known = Known { record: write.row.clone(), version: write.expected + 1 };
            self.rows.insert(write.key.clone(), known);
        }
    }

    fn index(&mut self, record: &Record) {
        match record {
            Record::Placement(placement) => {
                let id = placement.id.to_string();
                self.stages.insert(id.clone(), stage(placement.state));
                for payment in &placement.payments {
                    self.placement_of.entry(payment.to_string()).or_insert_with(|| id.clone());
                }
                self.placement_of.insert(placement.cart.to_string(), id.clone());
                self.placement_of.insert(placement.checkout.to_string(), id);
            }
            Record::Checkout(checkout) => {
                if let Some(owner) = self.owners.get(&checkout.cart.to_string()).cloned() {
                    self.owners.insert(checkout.id.to_string(), owner);
                }
            }
            _ => {}
        }
    }

    /// The version of a row; 0 where there is none.
    pub fn version(&self, key: &Key) -> u64 {
        self.rows.get(key).map_or(0, |known| known.version)
    }

    /// A row as it was last committed, with its version.
    pub fn known(&self, key: &Key) -> Option<&Known> {
        self.rows.get(key)
    }

    /// A row as it was last committed.
    pub fn row(&self, key: &Key) -> Option<&Record> {
        self.rows.get(key).map(|known| &known.record)
    }

    /// The row of a kind in the shop's store.
    pub fn find(&self, kind: Kind, id: impl std::fmt::Display) -> Option<&Record> {
        self.row(&Key::new(&store_id(), kind, id))
    }

    /// A payment by our reference at the gateways.
    pub fn payment(&self, reference: &str) -> Option<&Payment> {
        match self.find(Kind::Payment, reference) {
            Some(Record::Payment(payment)) => Some(payment),
            _ => None,
        }
    }

    /// A placement.
    pub fn placement(&self, id: impl std::fmt::Display) -> Option<&Placement> {
        match self.find(Kind::Placement, id) {
            Some(Record::Placement(placement)) => Some(placement),
            _ => None,
        }
    }

    /// Every row of a kind in the shop's store.
    pub fn rows_of(&self, kind: Kind) -> impl Iterator<Item = (&Key, &Known)> {
        let from = Key::new(&store_id(), kind, "");
        self.rows.range(from..).take_while(move |(key, _)| key.kind == kind && key.store == store_id())
    }

    /// Every payment.
    pub fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.rows_of(Kind::Payment).filter_map(|(_, known)| match &known.record {
            Record::Payment(payment) => Some(&**payment),
            _ => None,
        })
    }

    /// Every card book.
    pub fn card_books(&self) -> impl Iterator<Item = &CardBook> {
        self.rows_of(Kind::CardBook).filter_map(|(_, known)| match &known.record {
            Record::CardBook(book) => Some(&**book),
            _ => None,
        })
    }

    /// Where the placement stands that a row belongs to.
    pub fn stage_of(&self, id: &str) -> Stage {
        let placement = self.placement_of.get(id).map_or(id, String::as_str);
        self.stages.get(placement).copied().unwrap_or(Stage::None)
    }

    /// A shopper's cart.
    pub fn owns(&mut self, cart: String, shopper: &str) {
        self.owners.insert(cart, shopper.to_owned());
    }

    /// The shopper that a row belongs to, or nobody.
    pub fn owner_of(&self, id: &str) -> String {
        if let Some(owner) = self.owners.get(id) {
            return owner.clone();
        }
        let placement = self.placement_of.get(id).map_or(id, String::as_str);
        let cart = self.placement(placement).map(|placement| placement.cart.to_string());
        cart.and_then(|cart| self.owners.get(&cart).cloned()).unwrap_or_default()
    }
}

const fn stage(state: PlacementState) -> Stage {
    match state {
        PlacementState::Paying => Stage::Paying,
        PlacementState::AwaitingAction => Stage::AwaitingAction,
        PlacementState::Compensating => Stage::Compensating,
        PlacementState::Completed => Stage::Completed,
        PlacementState::Failed => Stage::Failed,
    }
}
