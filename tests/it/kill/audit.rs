//! What must hold in the end: the gateways' ledgers, the rows and the acknowledgements against each other.

use std::collections::BTreeMap;
use std::time::Duration;

use super::acknowledgements::{Acknowledgement, Heard};
use super::load::ask;
use crate::support::binary::{CATALOGUE_STOCK, Server, Shop};
use crate::support::dice::Dice;
use crate::support::patience::within;
use crate::support::shopper::Shopper;
use crate::support::witness::{Books, Charge, OrderSeen, Rows, charges};

/// Everything that a dead process left is found out within this, by the times that the test sets.
const SETTLED_WITHIN: Duration = Duration::from_mins(1);

/// How many acknowledged requests are sent again, the newest first.
const ASKED_AGAIN: usize = 60;

const UNSETTLED: [(&str, &str); 4] = [
    ("placement", "SELECT id, state FROM placement WHERE state NOT IN ('COMPLETED', 'FAILED')"),
    ("operation", "SELECT id, kind, state FROM operation WHERE state IN ('PENDING', 'SENDING', 'UNKNOWN')"),
    ("order", "SELECT id, payment_state FROM orders WHERE payment_state <> 'PAID'"),
    ("counter", "SELECT name, held FROM counter WHERE held <> 0"),
];

/// What the auditor found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) placements: i64,
    pub(super) orders: usize,
    /// Acknowledged, and not so.
    pub(super) lost: Vec<String>,
    /// Charged, ordered or counted more than once, or without an order.
    pub(super) double: Vec<String>,
    /// Not at its end.
    pub(super) stuck: Vec<String>,
}

/// Waits until everything has settled by itself, and compares.
pub(super) async fn audit(
    shop: &Shop,
    server: &Server,
    rows: &Rows,
    acknowledged: &[Acknowledgement],
) -> Findings {
    within(SETTLED_WITHIN, async || unsettled(rows).await.is_empty()).await;
    let mut books = Books::of(server.channel());
    let (orders, (payments, in_review)) = (books.orders().await, books.payments().await);
    let charges = charges(&[&shop.primary, &shop.backup]).await;
    let mut findings = Findings {
        placements: rows.count("SELECT count(*) FROM placement").await,
        orders: orders.len(),
        stuck: unsettled(rows).await,
        ..Findings::default()
    };
    findings.stuck.extend(in_review.into_iter().map(|payment| format!("{payment} needs a person")));
    findings.acknowledgements(acknowledged, &orders);
    findings.ledgers(&payments, &charges);
    findings.orders(&orders, &payments, &charges);
    findings.stock(rows).await;
    findings.events(rows).await;
    findings.again(server, acknowledged).await;
    findings
}

async fn unsettled(rows: &Rows) -> Vec<String> {
    let mut found = Vec::new();
    for (what, question) in UNSETTLED {
        found.extend(rows.read(question).await.iter().map(|row| format!("{what} {}", row.join(" "))));
    }
    found
}

impl Findings {
    fn acknowledgements(&mut self, acknowledged: &[Acknowledgement], orders: &[OrderSeen]) {
        let by_checkout: BTreeMap<&str, &OrderSeen> =
            orders.iter().map(|order| (order.checkout.as_str(), order)).collect();
        for told in acknowledged {
            let order = by_checkout.get(told.session.name.as_str());
            let kept = match (&told.heard, order) {
                (Heard::Order(name), Some(order)) => {
                    *name == order.name && told.session.total_minor == order.total_minor
                }
                (Heard::Declined, None) => true,
                _ => false,
            };
            if !kept {
                self.lost.push(format!("{told:?} but {order:?}"));
            }
        }
    }

    fn ledgers(&mut self, payments: &BTreeMap<String, String>, charges: &[Charge]) {
        for charge in charges {
            if charge.authorised > 0 && !payments.contains_key(&charge.reference) {
                self.double.push(format!("unknown to us: {charge:?}"));
            }
            if charge.captures() > 1 {
                self.double.push(format!("captured twice: {charge:?}"));
            }
            if charge.held > 0 {
                self.stuck.push(format!("still held: {charge:?}"));
            }
        }
    }

    fn orders(&mut self, orders: &[OrderSeen], payments: &BTreeMap<String, String>, charges: &[Charge]) {
        let mut taken: BTreeMap<&str, Vec<&Charge>> = BTreeMap::new();
        for charge in charges.iter().filter(|charge| charge.captured > 0) {
            let checkout = payments.get(&charge.reference).map_or("unknown", String::as_str);
            taken.entry(checkout).or_default().push(charge);
        }
        for order in orders {
            let took = taken.remove(order.checkout.as_str()).unwrap_or_default();
            let net: i64 = took.iter().map(|charge| charge.captured - charge.refunded).sum();
            let ours = order.captured_minor - order.refunded_minor;
            match took.as_slice() {
                [charge] if order.payments != [charge.reference.clone()] => {
                    self.double.push(format!("paid by a payment that is not its own: {order:?} {charge:?}"));
                }
                [_] if (net, ours) == (order.total_minor, net) && order.paid => {}
                [] | [_] => self.stuck.push(format!("not paid as agreed: {order:?} {took:?}")),
                _ => self.double.push(format!("charged twice: {order:?} {took:?}")),
            }
        }
        // A second order of a checkout finds its charge taken by the first, and this finds what has no order.
        self.double.extend(taken.into_values().map(|took| format!("without an order: {took:?}")));
    }

    async fn stock(&mut self, rows: &Rows) {
        let counters = "SELECT total, held, used FROM counter WHERE name LIKE '%COURSE%'";
        let expected = [CATALOGUE_STOCK, 0, i64::try_from(self.orders).unwrap()].map(|each| each.to_string());
        let counted = rows.read(counters).await;
        if counted != [expected.to_vec()] {
            self.double.push(format!("stock: {counted:?} instead of {expected:?}"));
        }
    }

    /// Every change has its event, without a gap.
    async fn events(&mut self, rows: &Rows) {
        let gaps = "SELECT kind, id FROM event GROUP BY kind, id HAVING count(*) <> max(sequence)";
        self.lost.extend(rows.read(gaps).await.iter().map(|row| format!("events of {}", row.join(" "))));
    }

    /// Whoever asks again hears the same.
    async fn again(&mut self, server: &Server, acknowledged: &[Acknowledgement]) {
        let shopper = Shopper::at(server.channel(), Dice::of(0));
        for told in acknowledged.iter().rev().take(ASKED_AGAIN) {
            let heard = ask(&shopper, &told.session, told.request_id, &told.behaviour).await;
            if heard != told.heard {
                self.lost.push(format!("{told:?} but asked again {heard:?}"));
            }
        }
    }
}
