//! What to do next with a placement: pure, and the only place that says so.

use jiff::Timestamp;

use super::aggregate::{Placement, PlacementState, Wish};
use crate::domain::payment::aggregate::Failure;
use crate::domain::payment::decide::{Decision, Facts, verdict};
use crate::domain::payment::{self, Payment, Verdict};
use crate::mutants::{Mutant, planted};

/// The next step of a placement and its payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A payment has something to do or to conclude.
    Payment {
        /// Its place among the placement's payments.
        index: usize,
        /// What.
        decision: Decision,
    },
    /// A change of the placement that needs no call.
    Conclude(Conclusion),
    /// Nothing before this time.
    Wait {
        /// When to decide again.
        until: Timestamp,
    },
    /// Nothing more, unless a signal comes.
    Done,
}

/// A change of the placement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conclusion {
    /// The customer must act; everything stays held meanwhile (R15).
    AwaitAction {
        /// The payment that waits.
        index: usize,
        /// Where to send the customer.
        redirect_url: String,
        /// Until when.
        expires_at: Timestamp,
    },
    /// The customer has acted: go on.
    Resume,
    /// Give back what is held.
    Compensate(Failure),
    /// Every amount is held: the order is made.
    Complete,
    /// Nothing is held any more.
    Fail,
}

/// The next step.
pub fn decide(placement: &Placement, payments: &[&Payment], facts: &Facts<'_>) -> Step {
    match placement.state {
        PlacementState::Paying | PlacementState::AwaitingAction => paying(placement, payments, facts),
        PlacementState::Compensating => compensating(payments, facts),
        PlacementState::Completed | PlacementState::Failed => Step::Done,
    }
}

fn paying(placement: &Placement, payments: &[&Payment], facts: &Facts<'_>) -> Step {
    if placement.wish == Wish::Cancel {
        return Step::Conclude(Conclusion::Compensate(Failure::Released));
    }
    let reopens = placement.wish == Wish::Reopen;
    for (index, payment) in payments.iter().enumerate() {
        match verdict(payment, facts) {
            Verdict::Held if planted(Mutant::CaptureFirst) && payment.captured_minor() == 0 => {
                return drive(index, payment, facts);
            }
            Verdict::Held => {}
            // What was given up is no decline, and tries no other gateway.
            _ if reopens && payment.live().is_none() => {
                return Step::Conclude(Conclusion::Compensate(Failure::Released));
            }
            // Cancelled as at the end of its time (R15): a success that the cancel reveals is still the order's.
            Verdict::AwaitingAction { .. } if reopens => {
                return Step::Payment { index, decision: payment::decide::end_action(payment, facts) };
            }
            Verdict::Failed(failure) => return Step::Conclude(Conclusion::Compensate(failure)),
            Verdict::AwaitingAction { redirect_url, expires_at } => {
                return match (drive(index, payment, facts), placement.state) {
                    (Step::Wait { .. }, PlacementState::Paying) => {
                        Step::Conclude(Conclusion::AwaitAction { index, redirect_url, expires_at })
                    }
                    (step, _) => step,
                };
            }
            Verdict::Working if placement.state == PlacementState::AwaitingAction => {
                return Step::Conclude(Conclusion::Resume);
            }
            Verdict::Working => return drive(index, payment, facts),
        }
    }
    if placement.state == PlacementState::AwaitingAction {
        return Step::Conclude(Conclusion::Resume);
    }
    if facts.now > placement.complete_by {
        return Step::Conclude(Conclusion::Compensate(Failure::Absent));
    }
    Step::Conclude(Conclusion::Complete)
}

/// In reverse: the last tender that may hold something is let go first.
fn compensating(payments: &[&Payment], facts: &Facts<'_>) -> Step {
    let last = payments.iter().enumerate().rev().find(|(_, payment)| payment.live().is_some());
    match last {
        Some((index, payment)) => drive(index, payment, facts),
        None => Step::Conclude(Conclusion::Fail),
    }
}

fn drive(index: usize, payment: &Payment, facts: &Facts<'_>) -> Step {
    match payment::decide::decide(payment, facts) {
        Decision::Wait { until } => Step::Wait { until },
        Decision::Done => Step::Done,
        decision @ (Decision::Do(_) | Decision::Conclude(_)) => Step::Payment { index, decision },
    }
}
