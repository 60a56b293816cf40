//! The shoppers: each fills a cart, checks out and places, repeats what it did not hear the end of, writes down
//! what it was told, looks after the order's money, and begins again.
//!
//! - [`Load`]: all of them, and what they are about. `wish`: what one wants. [`ask`]: how one places.
//! - [`Acknowledgements`]: what they were told, durable.

mod acknowledgements;
mod asking;
mod wish;

pub use acknowledgements::{Acknowledgement, Acknowledgements, Heard, LookedAfter, Placed};
pub use asking::ask;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tonic::transport::Channel;

use crate::support::dice::Dice;
use crate::support::patience::spawn;
use crate::support::shopper::{Aftercare, Session, Shopper, Turn, told};
use wish::Wish;

/// Enough that at any moment some are in each window, and few enough for two processors.
const SHOPPERS: usize = 10;

/// Why a placement may be refused here: the coupon was used up since it was entered.
const EXPECTED: [&str; 2] = ["CODE_INVALID", "PRICE_CHANGED"];

/// Nobody waits longer for the end of a placement once the shop has closed. It is longer than all rounds of the resolver
/// (`terms`) together: what is not told by then is left to operators, and the audit says of what.
const TOLD_WITHIN: Duration = Duration::from_mins(3);

/// How long a refund waits for the capture before it.
const CAPTURED_WITHIN: Duration = Duration::from_mins(1);

/// A placement of which nothing was heard.
struct Asked {
    checkout: String,
    /// Which server was asked last.
    turn: Turn,
    /// Since when something is broken under it.
    struck: Option<Instant>,
}

/// How placements came through.
#[derive(Debug, Clone, Copy, Default)]
pub struct Recovery {
    /// Those that were under way at a strike, and of which the shopper heard the end.
    pub recovered: u64,
    /// The longest time from the strike to that.
    pub longest: Duration,
}

/// The shoppers, and what they are about.
pub struct Load {
    /// What they were told.
    pub acknowledgements: Acknowledgements,
    asking: Mutex<BTreeMap<usize, Asked>>,
    /// How many placements were ever asked for, and how many ended in an order.
    asked: AtomicU64,
    ordered: AtomicU64,
    recovery: Mutex<Recovery>,
    /// What nobody should have been told.
    strange: Mutex<Vec<String>>,
    /// Nobody begins anew.
    closing: AtomicBool,
}

impl Load {
    pub fn new(acknowledgements: Acknowledgements) -> Arc<Self> {
        Arc::new(Self {
            acknowledgements,
            asking: Mutex::default(),
            asked: AtomicU64::new(0),
            ordered: AtomicU64::new(0),
            recovery: Mutex::default(),
            strange: Mutex::default(),
            closing: AtomicBool::new(false),
        })
    }

    /// Lets the shoppers in; they leave once the shop closes and each has heard the end of what it asked for.
    pub fn begin(self: &Arc<Self>, servers: &[Channel], dice: &mut Dice) -> Vec<JoinHandle<()>> {
        (0..SHOPPERS)
            .map(|number| {
                let (load, mut dice) = (Arc::clone(self), dice.others());
                let shopper = Shopper::at_any(servers.to_vec(), dice.others());
                spawn(async move { load.shop(number, shopper, dice).await })
            })
            .collect()
    }

    /// The ids of the checkouts that were asked to be placed and of which nothing was heard, at one server or all.
    pub fn asking(&self, server: Option<usize>) -> Vec<String> {
        let asking = self.asking.lock().unwrap();
        let there = asking.values().filter(|asked| server.is_none_or(|server| asked.turn.last() == server));
        there.map(|asked| asked.checkout.clone()).collect()
    }

    /// Takes down that something broke under whoever asks at one server, or at any.
    pub fn strike(&self, server: Option<usize>) {
        for asked in self.asking.lock().unwrap().values_mut() {
            if server.is_none_or(|server| asked.turn.last() == server) {
                asked.struck.get_or_insert_with(Instant::now);
            }
        }
    }

    /// How many placements were ever asked for.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// How many orders were acknowledged.
    pub fn ordered(&self) -> u64 {
        self.ordered.load(Ordering::Relaxed)
    }

    /// How placements came through.
    pub fn recovery(&self) -> Recovery {
        *self.recovery.lock().unwrap()
    }

    /// What nobody should have been told.
    pub fn strange(&self) -> Vec<String> {
        self.strange.lock().unwrap().clone()
    }

