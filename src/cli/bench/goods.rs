//! What is sold: enough products that shoppers do not queue at one product's stock, and more of each than is ever
//! bought.

use serde_json::json;

/// How many products.
const PRODUCTS: usize = 100;

/// How many of each.
const STOCK: i64 = 100_000_000;

/// The catalogue, as `catalog load` takes it.
pub(super) fn catalogue() -> String {
    let products: Vec<_> = (0..PRODUCTS)
        .map(|number| {
            json!({
                "sku": sku(number),
                "title": format!("Sold in measurements, no. {number}"),
                "price": {"currencyCode": "EUR", "units": 10 + number, "nanos": 990_000_000},
                "image": "/images/bench.webp",
                "taxCategory": "standard",
                "weightGrams": 100 + number,
                "stock": STOCK,
                "tags": ["bench"],
            })
        })
        .collect();
    json!({ "products": products, "coupons": [] }).to_string()
}

/// What the shopper of this number buys: two units of one product and one of another.
pub(super) fn basket(shopper: usize) -> [(String, i32); 2] {
    // Far apart, so that neighbours in time seldom meet at a product.
    let (first, second) = (shopper.wrapping_mul(37), shopper.wrapping_mul(53).wrapping_add(1));
    [(sku(first % PRODUCTS), 2), (sku(other(first, second) % PRODUCTS), 1)]
}

/// The second product, which is not the first.
const fn other(first: usize, second: usize) -> usize {
    if first % PRODUCTS == second % PRODUCTS { second.wrapping_add(1) } else { second }
}

fn sku(number: usize) -> String {
    format!("BENCH-{number:03}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partners::catalogue::load::load;

    #[test]
    fn the_catalogue_can_be_loaded_and_has_what_shoppers_buy() {
        let loaded = load(&catalogue()).unwrap();
        assert_eq!(loaded.products.len(), PRODUCTS);
        for shopper in 0..1_000 {
            let [(first, _), (second, _)] = basket(shopper);
            assert_ne!(first, second);
            for bought in [first, second] {
                assert!(loaded.products.iter().any(|product| product.sku.as_str() == bought), "{bought}");
            }
        }
    }
}
