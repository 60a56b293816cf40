//! The rows as the house speaks of them: one aggregate of the domain each.
//!
//! `store::document` turns them into [`Document`](super::document::Document)s and back; the domain's types
//! never derive the stored format.

use super::catalogue::CatalogueRows;
use super::store::{Key, Kind, Snapshot};
use crate::domain::cart::Cart;
use crate::domain::checkout::Checkout;
use crate::domain::coupon::Coupon;
use crate::domain::ids::{AccountId, StoreId};
use crate::domain::order::Order;
use crate::domain::payment::Payment;
use crate::domain::payment::scheme::{Books, CardBook};
use crate::domain::placement::Placement;
use crate::domain::product::Product;

/// The content of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A cart.
    Cart(Box<Cart>),
    /// A checkout session.
    Checkout(Box<Checkout>),
    /// One run of PlaceOrder.
    Placement(Box<Placement>),
    /// The payment of one tender.
    Payment(Box<Payment>),
    /// An order.
    Order(Box<Order>),
    /// A product of the built-in catalogue.
    Product(Box<Product>),
    /// A coupon of the built-in catalogue.
    Coupon(Box<Coupon>),
    /// The mode that operators gave a partner account.
    PartnerMode(PartnerMode),
    /// The declines of a card under one of its names.
    CardBook(Box<CardBook>),
}

/// What operators want of a partner account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerMode {
    /// The store that said so; another store of the same account is not affected.
    pub store: StoreId,
    /// The account.
    pub account: AccountId,
    /// The mode.
    pub mode: Mode,
}

/// A partner's mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The breakers decide.
    #[default]
    Auto,
    /// Nothing new of the store begins; what was begun goes on.
    Drain,
    /// Nothing of the store is sent.
    ForceOpen,
    /// The breakers are overruled for the store's calls: they are sent.
    ForceClosed,
}

impl Mode {
    /// The mode as it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Drain => "drain",
            Self::ForceOpen => "force_open",
            Self::ForceClosed => "force_closed",
        }
    }
}

impl Record {
    /// The kind of the row.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Cart(_) => Kind::Cart,
            Self::Checkout(_) => Kind::Checkout,
            Self::Placement(_) => Kind::Placement,
            Self::Payment(_) => Kind::Payment,
            Self::Order(_) => Kind::Order,
            Self::Product(_) => Kind::Product,
            Self::Coupon(_) => Kind::Coupon,
            Self::PartnerMode(_) => Kind::PartnerMode,
            Self::CardBook(_) => Kind::CardBook,
        }
    }

    /// The store that the row says it belongs to; products and coupons do not say, their key does.
    pub const fn store(&self) -> Option<&StoreId> {
        match self {
            Self::Cart(row) => Some(&row.store),
            Self::Checkout(row) => Some(&row.store),
            Self::Placement(row) => Some(&row.store),
            Self::Payment(row) => Some(&row.store),
            Self::Order(row) => Some(&row.store),
            Self::PartnerMode(row) => Some(&row.store),
            Self::CardBook(row) => Some(&row.store),
            Self::Product(_) | Self::Coupon(_) => None,
        }
    }

    /// The key under which the row stands in `store`.
    pub fn key(&self, store: &StoreId) -> Key {
        match self {
            Self::Cart(row) => Key::new(store, Kind::Cart, row.id),
            Self::Checkout(row) => Key::new(store, Kind::Checkout, row.id),
            Self::Placement(row) => Key::new(store, Kind::Placement, row.id),
            Self::Payment(row) => Key::new(store, Kind::Payment, row.id),
            Self::Order(row) => Key::new(store, Kind::Order, row.id),
            Self::Product(row) => Key::new(store, Kind::Product, &row.sku),
            Self::Coupon(row) => Key::new(store, Kind::Coupon, &row.code),
            Self::PartnerMode(row) => Key::new(store, Kind::PartnerMode, &row.account),
            Self::CardBook(row) => Key::new(store, Kind::CardBook, &row.id),
        }
    }
}

impl Snapshot<Record> {
    /// The card books that were read.
    pub fn books(&self) -> Books {
        let books = self.rows.values().filter_map(|row| match &row.row {
            Record::CardBook(book) => Some((book.id.clone(), (**book).clone())),
            _ => None,
        });
        Books(books.collect())
    }
}

impl CatalogueRows for Snapshot<Record> {
    fn product(&self, key: &Key) -> Option<&Product> {
        match self.rows.get(key).map(|row| &row.row) {
            Some(Record::Product(product)) => Some(product),
            _ => None,
        }
    }

    fn coupon(&self, key: &Key) -> Option<&Coupon> {
        match self.rows.get(key).map(|row| &row.row) {
            Some(Record::Coupon(coupon)) => Some(coupon),
            _ => None,
        }
    }
}