    /// Takes down what nobody should have seen.
    pub fn complain(&self, what: String) {
        eprintln!("  strange: {what}");
        self.strange.lock().unwrap().push(what);
    }

    /// Lets nobody begin anew, and waits until each has heard the end of what it asked for. Whoever gave up, or still
    /// waits when nobody can hope any more, is told of, and the audit shows what it missed.
    pub async fn close(&self, shoppers: Vec<JoinHandle<()>>) {
        self.closing.store(true, Ordering::Relaxed);
        let end = Instant::now() + TOLD_WITHIN;
        for mut shopper in shoppers {
            match tokio::time::timeout_at(end, &mut shopper).await {
                Ok(Ok(())) => {}
                Ok(Err(why)) => self.complain(format!("a shopper gave up: {why}")),
                Err(_) => {
                    shopper.abort();
                    self.complain(format!("a shopper was told no end in {TOLD_WITHIN:?}"));
                }
            }
        }
    }

    async fn shop(&self, number: usize, mut shopper: Shopper, mut dice: Dice) {
        while !self.closing.load(Ordering::Relaxed) {
            let wish = Wish::of(&mut dice);
            let session = wish.check_out(&mut shopper).await;
            let mut heard = self.buy(number, &mut shopper, &session, wish.card, wish.twice).await;
            if heard == Heard::Declined {
                heard = self.buy(number, &mut shopper, &session, "approve", wish.twice).await;
            }
            if let (Heard::Order(order), Some(what)) = (heard, wish.after) {
                self.look_after(&mut shopper, order, what).await;
            }
        }
    }

    async fn buy(
        &self,
        number: usize,
        shopper: &mut Shopper,
        session: &Session,
        card: &str,
        twice: bool,
    ) -> Heard {
        let request_id = shopper.request_id();
        let asked = Asked { checkout: session.id().to_owned(), turn: shopper.turn(), struck: None };
        self.asking.lock().unwrap().insert(number, asked);
        self.asked.fetch_add(1, Ordering::Relaxed);
        let heard = if twice {
            let both = tokio::join!(
                ask(shopper, session, request_id, card),
                ask(shopper, session, request_id, card)
            );
            // A refusal is no reply: the second may come before or after whatever the first was refused for.
            if both.0 != both.1 && ![&both.0, &both.1].iter().any(|heard| matches!(heard, Heard::Refused(_)))
            {
                self.complain(format!("{} was told two ends: {both:?}", session.name));
            }
            if matches!(both.0, Heard::Refused(_)) { both.1 } else { both.0 }
        } else {
            ask(shopper, session, request_id, card).await
        };
        match &heard {
            Heard::Order(_) => {
                self.ordered.fetch_add(1, Ordering::Relaxed);
            }
            Heard::Refused(reason) if !EXPECTED.contains(&reason.as_str()) => {
                self.complain(format!("{} was refused: {reason}", session.name));
            }
            Heard::Declined | Heard::Refused(_) => {}
        }
        let placed =
            Placed { session: session.clone(), request_id, card: card.to_owned(), heard: heard.clone() };
        self.acknowledgements.add(&Acknowledgement::Placed(placed));
        if let Some(struck) = self.asking.lock().unwrap().remove(&number).and_then(|asked| asked.struck) {
            let (took, mut recovery) = (struck.elapsed(), self.recovery.lock().unwrap());
            recovery.recovered += 1;
            if took > recovery.longest {
                recovery.longest = took;
                eprintln!("         {} heard its end {took:.1?} after a strike: {heard:?}", session.id());
            }
        }
        heard
    }

    async fn look_after(&self, shopper: &mut Shopper, order: String, what: Aftercare) {
        let end = Instant::now() + CAPTURED_WITHIN;
        for payment in shopper.payments_of(&order).await {
            let request_id = shopper.request_id();
            loop {
                match shopper.look_after(&payment, request_id, what).await {
                    Ok(()) => break,
                    // What is not captured yet cannot be given back; a refusal is no reply, so the same may be asked.
                    Err(status)
                        if what == Aftercare::Refund
                            && told(&status).reason == "PAYMENT_STATE_INVALID"
                            && Instant::now() < end =>
                    {
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    Err(status) => return self.complain(format!("{what:?} of {order}: {status}")),
                }
            }
        }
        self.acknowledgements.add(&Acknowledgement::LookedAfter(LookedAfter { order, what }));
    }
}
