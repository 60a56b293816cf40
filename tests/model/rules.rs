//! What must hold, by the names of `docs/reliability.md`. Rules over a state are asked of every state; rules over
//! a step are noted in the state that the step leads to, where nothing follows any more.

use cashwrap::domain::payment::aggregate::Failure;
use cashwrap::domain::payment::{AttemptState, Goal, OperationKind, OperationState, Payment, invariants};
use cashwrap::domain::placement::{PlacementState, Wish};
use stateright::Property;

use crate::gateway::{Ledger, Object};
use crate::sale;
use crate::shop::{Fault, Shop};
use crate::state::State;

/// A rule that a step broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    Durable,
    Together,
    Table,
    Fence,
    TooLate,
    HeldElsewhere,
    Alarm,
}

/// Which rule a step broke, and how.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Broken {
    pub rule: Rule,
    pub how: String,
}

fn keeps_to(state: &State, rule: Rule) -> bool {
    state.broken.as_ref().is_none_or(|broken| broken.rule != rule)
}

/// Every rule.
pub fn properties() -> Vec<Property<Shop>> {
    vec![
        Property::always("I1: at most one order is made", |_, state: &State| state.orders <= 1),
        Property::always("I2: never more is captured, less refunds, than the total", |_, s: &State| {
            captured(s) - refunded(s) <= sale::AMOUNT
        }),
        Property::always("I3: nothing is captured without a durable order", |_, s: &State| {
            captured(s) == 0 || s.orders > 0
        }),
        Property::always("I4: at most one capture per tender, over all gateways", |_, s: &State| {
            objects(s).filter(|object| object.captured() > 0).count() <= 1
        }),
        Property::always(
            "I4: another tender is tried only once no attempt of this one may hold money",
            |_, s: &State| {
                s.rows.placement.state != PlacementState::Failed || !any_attempt(s, AttemptState::live)
            },
        ),
        Property::always("I4, I9, I24, I27: the payment's row is sound", |_, s: &State| {
            invariants::check(&s.rows.payment).is_ok()
        }),
        Property::always("I6: an intent is durable before its first byte leaves", |_, s: &State| {
            keeps_to(s, Rule::Durable)
        }),
        Property::always("I8: placement, checkout, cart and order tell one story", |_, s: &State| {
            keeps_to(s, Rule::Together)
        }),
        Property::always("I9: what went back was captured before", |_, s: &State| {
            objects(s).all(|object| object.refunded() <= object.captured())
        }),
        Property::always("I10: a wish that was recorded is not lost", |shop: &Shop, s: &State| {
            s.left.cancels == shop.left.cancels || s.rows.placement.wish != Wish::Place
        }),
        Property::always(
            "I12: attempts, operations and placements change by the published tables",
            |_, s: &State| keeps_to(s, Rule::Table),
        ),
        Property::always("I13: a worker whose claim is gone writes nothing", |_, s: &State| {
            keeps_to(s, Rule::Fence)
        }),
        Property::always(
            "I23: an attempt or a call that has ended holds and did what its row says",
            |_, s: &State| rows_tell_the_truth(s),
        ),
        Property::always("I27: nothing authorises after place_by", |_, s: &State| keeps_to(s, Rule::TooLate)),
        Property::always(
            "I28: a backup is asked only while no other gateway can come to hold anything",
            |_, s: &State| keeps_to(s, Rule::HeldElsewhere),
        ),
        Property::always(
            "no alarm is raised: no impossible input, no machine without rest",
            |_, s: &State| keeps_to(s, Rule::Alarm),
        ),
        Property::always("I5, I11: at rest all has ended, and no hold is forgotten", |_, s: &State| {
            !s.at_rest() || all_is_told(s)
        }),
    ]
}

