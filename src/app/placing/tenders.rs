//! From the tenders that the caller gives to payments, and whether any gateway could take them now.

use std::time::Duration;

use bytes::Bytes;

use super::super::error::{Error, Reason};
use super::super::house::House;
use super::order::{CardTender, PlaceOrder};
use super::routing::route;
use crate::domain::checkout::{Checkout, GroupKind, Quoted, groups};
use crate::domain::flow::Flow;
use crate::domain::ids::{PaymentId, PlacementId, StoreId};
use crate::domain::money::Money;
use crate::domain::payment::aggregate::Failure;
use crate::domain::payment::decide::{Facts, Route, next_route};
use crate::domain::payment::policy::after;
use crate::domain::payment::scheme::Why;
use crate::domain::payment::{Books, CardName, Goal, Instrument, Payment, TenderCard};
use crate::engine::replies::Answer;
use crate::ports::store::{Key, Kind};

impl House {
    /// One payment per tender. This floor takes one card for all of what is due.
    pub(super) fn payments(
        &self,
        checkout: &Checkout,
        flow: &Flow,
        quoted: &Quoted,
        place: &PlaceOrder,
        books: &Books,
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
        let known = flow.backend.every_gateway();
        if let Some((account, _)) = tender.instruments.iter().find(|(account, _)| !known.contains(account)) {
            return Err(Error::of_field(
                Reason::PaymentMethodNotEligible,
                "tenders[0].card.instruments",
                format!(
                    "{account} is no gateway of this flow: give tokens for those that ListPaymentMethods names"
                ),
            ));
        }
        let card = self.card(checkout, tender, books);
        let (routes, routing) = route(checkout, flow, tender, due, card.network);
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
            routing,
            instruments: tender
                .instruments
                .iter()
                .map(|(account, token)| Instrument {
                    account: account.clone(),
                    token: self.engine.vault.seal(&context, token.as_bytes()),
                })
                .collect(),
            card,
            capture_policy: flow.backend.capture.time(ships),
            action_window: flow.backend.action_window,
            return_url: checkout.details.return_uri.clone(),
            claimed_at: now,
            place_by: after(now, self.engine.policy.place_window),
            goal: Goal::Hold,
            skipped: Vec::new(),
            attempts: Vec::new(),
        }])
    }

    /// Where no gateway can take the tender now: why, and the answer. Nothing is held for it.
    pub(super) fn nowhere_to_go(
        &self,
        store: &StoreId,
        payments: &[Payment],
        books: &Books,
    ) -> Result<Option<(Failure, Bytes)>, Error> {
        let gateways = self.engine.gateway_facts(store);
        let now = self.engine.clock.now();
        let facts = Facts { now, policy: &self.engine.policy, gateways: &gateways, books };
        for (tender_index, payment) in payments.iter().enumerate() {
            match next_route(payment, &facts) {
                Route::Try { .. } => {}
                Route::End(Failure::Unreachable(_)) => {
                    let takes = |account| {
                        gateways.get(account).is_none_or(|each| each.capabilities.takes(payment.amount))
                    };
                    let some = payment.routes.iter().any(takes);
                    return Err(if some {
                        unreachable_gateways()
                    } else {
                        not_taken(tender_index, payment.amount)
                    });
                }
                Route::End(Failure::Limited(limited)) if limited.why == Why::TriesUnderWay => {
                    return Err(card_is_tried());
                }
                Route::End(failure) => {
                    let answer = Answer::Declined { failure: &failure, tender_index, payment: None };
                    let answer = self.engine.replies.place_order(&answer).into();
                    return Ok(Some((failure, answer)));
                }
            }
        }
        Ok(None)
    }

    /// The books that can be named before anything was read: those of the tokens, and of a described card of a
    /// guest. A customer's book is read along with the session.
    pub(super) fn books_of(&self, store: &StoreId, place: &PlaceOrder) -> Vec<Key> {
        let names = place.tenders.iter().flat_map(|tender| {
            let guest = tender.description.as_ref();
            let guest = guest.map(|card| self.engine.card_of_description(card, None, place.checkout));
            self.tokens(tender).chain(guest)
        });
        names.map(|name| Key::new(store, Kind::CardBook, &name.book)).collect()
    }

    /// Who the card of a tender is: its tokens, what the caller tells of it, and what gateways told of the
    /// tokens before. All instruments of a tender are of one card.
    fn card(&self, checkout: &Checkout, tender: &CardTender, books: &Books) -> TenderCard {
        let customer = checkout.context.customer.id.as_deref();
        let described = tender.description.as_ref();
        let described = described.map(|card| self.engine.card_of_description(card, customer, checkout.id));
        let mut card = TenderCard::default();
        for name in self.tokens(tender).chain(described) {
            card.name(Some(name));
        }
        books.follow(&mut card);
        card
    }

    fn tokens(&self, tender: &CardTender) -> impl Iterator<Item = CardName> {
        tender.instruments.iter().map(|(account, token)| self.engine.card_of_token(account, token))
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

/// Every gateway of the flow counts this currency in coarser steps: repeating changes nothing.
fn not_taken(tender: usize, amount: Money) -> Error {
    let remedy = format!(
        "no gateway of this flow can be sent {amount}, and nothing is rounded: change the cart so that the amount's last digit is 0, or pay in another currency"
    );
    Error::of_field(Reason::PaymentMethodNotEligible, format!("tenders[{tender}]"), remedy)
}

/// What others come to be told decides whether this card may be tried: no answer to keep.
fn card_is_tried() -> Error {
    Error::new(
        Reason::PlacementInProgress,
        "this card is being tried as often as its scheme lets it be declined: repeat the call once one of these placements has ended, or pay with another card",
    )
    .retry_after(Duration::from_secs(1))
}

/// Nothing was executed anywhere and nothing is held.
pub(in crate::app) fn unreachable_gateways() -> Error {
    Error::new(
        Reason::PartnerUnavailable,
        "no gateway of this flow can be reached now, and nothing was charged: repeat the call",
    )
    .retry_after(Duration::from_secs(2))
}
