//! A partner for this room's tests: it answers from a script, and counts what reached it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tower::util::BoxCloneService;

use super::breaker::{Guard, Guarded};
use super::classify::{Classify, Retryable, Verdict};
use super::deadline::{Deadline, HasDeadline};
use super::failover::Quote;
use super::refusal::{Expiry, FromExpiry, FromRefusal, Refusal};

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    deadline: Deadline,
    guard: Guard,
}

impl Call {
    pub(super) fn within(left: Duration) -> Self {
        Self { deadline: Deadline::after(Instant::now(), left), guard: Guard::Heeded }
    }

    pub(super) fn overruling(self) -> Self {
        Self { guard: Guard::Overruled, ..self }
    }
}

impl HasDeadline for Call {
    fn deadline(&self) -> Deadline {
        self.deadline
    }
}

impl Guarded for Call {
    fn guard(&self) -> Guard {
        self.guard
    }
}

impl Quote for Call {}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Ok,
    Declined,
    Broken,
    NotConnected,
    Unauthorised,
    TooMany(Option<Duration>),
    Refused(Refusal),
    TimedOut(Expiry),
}

impl FromRefusal for Answer {
    fn refused(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl FromExpiry for Answer {
    fn timed_out(expiry: Expiry) -> Self {
        Self::TimedOut(expiry)
    }
}

/// Reads answers the way a read's classifier does: whatever failed may be tried again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading;

impl Classify<Answer> for Reading {
    fn verdict(&self, response: &Answer) -> Verdict {
        match *response {
            Answer::Ok => Verdict::Success,
            Answer::Broken | Answer::NotConnected | Answer::TimedOut(Expiry::Limit) => Verdict::Failure,
            Answer::Declined | Answer::Refused(_) | Answer::TimedOut(Expiry::Deadline) => Verdict::Ignored,
            Answer::Unauthorised => Verdict::Misconfigured,
            Answer::TooMany(retry_after) => Verdict::Throttled { retry_after },
        }
    }

    fn retryable(&self, response: &Answer) -> Retryable {
        match *response {
            Answer::Broken | Answer::NotConnected | Answer::TimedOut(Expiry::Limit) => {
                Retryable::Yes { after: None }
            }
            Answer::TooMany(after) => Retryable::Yes { after },
            Answer::Ok
            | Answer::Declined
            | Answer::Unauthorised
            | Answer::Refused(_)
            | Answer::TimedOut(Expiry::Deadline) => Retryable::No,
        }
    }
}

/// Answers in order; the last answer repeats.
#[derive(Debug, Clone)]
pub(super) struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    called_at: Arc<Mutex<Vec<Instant>>>,
    takes: Duration,
}

impl Script {
    pub(super) fn of(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            called_at: Arc::default(),
            takes: Duration::ZERO,
        }
    }

    pub(super) fn taking(self, takes: Duration) -> Self {
        Self { takes, ..self }
    }

    /// Changes what comes next.
    pub(super) fn then(&self, answers: impl IntoIterator<Item = Answer>) {
        *self.answers.lock().unwrap() = answers.into_iter().collect();
    }

    pub(super) fn calls(&self) -> usize {
        self.called_at.lock().unwrap().len()
    }

    pub(super) fn called_at(&self) -> Vec<Instant> {
        self.called_at.lock().unwrap().clone()
    }

    pub(super) fn service(&self) -> BoxCloneService<Call, Answer, Infallible> {
        let script = self.clone();
        BoxCloneService::new(tower::service_fn(move |_request: Call| {
            let script = script.clone();
            async move {
                script.called_at.lock().unwrap().push(Instant::now());
                if !script.takes.is_zero() {
                    sleep(script.takes).await;
                }
                let mut answers = script.answers.lock().unwrap();
                let last = answers.len() == 1;
                Ok(if last { answers[0] } else { answers.pop_front().unwrap() })
            }
        }))
    }
}
