//! Orders: read and list.

use super::error::Error;
use super::house::House;
use super::mutation::{Versioned, etag};
use super::payments::Page;
use crate::domain::ids::{OrderId, StoreId};
use crate::domain::order::Order;
use crate::ports::Record;
use crate::ports::store::{Key, Kind};

impl House {
    /// Reads an order.
    pub async fn get_order(&self, store: &StoreId, id: OrderId) -> Result<Versioned<Order>, Error> {
        self.store(store)?;
        match self.row(Key::new(store, Kind::Order, id)).await? {
            Some(row) => match row.row {
                Record::Order(order) => Ok(Versioned { row: *order, etag: etag(row.sequence) }),
                _ => Err(Error::not_found("order")),
            },
            None => Err(Error::not_found("order")),
        }
    }

    /// Lists orders, or one customer's, newest first.
    pub async fn list_orders(
        &self,
        store: &StoreId,
        customer: Option<String>,
        limit: u32,
        before: Option<String>,
    ) -> Result<Page<Order>, Error> {
        self.page(store, Kind::Order, customer, limit, before, |record| match record {
            Record::Order(order) => Some(*order),
            _ => None,
        })
        .await
    }
}