/// Ends that the model must reach, or it proves less than it seems to.
pub fn ends(shop: &Shop) -> Vec<Property<Shop>> {
    let may = |fault| shop.faults.contains(&fault);
    let mut ends = vec![
        Property::sometimes(
            "reached: an order, though something was lost and a worker died",
            |shop: &Shop, s: &State| {
                s.orders > 0 && s.left.crashes < shop.left.crashes && s.left.faults < shop.left.faults
            },
        ),
        Property::sometimes("reached: no order, and nothing held", |_, s: &State| {
            s.at_rest() && s.rows.placement.state == PlacementState::Failed && kept(s) == 0
        }),
    ];
    if may(Fault::SoftDecline) {
        ends.push(Property::sometimes("reached: an order by the backup gateway", |_, s: &State| {
            s.orders > 0 && s.ledgers[1].objects.iter().any(|object| object.captured() > 0)
        }));
    }
    if may(Fault::LateLanding) {
        ends.push(Property::sometimes("reached: a hold that came late is given back", |_, s: &State| {
            any_attempt(s, |state| *state == AttemptState::LateVoided)
        }));
        ends.push(Property::sometimes("reached: a person is asked to look", |_, s: &State| {
            s.rows.payment.needs_review()
        }));
    }
    if may(Fault::Sleep) {
        ends.push(Property::sometimes("reached: a worker is overtaken by another", |_, s: &State| {
            s.workers.iter().flatten().any(|drive| drive.fenced)
        }));
    }
    if shop.left.cancels > 0 {
        ends.push(Property::sometimes("reached: a cancel is honoured", |_, s: &State| {
            s.rows.placement.failure == Some(Failure::Released) && s.at_rest()
        }));
    }
    if shop.acts {
        ends.push(Property::sometimes(
            "reached: an order after the customer's action",
            |shop: &Shop, s: &State| s.orders > 0 && s.left.returns < shop.left.returns,
        ));
        ends.push(Property::sometimes("reached: an action that expired", |_, s: &State| {
            s.rows.placement.failure == Some(Failure::ActionExpired)
        }));
    }
    ends
}

fn objects(state: &State) -> impl Iterator<Item = &Object> {
    state.ledgers.iter().flat_map(|ledger| &ledger.objects)
}

fn captured(state: &State) -> i64 {
    objects(state).map(Object::captured).sum()
}

fn refunded(state: &State) -> i64 {
    objects(state).map(Object::refunded).sum()
}

fn kept(state: &State) -> i64 {
    state.ledgers.iter().map(Ledger::keeps).sum()
}

fn any_attempt(state: &State, is: impl Fn(&AttemptState) -> bool) -> bool {
    state.rows.payment.attempts.iter().any(|attempt| is(&attempt.state))
}

fn gateway_of(payment: &Payment, attempt: usize) -> usize {
    let account = &payment.attempts[attempt].account;
    sale::ACCOUNTS.iter().position(|name| *name == account.as_str()).unwrap()
}

/// Compares the durable rows with the gateways' books. A lookup proves absence within the window that R4 waits
/// for; a capture that lands after it is told to a person, who was asked to look.
fn rows_tell_the_truth(state: &State) -> bool {
    let payment = &state.rows.payment;
    payment.attempts.iter().enumerate().all(|(place, attempt)| {
        let ledger = &state.ledgers[gateway_of(payment, place)];
        let keeps = match &attempt.state {
            AttemptState::Declined(_)
            | AttemptState::NotSent(_)
            | AttemptState::Voided
            | AttemptState::Refunded
            | AttemptState::LateVoided
            | AttemptState::LateRefunded => ledger.keeps() == 0 && !ledger.waits_for_customer(),
            _ => true,
        };
        let settles = attempt.operations.iter().all(|operation| match (operation.kind, operation.state) {
            (OperationKind::Capture | OperationKind::Refund, OperationState::Succeeded) => {
                ledger.executed(operation.id)
            }
            (
                OperationKind::Capture | OperationKind::Refund,
                OperationState::Failed | OperationState::NotSent | OperationState::Pending,
            ) => attempt.needs_review || !ledger.executed(operation.id),
            _ => true,
        });
        keeps && settles
    })
}

/// Faults have stopped, everything has landed, and nobody has anything to do.
fn all_is_told(state: &State) -> bool {
    let (placement, payment) = (&state.rows.placement, &state.rows.payment);
    // Where a person must look, the placement waits for what that person says.
    if !placement.state.terminal() && !payment.needs_review() {
        return false;
    }
    let owned = placement.order.is_some() && payment.goal == Goal::Settle;
    let ended = payment.attempts.iter().enumerate().all(|(place, attempt)| {
        let keeps = state.ledgers[gateway_of(payment, place)].keeps();
        let all_ended = attempt.operations.iter().all(|operation| operation.state.ended());
        attempt.needs_review
            || all_ended
                && match attempt.state {
                    AttemptState::Authorised => owned && keeps == sale::AMOUNT,
                    AttemptState::Captured => {
                        owned && keeps == attempt.captured_minor - attempt.refunded_minor
                    }
                    ref other => !other.live() && keeps == 0,
                }
    });
    let tried = |gateway| (0..payment.attempts.len()).any(|place| gateway_of(payment, place) == gateway);
    let nothing_unknown =
        (0..state.ledgers.len()).all(|gateway| tried(gateway) || state.ledgers[gateway].keeps() == 0);
    let paid = !owned || payment.needs_review() || payment.captured_minor() == sale::AMOUNT;
    ended && nothing_unknown && paid
}
