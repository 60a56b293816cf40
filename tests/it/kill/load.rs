//! The shoppers: each fills a cart, checks out and places, repeats what it did not hear the end of, writes down
//! what it was told, and begins again.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;
use tonic::transport::Channel;
use uuid::Uuid;

use super::acknowledgements::{Acknowledgement, Acknowledgements, Heard};
use crate::support::dice::Dice;
use crate::support::patience::spawn;
use crate::support::shopper::{Answer, Session, Shopper, answer, insist};

/// Enough that at any moment some are in each window, and few enough for two processors.
const SHOPPERS: usize = 10;

/// How cards behave: mostly well, now and then slowly, now and then not at all.
const CARDS: [&str; 6] = ["approve", "approve", "approve", "approve", "slow", "decline_insufficient_funds"];

/// Asked again sooner, a shopper whose placement is being found out would only heat the machine.
const PROCESSING_PAUSE: Duration = Duration::from_millis(100);

/// The shoppers, and what they are about.
pub(super) struct Load {
    /// What they were told.
    pub(super) acknowledgements: Acknowledgements,
    /// The checkouts that were asked to be placed and of which nothing was heard, by the shopper.
    asking: Mutex<BTreeMap<usize, String>>,
    /// How many placements were ever asked for.
    asked: AtomicU64,
    /// Nobody begins anew.
    closing: AtomicBool,
}

impl Load {
    pub(super) fn new(acknowledgements: Acknowledgements) -> Arc<Self> {
        Arc::new(Self {
            acknowledgements,
            asking: Mutex::default(),
            asked: AtomicU64::new(0),
            closing: AtomicBool::new(false),
        })
    }

    /// Lets the shoppers in; they leave once the shop closes and each has heard the end of what it asked for.
    pub(super) fn begin(self: &Arc<Self>, channel: &Channel, dice: &mut Dice) -> Vec<JoinHandle<()>> {
        (0..SHOPPERS)
            .map(|number| {
                let (load, mut dice) = (Arc::clone(self), dice.others());
                let shopper = Shopper::at(channel.clone(), dice.others());
                spawn(async move { load.shop(number, shopper, dice).await })
            })
            .collect()
    }

    /// The ids of the checkouts that were asked to be placed and of which nothing was heard.
    pub(super) fn asking(&self) -> Vec<String> {
        self.asking.lock().unwrap().values().cloned().collect()
    }

    /// How many placements were ever asked for.
    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Lets nobody begin anew.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    async fn shop(&self, number: usize, mut shopper: Shopper, mut dice: Dice) {
        while !self.closing.load(Ordering::Relaxed) {
            let cart = shopper.fill_cart("COURSE").await;
            let session = shopper.check_out(&cart).await;
            let request_id = shopper.request_id();
            let behaviour = dice.one_of(&CARDS);
            self.asking.lock().unwrap().insert(number, session.id().to_owned());
            self.asked.fetch_add(1, Ordering::Relaxed);
            let heard = ask(&shopper, &session, request_id, behaviour).await;
            let behaviour = behaviour.to_owned();
            self.acknowledgements.add(&Acknowledgement { session, request_id, behaviour, heard });
            self.asking.lock().unwrap().remove(&number);
        }
    }
}

/// Places under one request id until the end is heard.
pub(super) async fn ask(shopper: &Shopper, session: &Session, request_id: Uuid, behaviour: &str) -> Heard {
    loop {
        let response = insist(|| shopper.place(session, request_id, behaviour)).await;
        match answer(&response.unwrap_or_else(|status| panic!("{} was refused: {status}", session.name))) {
            Answer::Order(order) => return Heard::Order(order),
            Answer::Declined(_) => return Heard::Declined,
            Answer::Processing => tokio::time::sleep(PROCESSING_PAUSE).await,
            Answer::Action => panic!("no card of this load asks for an action"),
        }
    }
}
