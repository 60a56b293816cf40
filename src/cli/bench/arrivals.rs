//! When shoppers come, and what becomes of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::sample::Sample;
use super::shopper::{Times, check_out, whole};
use crate::cli::trial::Shop;

/// More at once than this are not let in: they would measure this process and its memory.
const AT_ONCE: usize = 20_000;

/// What came of the shoppers.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How many came.
    pub(super) asked: u64,
    /// How many have an order, and a capture that was asked for.
    pub(super) done: u64,
    /// Times by call.
    pub(super) times: Times,
    /// Times of whole checkouts.
    pub(super) checkouts: Sample,
    /// How late they came, because this process was busy.
    pub(super) late: Sample,
    /// What went wrong, and how often.
    pub(super) errors: BTreeMap<String, u64>,
}

impl Outcome {
    fn add(&mut self, times: &Times) {
        self.done = self.done.saturating_add(1);
        self.checkouts.add(whole(times));
        for (call, sample) in times {
            self.times.entry(call).or_default().join(sample);
        }
    }

    fn fail(&mut self, why: String) {
        let count = self.errors.entry(why).or_default();
        *count = count.saturating_add(1);
    }
}

/// What is told while it goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    /// Since the first came.
    pub(super) elapsed: Duration,
    /// How many are done.
    pub(super) done: u64,
    /// How many are under way.
    pub(super) under_way: usize,
}

/// Lets `rate` shoppers a second come for `span`, through all doors in turn, and waits until each has left.
pub(super) async fn arrive(
    doors: &[Shop],
    first: usize,
    rate: u32,
    span: Duration,
    tell: impl Fn(Progress),
) -> Outcome {
    /// Whoever waits longer than this wants to know that something happens.
    const TELL_EVERY: Duration = Duration::from_secs(2);
    let outcome = Arc::new(Mutex::new(Outcome::default()));
    let mut shoppers = JoinSet::new();
    let began = Instant::now();
    let mut told = began;
    let between = Duration::from_secs(1) / rate.max(1);
    let mut due = began;
    let mut number = first;
    while due < began + span {
        sleep_until(due).await;
        let late = due.elapsed();
        while shoppers.try_join_next().is_some() {}
        let mut now = held(&outcome);
        now.asked = now.asked.saturating_add(1);
        now.late.add(late);
        if shoppers.len() >= AT_ONCE {
            now.fail(format!("not let in: {AT_ONCE} were under way"));
        } else if let Some(door) = doors.get(number % doors.len().max(1)) {
            let (door, outcome) = (door.clone(), Arc::clone(&outcome));
            shoppers.spawn(async move {
                match Box::pin(check_out(&door, number)).await {
                    Ok(times) => held(&outcome).add(&times),
                    Err(why) => held(&outcome).fail(why.to_string()),
                }
            });
        }
        let done = now.done;
        drop(now);
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            tell(Progress { elapsed: began.elapsed(), done, under_way: shoppers.len() });
        }
        due += between;
        number = number.wrapping_add(1);
    }
    while shoppers.join_next().await.is_some() {
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            let done = held(&outcome).done;
            tell(Progress { elapsed: began.elapsed(), done, under_way: shoppers.len() });
        }
    }
    std::mem::take(&mut *held(&outcome))
}

/// A shopper that panicked leaves its figures as they were.
fn held(outcome: &Mutex<Outcome>) -> std::sync::MutexGuard<'_, Outcome> {
    outcome.lock().unwrap_or_else(PoisonError::into_inner)
}
