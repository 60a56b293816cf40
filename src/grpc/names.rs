//! Resource names (AIP-122), to and fro: `stores/{store}/carts/{cart}`.
//!
//! A name that cannot be read is an error about the field that held it. That it can be read says nothing of
//! whether it exists.

use std::fmt::Display;
use std::str::FromStr;

use crate::app::Error;
use crate::domain::ids::{AccountId, CartId, CheckoutId, OrderId, PaymentId, StoreId};

const CARTS: &str = "carts";
const CHECKOUTS: &str = "checkouts";
const PAYMENTS: &str = "payments";
const ORDERS: &str = "orders";
const PARTNERS: &str = "partners";

/// Reads `stores/{store}`.
pub fn store(field: &str, name: &str) -> Result<StoreId, Error> {
    name.strip_prefix("stores/")
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| Error::field(field, "give a name such as stores/demo"))
}

/// Reads `stores/{store}/carts/{cart}`.
pub fn cart(field: &str, name: &str) -> Result<(StoreId, CartId), Error> {
    child(field, name, CARTS, CartId::PREFIX)
}

/// Reads `stores/{store}/checkouts/{checkout}`.
pub fn checkout(field: &str, name: &str) -> Result<(StoreId, CheckoutId), Error> {
    child(field, name, CHECKOUTS, CheckoutId::PREFIX)
}

/// Reads `stores/{store}/payments/{payment}`.
pub fn payment(field: &str, name: &str) -> Result<(StoreId, PaymentId), Error> {
    child(field, name, PAYMENTS, PaymentId::PREFIX)
}

/// Reads `stores/{store}/orders/{order}`.
pub fn order(field: &str, name: &str) -> Result<(StoreId, OrderId), Error> {
    child(field, name, ORDERS, OrderId::PREFIX)
}

/// Reads `stores/{store}/partners/{partner}`.
pub fn partner(field: &str, name: &str) -> Result<(StoreId, AccountId), Error> {
    child(field, name, PARTNERS, "account")
}

/// The name of a store.
pub fn of_store(store: &StoreId) -> String {
    format!("stores/{store}")
}

/// The name of a cart.
pub fn of_cart(store: &StoreId, id: CartId) -> String {
    of_child(store, CARTS, id)
}

/// The name of a checkout.
pub fn of_checkout(store: &StoreId, id: CheckoutId) -> String {
    of_child(store, CHECKOUTS, id)
}

/// The name of a payment.
pub fn of_payment(store: &StoreId, id: PaymentId) -> String {
    of_child(store, PAYMENTS, id)
}

/// The name of an order.
pub fn of_order(store: &StoreId, id: OrderId) -> String {
    of_child(store, ORDERS, id)
}

/// The name of a partner account.
pub fn of_partner(store: &StoreId, id: &AccountId) -> String {
    of_child(store, PARTNERS, id)
}

fn of_child(store: &StoreId, collection: &str, id: impl Display) -> String {
    format!("stores/{store}/{collection}/{id}")
}

fn child<I: FromStr>(field: &str, name: &str, collection: &str, like: &str) -> Result<(StoreId, I), Error> {
    read_child(name, collection)
        .ok_or_else(|| Error::field(field, format!("give a name such as stores/demo/{collection}/{like}_…")))
}

/// Ids and store names hold no slash, so a further part makes the last one unreadable.
fn read_child<I: FromStr>(name: &str, collection: &str) -> Option<(StoreId, I)> {
    let (store, rest) = name.strip_prefix("stores/")?.split_once('/')?;
    let id = rest.strip_prefix(collection)?.strip_prefix('/')?;
    Some((store.parse().ok()?, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_name_reads_back_as_it_was_written() {
        let demo: StoreId = "demo".parse().unwrap();
        let id = Uuid::from_u128(7);
        let account: AccountId = "primary".parse().unwrap();
        assert_eq!(store("n", &of_store(&demo)), Ok(demo.clone()));
        assert_eq!(cart("n", &of_cart(&demo, CartId(id))), Ok((demo.clone(), CartId(id))));
        assert_eq!(checkout("n", &of_checkout(&demo, CheckoutId(id))), Ok((demo.clone(), CheckoutId(id))));
        assert_eq!(payment("n", &of_payment(&demo, PaymentId(id))), Ok((demo.clone(), PaymentId(id))));
        assert_eq!(order("n", &of_order(&demo, OrderId(id))), Ok((demo.clone(), OrderId(id))));
        assert_eq!(partner("n", &of_partner(&demo, &account)), Ok((demo, account)));
    }

    #[test]
    fn a_name_that_cannot_be_read_is_an_error_about_its_field() {
        let id = CartId(Uuid::from_u128(7)).to_string();
        for name in [
            String::new(),
            "stores/demo".to_owned(),
            "stores/demo/".to_owned(),
            format!("stores/demo/carts/{id}/lines"),
            format!("stores/Demo/carts/{id}"),
            format!("stores/demo/checkouts/{id}"),
            format!("/stores/demo/carts/{id}"),
            "stores/demo/carts/chk_00000000000000000000000000000007".to_owned(),
        ] {
            let refused = cart("cart", &name).unwrap_err();
            assert_eq!(refused.fields()[0].path, "cart", "{name}");
        }
        assert!(store("parent", "stores/demo/carts").is_err());
    }
}
