//! What is lost on the way: which outcome each fault may have, what a look tells afterwards, and that the same request
//! again leads to one effect. Told of each call that moves money.

use cashwrap::domain::payment::capabilities::{Lookup, Replay};
use cashwrap::domain::payment::{NotSent, Outcome, Status, UnknownCause};
use futures::future::join_all;

use super::rig::{AMOUNT_MINOR, Fault, Ledger, REFERENCE, Rig};
use super::walk::{Asking, End, REFUND_MINOR, Stage, Walk, amount, view};

/// A call that was struck, and what came of it.
struct Struck<R> {
    walk: Walk<R>,
    stage: Stage,
    asking: Asking,
    before: Ledger,
    outcome: Outcome,
}

impl<R: Rig> Struck<R> {
    async fn by(rig: R, stage: Stage, fault: Fault) -> Self {
        let walk = Walk::new(rig);
        let asking = walk.at(stage).await;
        let before = walk.rig.ledger().await;
        walk.rig.strike(asking.kind, fault);
        let outcome = walk.ask(&asking).await;
        Self { walk, stage, asking, before, outcome }
    }

    async fn executed(&self) -> bool {
        self.walk.rig.ledger().await != self.before
    }

    /// What the ladder finds out: a look tells what the book says, as far as the row promises that it sees, and the
    /// same bytes again lead to one effect.
    async fn resolves(&self) {
        let stage = self.stage;
        let row = self.walk.rig.gateway().capabilities();
        let executed = self.executed().await;
        let looked = self.walk.look(&self.asking).await;
        match row.sight(self.asking.object.is_some()) {
            Lookup::Consistent => {
                assert!(tells(stage, executed, &looked), "{stage:?}, {executed}: {looked:?}");
            }
            // It may miss what was just written, and says nothing that is not so.
            Lookup::Lagging => assert!(
                executed || !tells(stage, true, &looked),
                "{stage:?}: nothing was executed, and a look says {looked:?}"
            ),
            Lookup::None => assert!(!matches!(looked, Outcome::Refused(_)), "{stage:?}: {looked:?}"),
        }
        if row.replay == Replay::None {
            return;
        }
        let again = self.walk.ask(&self.asking).await;
        let end = self.walk.end(&self.asking, again).await;
        assert!(matches!(end, End::Done(_)), "{stage:?}, executed {executed}: {end:?}");
        assert_eq!(self.walk.rig.ledger().await, once(stage, self.before), "{stage:?}: one effect");
    }
}

/// The book after the call of this stage was executed once.
fn once(stage: Stage, before: Ledger) -> Ledger {
    match stage {
        Stage::Hold => Ledger { holds: 1, held_minor: AMOUNT_MINOR, ..before },
        Stage::Capture => Ledger { held_minor: 0, captures: 1, captured_minor: AMOUNT_MINOR, ..before },
        Stage::Void => Ledger { held_minor: 0, ..before },
        Stage::Refund => Ledger { refunds: 1, refunded_minor: REFUND_MINOR, ..before },
    }
}

/// Whether a look says what happened.
fn tells(stage: Stage, executed: bool, looked: &Outcome) -> bool {
    match looked {
        Outcome::Refused(refusal) => stage == Stage::Hold && !executed && refusal.not_found,
        Outcome::Definite(view) => match (stage, executed) {
            (Stage::Hold, true) => view.status == Status::Authorised && view.capturable_minor == AMOUNT_MINOR,
            (Stage::Hold, false) => {
                matches!(view.status, Status::Created | Status::Approved | Status::ActionNeeded { .. })
            }
            (Stage::Capture, true) => view.status == Status::Captured && view.captured_minor == AMOUNT_MINOR,
            (Stage::Void, true) => view.status == Status::Voided,
            (Stage::Capture | Stage::Void, false) => {
                view.status == Status::Authorised && view.captured_minor == 0
            }
            (Stage::Refund, true) => view.refunded_minor == Some(REFUND_MINOR),
            (Stage::Refund, false) => view.refunded_minor == Some(0),
        },
        Outcome::NotSent(_) | Outcome::Unknown(_) => false,
    }
}

/// Each call that moves money, struck at a rig of its own.
async fn struck<R: Rig>(fresh: &impl AsyncFn() -> R, fault: Fault) -> Vec<Struck<R>> {
    join_all(Stage::ALL.map(|stage| async move { Struck::by(fresh().await, stage, fault).await })).await
}

async fn unknown<R: Rig>(fresh: &impl AsyncFn() -> R, fault: Fault, executed: bool) {
    for struck in struck(fresh, fault).await {
        let stage = struck.stage;
        let Outcome::Unknown(cause) = struck.outcome else {
            panic!("{fault:?} of {stage:?}: {:?}", struck.outcome)
        };
        assert_ne!(cause, UnknownCause::Processing, "{fault:?} of {stage:?}: nobody said so");
        assert_eq!(struck.executed().await, executed, "{fault:?} of {stage:?}");
        struck.resolves().await;
    }
}

