//! One purchase, one fault, to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cashwrap::app::House;
use cashwrap::app::payments::Wanted;
use cashwrap::app::placing::{CardTender, PlaceOrder};
use cashwrap::domain::ids::{CheckoutId, PaymentId};
use cashwrap::domain::payment::{AttemptState, Network, OperationKind, Payment, Policy, Said, Told};
use cashwrap::ports::Record;
use cashwrap::ports::store::Kind;
use tokio::time::{Instant, sleep, timeout};

use super::counter::Counter;
use super::verdict::{Aim, Found, Verdict};
use crate::gateways::contract::{AMOUNT_MINOR, Fault, LIMIT, REFERENCE, Rig, Wish};
use crate::placing::fuse::Fuse;
use crate::placing::world::{FLOW, World, store_id};

/// How long a purchase may take to its end, all rounds of the schedule included.
const BOUND: Duration = Duration::from_secs(75);

/// How often whoever waits looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The times of production, scaled so that a cell takes seconds. The absent window is longer than the vendor may take,
/// and what lands late does so after a look found nothing and before that window ends.
fn policy() -> Policy {
    let millis = |each: &u64| Duration::from_millis(*each);
    Policy {
        send_window: Duration::from_secs(3),
        place_window: Duration::from_secs(10),
        complete_window: Duration::from_secs(40),
        action_window: Duration::from_secs(20),
        absent_window: LIMIT + Duration::from_secs(3),
        schedule: [300, 800, 2_000, 5_000, 9_000, 15_000, 25_000].iter().map(millis).collect(),
        late_checks: [2_000, 5_000].iter().map(millis).collect(),
        ..Policy::default()
    }
}

/// What the money is to come to, where the fault strikes this operation.
const fn aim(operation: OperationKind) -> Aim {
    match operation {
        OperationKind::Void => Aim::Released,
        OperationKind::Refund => Aim::Refunded,
        OperationKind::Create
        | OperationKind::Confirm
        | OperationKind::Authorise
        | OperationKind::Capture => Aim::Taken,
    }
}

/// A purchase at one vendor.
struct Purchase<R> {
    rig: Arc<R>,
    world: World,
    house: Arc<House>,
}

/// Plays `fault` to the first call of `operation` in a purchase at `rig`, and judges by the books.
pub async fn run<R: Rig + 'static>(rig: R, operation: OperationKind, fault: Fault, hasty: bool) -> Verdict {
    let rig = Arc::new(rig);
    let mut world = World::new().await;
    world.primary_is = Some(Arc::new(Counter::new(Arc::clone(&rig), hasty)));
    (world.policy, world.poll) = (policy(), Duration::from_millis(100));
    let aim = aim(operation);
    if aim == Aim::Released {
        world.flow = FLOW.replace("at_placement", "at_fulfilment");
    }
    world.stock("mug", AMOUNT_MINOR, Some(3)).await;
    let house = world.process(&Fuse::never());
    let purchase = Purchase { rig, world, house };
    purchase.rig.strike(operation, fault);
    let over = AtomicBool::new(false);
    let bought = async {
        let verdict = purchase.to_its_end(aim, fault).await;
        over.store(true, Ordering::Relaxed);
        verdict
    };
    let (verdict, ()) = tokio::join!(bought, purchase.tell(&over));
    let _ended = purchase.house.engine.tasks.drain(Duration::from_secs(5)).await;
    verdict
}

