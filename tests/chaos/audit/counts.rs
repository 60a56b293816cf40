//! Stock and coupons against the orders, and the events against the rows.

use std::collections::BTreeMap;

use super::Findings;
use crate::support::binary::{CATALOGUE_STOCK, COUPON_LIMIT};
use crate::support::witness::{OrderSeen, Rows};

const COUNTERS: &str =
    "SELECT name, total, held, used FROM counter WHERE name NOT LIKE '%LAST-ONE%' ORDER BY name";

/// Rows whose events are not exactly those of each of their changes, in order and without a gap.
const GAPS: &str = "SELECT s.kind, s.id, s.version, s.sequence, coalesce(e.seen, 0)
    FROM state s
    LEFT JOIN (
        SELECT store_id, kind, id, count(*) AS seen, max(sequence) AS newest
        FROM event GROUP BY store_id, kind, id
    ) AS e ON e.store_id = s.store_id AND e.kind = s.kind AND e.id = s.id
    WHERE coalesce(e.seen, 0) <> s.sequence OR coalesce(e.newest, 0) <> s.sequence OR s.version < s.sequence";

/// Events of rows that are not there.
const ORPHANS: &str = "SELECT DISTINCT e.kind, e.id FROM event e
    LEFT JOIN state s ON s.store_id = e.store_id AND s.kind = e.kind AND s.id = e.id
    WHERE s.id IS NULL";

impl Findings {
    /// What is left in stock, and how often a coupon was used, is what the orders say.
    pub(super) async fn counters(&mut self, rows: &Rows, orders: &[OrderSeen]) {
        let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::from([
            ("coupon/FIRST".to_owned(), (COUPON_LIMIT, 0)),
            ("stock/COURSE".to_owned(), (CATALOGUE_STOCK, 0)),
            ("stock/CUP".to_owned(), (CATALOGUE_STOCK, 0)),
            ("stock/KETTLE".to_owned(), (CATALOGUE_STOCK, 0)),
        ]);
        for order in orders {
            for (sku, quantity) in &order.goods {
                expected.entry(format!("stock/{sku}")).or_default().1 += quantity;
            }
            if order.codes.iter().any(|code| code == "FIRST") {
                expected.entry("coupon/FIRST".to_owned()).or_default().1 += 1;
            }
        }
        let mut counted = BTreeMap::new();
        for row in rows.read(COUNTERS).await {
            let [name, total, held, used] = row.try_into().unwrap();
            let [total, held, used] = [total, held, used].map(|number| number.parse::<i64>().unwrap());
            if held != 0 || used > total {
                self.double.push(format!("{name}: {used} used and {held} held of {total}"));
            }
            counted.insert(name, (total, used));
        }
        if counted != expected {
            self.double.push(format!("counted {counted:?} instead of {expected:?}"));
        }
    }

    /// Every change has its event, without a gap.
    pub(super) async fn events(&mut self, rows: &Rows) {
        for (what, question) in [("events of", GAPS), ("events without a row:", ORPHANS)] {
            self.lost.extend(rows.read(question).await.iter().map(|row| format!("{what} {}", row.join(" "))));
        }
    }
}