pub(crate) async fn a_timeout_before_the_effect_is_unknown_and_a_timeout_after_it_too<R: Rig>(
    fresh: impl AsyncFn() -> R,
) {
    unknown(&fresh, Fault::TimeoutBefore, false).await;
    unknown(&fresh, Fault::TimeoutAfter, true).await;
}

pub(crate) async fn a_reset_before_the_effect_is_unknown_and_a_reset_after_it_too<R: Rig>(
    fresh: impl AsyncFn() -> R,
) {
    unknown(&fresh, Fault::ResetBefore, false).await;
    unknown(&fresh, Fault::ResetAfter, true).await;
}

pub(crate) async fn a_server_error_is_unknown_on_either_side_of_the_effect<R: Rig>(
    fresh: impl AsyncFn() -> R,
) {
    unknown(&fresh, Fault::ServerErrorBefore, false).await;
    unknown(&fresh, Fault::ServerErrorAfter, true).await;
}

pub(crate) async fn an_answer_that_is_no_answer_is_unknown_although_it_has_been_executed<R: Rig>(
    fresh: impl AsyncFn() -> R,
) {
    unknown(&fresh, Fault::Garbage, true).await;
}

pub(crate) async fn an_answer_that_breaks_off_is_unknown_although_it_has_been_executed<R: Rig>(
    fresh: impl AsyncFn() -> R,
) {
    unknown(&fresh, Fault::CutShort, true).await;
}

pub(crate) async fn a_rate_limit_is_taken_for_unsent_only_where_the_vendor_says_so<R: Rig>(
    fresh: impl AsyncFn() -> R,
) {
    for struck in struck(&fresh, Fault::RateLimited).await {
        let (stage, outcome) = (struck.stage, &struck.outcome);
        assert!(!struck.executed().await, "{stage:?}");
        if struck.walk.rig.manners().limits_before_executing {
            assert_eq!(*outcome, Outcome::NotSent(NotSent::RateLimited), "{stage:?}");
        } else {
            assert!(matches!(outcome, Outcome::Unknown(_)), "{stage:?}: {outcome:?}");
        }
    }
}

pub(crate) async fn refused_credentials_prove_that_nothing_was_executed<R: Rig>(fresh: impl AsyncFn() -> R) {
    for struck in struck(&fresh, Fault::Unauthorised).await {
        let (stage, executed) = (struck.stage, struck.executed().await);
        match struck.outcome {
            Outcome::NotSent(NotSent::Credentials) => assert!(!executed, "{stage:?}"),
            // Credentials that last for a while may be got anew, and the call sent for the first time.
            ref outcome => {
                let end = struck.walk.end(&struck.asking, outcome.clone()).await;
                assert!(executed && matches!(end, End::Done(_)), "{stage:?}, {executed}: {end:?}");
                assert_eq!(struck.walk.rig.ledger().await, once(stage, struck.before), "{stage:?}");
            }
        }
    }
}

pub(crate) async fn a_slow_answer_is_an_answer<R: Rig>(fresh: impl AsyncFn() -> R) {
    for struck in struck(&fresh, Fault::Slow).await {
        let end = struck.walk.end(&struck.asking, struck.outcome.clone()).await;
        assert!(matches!(end, End::Done(_)), "{:?}: {end:?}", struck.stage);
        assert_eq!(struck.walk.rig.ledger().await, once(struck.stage, struck.before));
    }
}

pub(crate) async fn another_amount_than_asked_for_is_shown_as_it_is<R: Rig>(fresh: impl AsyncFn() -> R) {
    let struck = Struck::by(fresh().await, Stage::Hold, Fault::OtherAmount).await;
    assert!(struck.executed().await);
    if let Outcome::Unknown(_) = struck.outcome {
        return;
    }
    let told = view(struck.outcome);
    assert_ne!((told.amount, told.capturable_minor), (amount(), AMOUNT_MINOR), "{told:?}");
}

pub(crate) async fn another_reference_than_ours_is_shown_as_it_is<R: Rig>(fresh: impl AsyncFn() -> R) {
    let rig = fresh().await;
    if !rig.manners().echoes_the_reference {
        return;
    }
    let struck = Struck::by(rig, Stage::Hold, Fault::OtherReference).await;
    assert!(struck.executed().await);
    if let Outcome::Unknown(_) = struck.outcome {
        return;
    }
    assert_ne!(view(struck.outcome).reference.as_deref(), Some(REFERENCE));
}