impl<R: Rig + 'static> Purchase<R> {
    /// The vendor tells what it has to tell.
    async fn tell(&self, over: &AtomicBool) {
        let account = "primary".parse().unwrap();
        while !over.load(Ordering::Relaxed) {
            for mut notice in self.rig.notices().await {
                let Some(payment) = self.payment().await else { continue };
                if let Some(about) = &mut notice.about {
                    (about.payment, about.store) = (payment.id, Some(store_id()));
                }
                if let Some(Told { said: Said::Seen(view), .. }) = &mut notice.told
                    && view.reference.as_deref() == Some(REFERENCE)
                {
                    view.reference = Some(payment.id.to_string());
                }
                // Whatever it says, the vendor would send it again; here once is enough.
                let _ = self.house.hear(&account, &notice).await;
            }
            sleep(LOOK_EVERY).await;
        }
    }

    async fn to_its_end(&self, aim: Aim, fault: Fault) -> Verdict {
        let end = Instant::now() + BOUND;
        let late = async {
            if fault == Fault::Late {
                sleep(LIMIT + Duration::from_secs(1)).await;
                let _ = timeout(LIMIT, self.rig.let_in()).await;
            }
        };
        let (told, ()) = tokio::join!(self.buy(fault, end), late);
        if told {
            self.wish(aim, end).await;
        }
        self.rest(aim, end).await;
        // What was left alone must stay as it is.
        sleep(Duration::from_secs(1)).await;
        let verdict = Verdict::of(&self.found(told).await, aim);
        if std::env::var_os("CASHWRAP_MATRIX_ONLY").is_some() {
            self.tell_of(&verdict).await;
        }
        if verdict.is_harm() || self.rig.struck() { verdict } else { Verdict::Untouched }
    }

    /// What became of each attempt, for whoever looks at few cells.
    async fn tell_of(&self, verdict: &Verdict) {
        for attempt in self.payments().await.iter().flat_map(|payment| &payment.attempts) {
            let calls: Vec<String> = attempt
                .operations
                .iter()
                .map(|call| format!("{} {:?} {:?}", call.kind.as_str(), call.state, call.code))
                .collect();
            eprintln!("{verdict} at {}: {} {calls:?}", attempt.account, attempt.state.as_str());
        }
    }

    /// Places until it is settled, and does what the vendor asks for; whether there is an order.
    async fn buy(&self, fault: Fault, end: Instant) -> bool {
        let cart = self.world.cart(&self.house, 1).await;
        let (checkout, digest) = self.world.checkout(&self.house, cart).await;
        let wish = if fault == Fault::Late { Wish::Late } else { Wish::Approve };
        let place = order(checkout, &digest, self.rig.token(wish));
        let mutation = self.world.mutation("PlaceOrder");
        let confirming = self.world.mutation("ConfirmPaymentAction");
        while Instant::now() < end {
            let told = match self.house.place_order(&mutation, &place).await {
                Ok(body) => String::from_utf8(body.to_vec()).unwrap(),
                Err(error) if error.pause().is_some() => String::new(),
                Err(_) => return false,
            };
            if told.starts_with("order ") {
                return true;
            }
            if told.starts_with("declined ") {
                return false;
            }
            if told.starts_with("action ")
                && let Some((payment, page)) = self.action().await
            {
                let brought_back = self.rig.act(&page, true).await;
                let _ = self.house.confirm_action(&confirming, checkout, payment, &brought_back).await;
            }
            sleep(LOOK_EVERY).await;
        }
        false
    }

    /// Asks for what comes after the order, once it can be had.
    async fn wish(&self, aim: Aim, end: Instant) {
        let (method, wanted) = match aim {
            Aim::Taken => return,
            Aim::Released => ("VoidPayment", Wanted::Void),
            Aim::Refunded => ("RefundPayment", Wanted::Refund(None)),
        };
        let mutation = self.world.mutation(method);
        while Instant::now() < end {
            let Some(payment) = self.payment().await else { return };
            let wished = self.house.settle_payment(&mutation, payment.id, wanted, &|_| Bytes::new()).await;
            if wished.is_ok() || payment.needs_review() {
                return;
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until nothing is under way, or a person is asked.
    async fn rest(&self, aim: Aim, end: Instant) {
        while Instant::now() < end {
            let found = self.found(false).await;
            if found.review || !(found.open || found.orders > 0 && found.due(aim)) {
                return;
            }
            sleep(LOOK_EVERY).await;
        }
    }

    async fn found(&self, told: bool) -> Found {
        let (payments, ledger) = (self.payments().await, self.rig.ledger().await);
        let backup = self.world.backup.totals();
        let there = backup.values().flatten().fold([0; 3], |[held, taken, back], totals| {
            [held + totals.held, taken + totals.captured, back + totals.refunded]
        });
        let placements = self.world.rows(Kind::Placement).await;
        let runs = |row: &Record| matches!(row, Record::Placement(placement) if !placement.state.terminal());
        Found {
            amount: AMOUNT_MINOR,
            orders: self.world.rows(Kind::Order).await.len(),
            told,
            here: [ledger.held_minor, ledger.captured_minor, ledger.refunded_minor],
            there,
            open: placements.iter().any(runs) || payments.iter().any(is_open),
            review: payments.iter().any(Payment::needs_review),
        }
    }

    async fn payments(&self) -> Vec<Payment> {
        let rows = self.world.rows(Kind::Payment).await;
        let payment = |row| match row {
            Record::Payment(payment) => Some(*payment),
            _ => None,
        };
        rows.into_iter().filter_map(payment).collect()
    }

    async fn payment(&self) -> Option<Payment> {
        self.payments().await.into_iter().next()
    }

    /// The page to which the customer is sent.
    async fn action(&self) -> Option<(PaymentId, String)> {
        let payment = self.payment().await?;
        match &payment.live()?.state {
            AttemptState::AwaitingAction { redirect_url, .. } => Some((payment.id, redirect_url.clone())),
            _ => None,
        }
    }
}

/// Whether something of it has not ended, sent or not.
fn is_open(payment: &Payment) -> bool {
    payment.unresolved() || payment.attempts.iter().any(|attempt| attempt.open().is_some())
}

fn order(checkout: CheckoutId, digest: &str, token: String) -> PlaceOrder {
    PlaceOrder {
        checkout,
        digest: digest.to_owned(),
        tenders: vec![CardTender {
            amount: None,
            instruments: vec![
                ("primary".parse().unwrap(), token),
                ("backup".parse().unwrap(), "tok_backup".to_owned()),
            ],
            description: None,
            network: Network::default(),
        }],
    }
}
