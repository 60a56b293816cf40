//! What shoppers and the back office were told must be so, and nothing else may be.

use std::collections::{BTreeMap, BTreeSet};

use cashwrap::proto::cashwrap::v1::OrderPaymentState;

use super::Findings;
use crate::load::{Acknowledgement, Heard, LookedAfter, Placed, ask};
use crate::support::binary::Server;
use crate::support::dice::Dice;
use crate::support::shopper::{Aftercare, Shopper};
use crate::support::witness::OrderSeen;

/// How many acknowledged requests are sent again, the newest first.
const ASKED_AGAIN: usize = 60;

impl Findings {
    pub(super) fn acknowledgements(&mut self, acknowledged: &[Acknowledgement], orders: &[OrderSeen]) {
        let by_checkout: BTreeMap<&str, &OrderSeen> =
            orders.iter().map(|order| (order.checkout.as_str(), order)).collect();
        let by_name: BTreeMap<&str, &OrderSeen> =
            orders.iter().map(|order| (order.name.as_str(), order)).collect();
        let mut heard: BTreeSet<&str> = BTreeSet::new();
        for told in acknowledged {
            match told {
                Acknowledgement::Placed(placed) => {
                    let Heard::Order(name) = &placed.heard else { continue };
                    heard.insert(name);
                    let order = by_checkout.get(placed.session.name.as_str());
                    let kept = order.is_some_and(|order| {
                        (&order.name, order.total_minor) == (name, placed.session.total_minor)
                    });
                    if !kept {
                        self.lost.push(format!("{placed:?} but {order:?}"));
                    }
                }
                Acknowledgement::LookedAfter(care) => {
                    if !by_name.get(care.order.as_str()).is_some_and(|order| taken_care_of(order, care)) {
                        self.lost.push(format!("{care:?} but {:?}", by_name.get(care.order.as_str())));
                    }
                }
            }
        }
        // Every shopper asks until the end is heard: an order that none heard of was made behind their backs.
        let unheard = orders.iter().filter(|order| !heard.contains(order.name.as_str()));
        self.double.extend(unheard.map(|order| format!("nobody was told of {order:?}")));
    }

    /// Whoever asks again hears the same.
    pub(super) async fn again(&mut self, server: &Server, acknowledged: &[Acknowledgement]) {
        let shopper = Shopper::at(server.channel(), Dice::of(0));
        // A refusal is no reply: it may come out otherwise.
        let placed = acknowledged.iter().rev().filter_map(|told| match told {
            Acknowledgement::Placed(placed) if !matches!(placed.heard, Heard::Refused(_)) => Some(placed),
            _ => None,
        });
        for told in placed.take(ASKED_AGAIN) {
            let Placed { session, request_id, card, heard } = told;
            let now = ask(&shopper, session, *request_id, card).await;
            if now != *heard {
                self.lost.push(format!("{told:?} but asked again {now:?}"));
            }
        }
    }
}

/// Whether an order's money stands where the back office put it.
fn taken_care_of(order: &OrderSeen, care: &LookedAfter) -> bool {
    match care.what {
        Aftercare::Capture => order.state == OrderPaymentState::Paid,
        Aftercare::Void => order.state == OrderPaymentState::Voided,
        Aftercare::Refund => order.state == OrderPaymentState::Refunded,
    }
}
