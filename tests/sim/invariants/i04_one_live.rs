//! I4: one live placement per checkout and per cart, one live attempt per tender, and at most one attempt per
//! tender is ever captured, in our rows and in the ledgers.

use std::collections::BTreeMap;

use cashwrap::domain::ids::{CartId, CheckoutId, PlacementId};
use cashwrap::domain::placement::Placement;
use cashwrap::ports::Record;

use super::i02_not_overcharged::objects;
use super::{Committed, Fact, Held, Invariant, Scene, hold};

/// The invariant, and the placements that live.
#[derive(Default)]
pub struct OneLive {
    of_checkout: BTreeMap<CheckoutId, PlacementId>,
    of_cart: BTreeMap<CartId, PlacementId>,
}

impl Invariant for OneLive {
    fn name(&self) -> &'static str {
        "I4"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        match fact {
            Fact::Committed(committed) => {
                for write in &committed.unit.writes {
                    match &write.row {
                        Record::Placement(placement) if placement.state.terminal() => {
                            if placement.order.is_none() {
                                nothing_live(placement, committed, scene)?;
                            }
                            self.of_checkout.remove(&placement.checkout);
                            self.of_cart.remove(&placement.cart);
                        }
                        Record::Placement(placement) => {
                            let id = placement.id;
                            let checkout = *self.of_checkout.entry(placement.checkout).or_insert(id);
                            let cart = *self.of_cart.entry(placement.cart).or_insert(id);
                            hold(checkout == id && cart == id, || {
                                format!("{id} and {checkout} or {cart} live on one checkout or cart")
                            })?;
                        }
                        Record::Payment(payment) => {
                            let live = payment.attempts.iter().filter(|attempt| attempt.state.live()).count();
                            hold(live <= 1, || format!("{} has {live} live attempts", payment.id))?;
                        }
                        _ => {}
                    }
                }
                Ok(())
            }
            Fact::Executed { reference, .. } => {
                let captured = objects(scene, reference).filter(|(_, object)| object.captured() > 0).count();
                hold(captured <= 1, || format!("{reference} was captured {captured} times over the gateways"))
            }
            _ => Ok(()),
        }
    }
}

/// A placement that ended without an order lets another tender try: no attempt of its own may still hold money.
fn nothing_live(placement: &Placement, committed: &Committed<'_>, scene: &Scene<'_>) -> Held {
    let writes = &committed.unit.writes;
    for id in &placement.payments {
        let written = writes.iter().find_map(|write| match &write.row {
            Record::Payment(payment) if payment.id == *id => Some(&**payment),
            _ => None,
        });
        let payment = written.or_else(|| scene.book.payment(&id.to_string()));
        let live = payment.into_iter().flat_map(|payment| &payment.attempts).find(|each| each.state.live());
        hold(live.is_none(), || format!("{} ended, and may hold money: {live:?}", placement.id))?;
    }
    Ok(())
}
