//! What must hold in the end: the gateways' ledgers, the rows, the events and the acknowledgements against each
//! other.
//!
//! - [`audit`]: waits until everything has settled by itself, and compares. `acknowledged`: what shoppers were told.
//!   `money`: the ledgers. `counts`: stock, coupons and events.

mod acknowledged;
mod counts;
mod money;

use std::time::Duration;

use tokio::time::Instant;

use crate::load::Load;
use crate::support::binary::{Server, Shop};
use crate::support::patience::within;
use crate::support::witness::{Books, Rows, charges};

/// Everything that a dead process left is found out within this, by the times that the test sets.
const SETTLED_WITHIN: Duration = Duration::from_secs(90);

/// How often whoever waits is told what for.
const TOLD_EVERY: Duration = Duration::from_secs(2);

const UNSETTLED: [(&str, &str); 4] = [
    ("placement", "SELECT id, state FROM placement WHERE state NOT IN ('COMPLETED', 'FAILED')"),
    ("operation", "SELECT id, kind, state FROM operation WHERE state IN ('PENDING', 'SENDING', 'UNKNOWN')"),
    (
        "order",
        "SELECT id, payment_state FROM orders
         WHERE payment_state NOT IN ('PAID', 'AUTHORISED', 'VOIDED', 'REFUNDED')",
    ),
    ("counter", "SELECT name, held FROM counter WHERE held <> 0"),
];

/// What the auditor found.
#[derive(Debug, Default)]
pub struct Findings {
    pub placements: i64,
    pub orders: usize,
    pub acknowledged: usize,
    /// Acknowledged, and not so.
    pub lost: Vec<String>,
    /// Charged, ordered or counted more than once, or without an order.
    pub double: Vec<String>,
    /// Not at its end.
    pub stuck: Vec<String>,
    /// Told or logged, and never should have been.
    pub strange: Vec<String>,
}

/// Waits until everything has settled by itself, and compares.
pub async fn audit(shop: &Shop, server: &Server, rows: &Rows, load: &Load) -> Findings {
    let begun = Instant::now();
    let mut told = begun;
    let settled = within(SETTLED_WITHIN, async || {
        let left = unsettled(rows).await;
        if told.elapsed() >= TOLD_EVERY {
            told = Instant::now();
            eprintln!("{:>5.0?}  settling: {} left, such as {:?}", begun.elapsed(), left.len(), left.first());
        }
        left.is_empty()
    });
    settled.await;
    let acknowledged = load.acknowledgements.read();
    let mut books = Books::of(server.channel());
    let (orders, (payments, in_review)) = (books.orders().await, books.payments().await);
    let charges = charges(&[&shop.primary, &shop.backup]).await;
    let mut findings = Findings {
        placements: rows.count("SELECT count(*) FROM placement").await,
        orders: orders.len(),
        acknowledged: acknowledged.len(),
        stuck: unsettled(rows).await,
        strange: load.strange(),
        ..Findings::default()
    };
    findings.stuck.extend(in_review.into_iter().map(|payment| format!("{payment} needs a person")));
    findings.acknowledgements(&acknowledged, &orders);
    findings.ledgers(&orders, &payments, &charges);
    findings.orders(&orders, &payments, &charges);
    findings.counters(rows, &orders).await;
    findings.events(rows).await;
    findings.again(server, &acknowledged).await;
    findings
}

async fn unsettled(rows: &Rows) -> Vec<String> {
    let mut found = Vec::new();
    for (what, question) in UNSETTLED {
        found.extend(rows.read(question).await.iter().map(|row| format!("{what} {}", row.join(" "))));
    }
    found
}
