//! Carts at today's prices.
//!
//! A cart copies what the catalogue says when a line is added. Whoever reads or changes it afterwards gets what
//! the catalogue says now, and that is kept: PlaceOrder refuses a price that is no longer true, so that reading
//! again must be enough to go on. A placement that runs keeps the prices that its buyer agreed to.

use super::error::Error;
use super::house::House;
use super::mutation::{Mutation, writes};
use super::reach::Reach;
use crate::domain::cart::{Cart, CartState};
use crate::domain::ids::{StoreId, UnitId};
use crate::ports::Record;
use crate::ports::store::{Snapshot, UnitOfWork, Verdict};

impl House {
    /// The cart with products and coupons as the catalogue has them; the built-in one's rows were read along with
    /// the cart. What it no longer has stays as it was, and PlaceOrder says so; while the catalogue is out of
    /// reach the cart stays as it is.
    pub(super) async fn repriced(&self, cart: &Cart, snapshot: &Snapshot<Record>) -> Result<Cart, Error> {
        if cart.state != CartState::Open || cart.lines.is_empty() {
            return Ok(cart.clone());
        }
        let skus: Vec<_> = cart.lines.iter().map(|line| line.sku().clone()).collect();
        let codes: Vec<_> = cart.coupons.iter().map(|coupon| coupon.code.clone()).collect();
        let mut fresh = cart.clone();
        let Ok(found) = self.find(&cart.store, &skus, &codes, snapshot).await else { return Ok(fresh) };
        for line in &mut fresh.lines {
            if let Some(product) = found.products.get(line.sku())
                && product.unit_price.currency == cart.currency
            {
                line.product = product.clone();
            }
        }
        for coupon in &mut fresh.coupons {
            if let Some(now) = found.coupons.get(&coupon.code) {
                *coupon = now.clone();
            }
        }
        // A sum that the new prices take beyond what is served: the old ones stay, and PlaceOrder refuses them.
        Ok(if fresh.subtotal().is_ok() { fresh } else { cart.clone() })
    }

    /// Keeps what a read made fresh; the etag of the first row, or `None` when somebody else was faster.
    pub(super) async fn keep_fresh(
        &self,
        store: &StoreId,
        snapshot: &Snapshot<Record>,
        records: Vec<Record>,
    ) -> Option<String> {
        let mutation = Mutation {
            store: store.clone(),
            method: "Get",
            request_id: self.engine.ids.fresh(),
            fingerprint: [0; 32],
            etag: None,
            reach: Reach::Anybodys,
            answer_by: None,
        };
        let (writes, shown) = writes(&mutation, snapshot, records);
        let mut unit = UnitOfWork::new(UnitId(self.engine.ids.fresh()), store.clone());
        unit.writes = writes;
        match self.engine.submit(&unit).await {
            Verdict::Committed => shown.into_iter().next().map(|shown| shown.etag),
            _ => None,
        }
    }
}
