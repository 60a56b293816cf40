//! From the tenders that the caller gives to payments, and whether any gateway could take them now.

use std::time::Duration;

use bytes::Bytes;

use super::super::error::{Error, Reason};
use super::super::house::House;
use super::order::PlaceOrder;
use crate::domain::checkout::{Checkout, GroupKind, Quoted, groups};
use crate::domain::flow::Flow;
use crate::domain::ids::{PaymentId, PlacementId, StoreId};
use crate::domain::payment::aggregate::Failure;
use crate::domain::payment::decide::{Facts, Route, next_route};
use crate::domain::payment::policy::after;
use crate::domain::payment::{Goal, Instrument, Payment};
use crate::engine::replies::Answer;

impl House {
    /// One payment per tender. This floor takes one card for all of what is due.
    pub(super) fn payments(
        &self,
        checkout: &Checkout,
        flow: &Flow,
        quoted: &Quoted,
        place: &PlaceOrder,
    ) -> Result<Vec<Payment>, Error> {
        let due = quoted.quote.totals.total;
        let mismatch = |remedy: String| Error::of_field(Reason::TendersMismatch, "tenders", remedy);
        let tender = match (due.is_zero(), place.tenders.as_slice()) {
            (true, []) => return Ok(Vec::new()),
            (true, _) => return Err(mismatch("nothing is due: send no tender".to_owned())),
            (false, [tender]) => tender,
            (false, _) => return Err(mismatch(format!("pay with one tender: send one for all of {due}"))),
        };
        if tender.amount.is_some_and(|amount| amount != due) {
            return Err(mismatch(format!("the amount is not what is due: give {due}, or no amount")));
        }
        let routes = flow.backend.gateways.as_slice().to_vec();
        if let Some((account, _)) = tender.instruments.iter().find(|(account, _)| !routes.contains(account)) {
            return Err(Error::of_field(
                Reason::PaymentMethodNotEligible,
                "tenders[0].card.instruments",
                format!(
                    "{account} is no gateway of this flow: give tokens for those that ListPaymentMethods names"
                ),
            ));
        }
        let id = PaymentId(self.engine.ids.fresh());
        let now = self.engine.clock.now();
        let ships = groups(checkout).iter().any(|group| group.kind == GroupKind::Delivered);
        let context = id.to_string();
        Ok(vec![Payment {
            id,
            store: checkout.store.clone(),
            placement: PlacementId(id.0),
            checkout: checkout.id,
            order: None,
            amount: due,
            routes,
            instruments: tender
                .instruments
                .iter()
                .map(|(account, token)| Instrument {
                    account: account.clone(),
                    token: self.engine.vault.seal(&context, token.as_bytes()),
                })
                .collect(),
            capture_policy: flow.backend.capture.time(ships),
            return_url: checkout.details.return_uri.clone(),
            claimed_at: now,
            place_by: after(now, self.engine.policy.place_window),
            goal: Goal::Hold,
            skipped: Vec::new(),
            attempts: Vec::new(),
        }])
    }

    /// Where no gateway can take the tender now, the answer costs no durable work.
    pub(super) fn nowhere_to_go(
        &self,
        store: &StoreId,
        payments: &[Payment],
    ) -> Result<Option<Bytes>, Error> {
        let gateways = self.engine.gateway_facts(store);
        let now = self.engine.clock.now();
        let facts = Facts { now, policy: &self.engine.policy, gateways: &gateways };
        for (tender_index, payment) in payments.iter().enumerate() {
            match next_route(payment, &facts) {
                Route::Try { .. } => {}
                Route::End(Failure::Unreachable(_)) => return Err(unreachable_gateways()),
                Route::End(failure) => {
                    let answer = Answer::Declined { failure: &failure, tender_index };
                    return Ok(Some(self.engine.replies.place_order(&answer).into()));
                }
            }
        }
        Ok(None)
    }

    /// Fingerprint of the instruments: keyed, so that a stored one tells nothing of a token.
    pub(super) fn fingerprint(&self, place: &PlaceOrder) -> [u8; 32] {
        let mut text = Vec::new();
        for (account, token) in place.tenders.iter().flat_map(|tender| &tender.instruments) {
            for part in [account.as_str(), token] {
                text.extend(u64::try_from(part.len()).unwrap_or_default().to_be_bytes());
                text.extend(part.as_bytes());
            }
        }
        self.engine.vault.sign("instruments-v1", &text)
    }
}

/// Nothing was executed anywhere and nothing is held.
pub(in crate::app) fn unreachable_gateways() -> Error {
    Error::new(
        Reason::PartnerUnavailable,
        "no gateway of this flow can be reached now, and nothing was charged: repeat the call",
    )
    .retry_after(Duration::from_secs(2))
}
