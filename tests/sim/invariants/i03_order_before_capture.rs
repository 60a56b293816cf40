//! I3: money is taken only once the order is durable.

use super::i02_not_overcharged::objects;
use super::{Fact, Held, Invariant, Scene, hold};

/// The invariant.
pub struct OrderBeforeCapture;

impl Invariant for OrderBeforeCapture {
    fn name(&self) -> &'static str {
        "I3"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Executed { reference, .. } = fact else { return Ok(()) };
        let captured: i64 = objects(scene, reference).map(|(_, object)| object.captured()).sum();
        let ordered = scene.book.payment(reference).is_some_and(|payment| payment.order.is_some());
        hold(captured == 0 || ordered, || format!("{reference}: {captured} captured without an order"))
    }
}
