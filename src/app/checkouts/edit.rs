//! Changing what the buyer has given, and giving a session up.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::super::error::Error;
use super::super::giving_up::{Editable, giving_way};
use super::super::house::House;
use super::super::mutation::{Change, Mutation, Versioned};
use super::rows::{cart_at_hand, checkout_of, open, usable, wished};
use super::show::EncodeCheckout;
use crate::domain::address::{Address, Contact};
use crate::domain::checkout::{Billing, Checkout, CheckoutState};
use crate::domain::flow::{Flow, IdentityOption};
use crate::domain::ids::CheckoutId;
use crate::domain::placement::Wish;
use crate::ports::Record;
use crate::ports::store::{Key, Kind, Snapshot};

/// The choice for a delivery group, as the client sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A delivery option by its quote id.
    Quote(String),
    /// A pickup location by its id.
    Pickup(String),
}

/// What an update replaces; `None` leaves a part as it is, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// How to reach the buyer.
    pub contact: Option<Option<Contact>>,
    /// Where the goods go.
    pub delivery_address: Option<Option<Address>>,
    /// Who is billed.
    pub billing: Option<Option<Billing>>,
    /// How the goods get there.
    pub delivery: Option<Option<Choice>>,
    /// How the buyer wants to be known.
    pub identity: Option<Option<IdentityOption>>,
    /// Where a gateway's page sends the buyer back to.
    pub return_uri: Option<Option<String>>,
}

impl House {
    /// Replaces parts of what the buyer has given, and quotes anew. A session whose payment waits for an action is
    /// edited once that payment was given up.
    pub async fn update_checkout(
        &self,
        mutation: &Mutation,
        id: CheckoutId,
        edit: &Edit,
        encode: EncodeCheckout<'_>,
    ) -> Result<Bytes, Error> {
        self.store(&mutation.store)?;
        let key = &Key::new(&mutation.store, Kind::Checkout, id);
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let (mut checkout, _) = checkout_of(key, snapshot)?;
            let waits = checkout.placement.filter(|_| checkout.state.placing());
            let gives_up = waits.and_then(|id| giving_way(&checkout.store, id, snapshot)).map(|held| held.id);
            if gives_up.is_none() {
                open(&checkout)?;
            }
            let held = Editable::of(cart_at_hand(&checkout, snapshot)?, snapshot).cart;
            usable(&held)?;
            let cart = self.repriced(&held, snapshot).await?;
            let repriced = (cart != held).then(|| Record::Cart(Box::new(cart.clone())));
            checkout.lines = cart.lines;
            checkout.coupons = cart.coupons;
            let flow = self.flow(&checkout.flow.id, checkout.flow.version)?;
            self.edit(&mut checkout, flow, edit).await?;
            checkout.updated_at = self.engine.clock.now();
            let session = Record::Checkout(Box::new(checkout));
            let records = std::iter::once(session).chain(repriced).collect();
            Ok(Change { records, gives_up, ..Change::default() })
        };
        let keys = [key.clone()];
        self.mutate_seen(mutation, &keys, step, |shown, seen| self.encode_view(shown, seen, encode)).await
    }

    /// Cancels a session; while a placement runs the wish is recorded and honoured before the order is made.
    pub async fn cancel_checkout(
        &self,
        mutation: &Mutation,
        id: CheckoutId,
        encode: EncodeCheckout<'_>,
    ) -> Result<Bytes, Error> {
        self.store(&mutation.store)?;
        let room = self.room()?;
        let key = &Key::new(&mutation.store, Kind::Checkout, id);
        let keys = [key.clone()];
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let (mut checkout, _) = checkout_of(key, snapshot)?;
            let mut records = Vec::new();
            if checkout.state.placing() {
                records.push(Record::Placement(Box::new(wished(&checkout, snapshot, Wish::Cancel)?)));
            } else {
                open(&checkout)?;
                checkout.state = CheckoutState::Cancelled;
                checkout.updated_at = self.engine.clock.now();
            }
            records.insert(0, Record::Checkout(Box::new(checkout)));
            Ok(Change { records, ..Change::default() })
        };
        let placing = OnceLock::new();
        let shown = |shown: &[Versioned<Record>], seen: &Snapshot<Record>| {
            if let Some(Record::Placement(placement)) = shown.get(1).map(|shown| &shown.row) {
                let _first = placing.set(placement.id);
            }
            self.encode_view(shown, seen, encode)
        };
        let body = self.mutate_seen(mutation, &keys, step, shown).await?;
        // Its driver may have ended it meanwhile: then there is nothing left to claim.
        if let Some(placement) = placing.into_inner() {
            let _driven = self.kick(&Key::new(&mutation.store, Kind::Placement, placement), room);
        }
        Ok(body)
    }

    /// Applies an edit and quotes anew.
    pub(super) async fn edit(&self, checkout: &mut Checkout, flow: &Flow, edit: &Edit) -> Result<(), Error> {
        // Before anything is bound to what the session holds.
        leave_out(checkout, flow);
        let details = &mut checkout.details;
        replace(&mut details.contact, &edit.contact);
        replace(&mut details.delivery_address, &edit.delivery_address);
        replace(&mut details.billing, &edit.billing);
        replace(&mut details.identity, &edit.identity);
        replace(&mut details.return_uri, &edit.return_uri);
        match &edit.delivery {
            None => {}
            Some(None) => checkout.details.selections.clear(),
            Some(Some(choice)) => {
                let selection = match choice {
                    Choice::Quote(quote_id) => self.select_quote(checkout, quote_id)?,
                    Choice::Pickup(location) => self.select_pickup(checkout, flow, location).await?,
                };
                checkout.details.selections = vec![selection];
            }
        }
        self.requote(checkout, flow).await
    }
}

/// Takes the codes off a session whose flow takes none; they stay on the cart, and the buyer is told.
pub(super) fn leave_out(checkout: &mut Checkout, flow: &Flow) {
    checkout.codes_left_out = if flow.frontend.coupons {
        Vec::new()
    } else {
        std::mem::take(&mut checkout.coupons).into_iter().map(|coupon| coupon.code).collect()
    };
}

#[expect(clippy::option_option, clippy::ref_option, reason = "absent leaves a part, empty clears it")]
fn replace<T: Clone>(part: &mut Option<T>, edit: &Option<Option<T>>) {
    if let Some(value) = edit {
        part.clone_from(value);
    }
}
