//! What is sold, and which codes take something off.
//!
//! The built-in catalogue keeps both as rows of the store. A use case reads its cart in one query; so that the
//! catalogue costs no second one, it first names the rows to read along, and then resolves from what was read.
//! A catalogue that lives elsewhere names no rows and asks the outside world in `resolve`.

use std::collections::BTreeMap;

use super::store::Key;
use crate::domain::coupon::Coupon;
use crate::domain::ids::{Code, Sku, StoreId};
use crate::domain::product::Product;

/// Rows of the catalogue among what a use case has read. The store's snapshot of domain records is one.
pub trait CatalogueRows: Send + Sync {
    /// The product under `key`, when it was read and exists.
    fn product(&self, key: &Key) -> Option<&Product>;

    /// The coupon under `key`, when it was read and exists.
    fn coupon(&self, key: &Key) -> Option<&Coupon>;
}

/// What was found; what is not in here is not sold, or is no code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Products by SKU.
    pub products: BTreeMap<Sku, Product>,
    /// Coupons by code.
    pub coupons: BTreeMap<Code, Coupon>,
}

/// Why the catalogue says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// It could not be reached, was too slow, or answered nonsense.
    #[error("the catalogue gave no answer: {0}")]
    Unavailable(String),
}

/// Knows products and coupons.
///
/// An implementation MUST:
/// - name in `keys` every row of the store that `resolve` looks at, for the same SKUs and codes;
/// - give a product only under its own SKU, and a coupon only under its own code;
/// - leave out what is not sold, and err only where it could not find out: absence takes lines off carts.
#[async_trait::async_trait]
pub trait Catalogue: Send + Sync + 'static {
    /// The rows to read along.
    fn keys(&self, store: &StoreId, skus: &[Sku], codes: &[Code]) -> Vec<Key>;

    /// The products and coupons, from the rows that were read or from elsewhere.
    async fn resolve(
        &self,
        store: &StoreId,
        skus: &[Sku],
        codes: &[Code],
        rows: &dyn CatalogueRows,
    ) -> Result<Found, CatalogueError>;
}
