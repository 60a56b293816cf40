//! The built-in catalogue: products and coupons are rows of the store, read along with the cart.

use crate::domain::ids::{Code, Sku, StoreId};
use crate::ports::catalogue::{Catalogue, CatalogueError, CatalogueRows, Found};
use crate::ports::store::{Key, Kind};

/// Resolves from rows of the store; it holds nothing itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltinCatalogue;

/// The row of a product.
pub fn product_key(store: &StoreId, sku: &Sku) -> Key {
    Key::new(store, Kind::Product, sku)
}

/// The row of a coupon.
pub fn coupon_key(store: &StoreId, code: &Code) -> Key {
    Key::new(store, Kind::Coupon, code)
}

#[async_trait::async_trait]
impl Catalogue for BuiltinCatalogue {
    fn keys(&self, store: &StoreId, skus: &[Sku], codes: &[Code]) -> Vec<Key> {
        let products = skus.iter().map(|sku| product_key(store, sku));
        products.chain(codes.iter().map(|code| coupon_key(store, code))).collect()
    }

    async fn resolve(
        &self,
        store: &StoreId,
        skus: &[Sku],
        codes: &[Code],
        rows: &dyn CatalogueRows,
    ) -> Result<Found, CatalogueError> {
        let product = |sku: &Sku| Some((sku.clone(), rows.product(&product_key(store, sku))?.clone()));
        let coupon = |code: &Code| Some((code.clone(), rows.coupon(&coupon_key(store, code))?.clone()));
        Ok(Found {
            products: skus.iter().filter_map(product).collect(),
            coupons: codes.iter().filter_map(coupon).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::coupon::Coupon;
    use crate::domain::product::Product;
    use crate::partners::catalogue::load::load;

    #[derive(Default)]
    struct Rows {
        products: BTreeMap<Key, Product>,
        coupons: BTreeMap<Key, Coupon>,
    }

    impl CatalogueRows for Rows {
        fn product(&self, key: &Key) -> Option<&Product> {
            self.products.get(key)
        }

        fn coupon(&self, key: &Key) -> Option<&Coupon> {
            self.coupons.get(key)
        }
    }

    #[tokio::test]
    async fn what_was_read_under_the_named_keys_is_found_and_the_rest_is_not_sold() {
        let store: StoreId = "demo".parse().unwrap();
        let other: StoreId = "other".parse().unwrap();
        let file = r#"{"products": [
            {"sku": "TEA", "title": "Tea", "price": {"currencyCode": "EUR", "units": 8}},
            {"sku": "CUP", "title": "Cup", "price": {"currencyCode": "EUR", "units": 9}}
        ], "coupons": [{"code": "TENTH", "percent": "10"}]}"#;
        let loaded = load(file).unwrap();
        let mut rows = Rows::default();
        for (product, store) in loaded.products.into_iter().zip([&store, &other]) {
            rows.products.insert(product_key(store, &product.sku), product);
        }
        rows.coupons.insert(coupon_key(&store, &loaded.coupons[0].code), loaded.coupons[0].clone());

        let skus = ["TEA", "CUP", "NONE"].map(|sku| sku.parse().unwrap());
        let codes = ["TENTH", "NONE"].map(|code| code.parse().unwrap());
        assert_eq!(BuiltinCatalogue.keys(&store, &skus, &codes).len(), 5);
        let found = BuiltinCatalogue.resolve(&store, &skus, &codes, &rows).await.unwrap();
        assert_eq!(found.products.keys().map(Sku::as_str).collect::<Vec<_>>(), ["TEA"]);
        assert_eq!(found.coupons.keys().map(Code::as_str).collect::<Vec<_>>(), ["TENTH"]);
    }
}
