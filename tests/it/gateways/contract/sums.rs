//! The good ways, and what the book holds after each: held, captured and refunded add up, and each happens once.

use cashwrap::domain::payment::capabilities::Replay;
use cashwrap::domain::payment::{Outcome, Status};

use super::rig::{AMOUNT_MINOR, Ledger, REFERENCE, Rig, Wish};
use super::walk::{End, REFUND_MINOR, Walk, amount, view};

const HELD: Ledger = Ledger {
    holds: 1,
    held_minor: AMOUNT_MINOR,
    captures: 0,
    captured_minor: 0,
    refunds: 0,
    refunded_minor: 0,
};

pub(crate) async fn what_is_approved_captured_and_refunded_adds_up<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let asking = walk.ready(Wish::Approve).await;
    assert_eq!(walk.rig.ledger().await.holds, 0, "nothing is held before it is asked for");
    let held = view(walk.ask(&asking).await);
    assert_eq!(
        (&held.status, held.amount, held.capturable_minor),
        (&Status::Authorised, amount(), AMOUNT_MINOR)
    );
    assert_eq!((held.captured_minor, held.refunded_minor), (0, None));
    if walk.rig.manners().echoes_the_reference {
        assert_eq!(held.reference.as_deref(), Some(REFERENCE));
    }
    assert_eq!(walk.rig.ledger().await, HELD);
    let object = held.object.unwrap();
    if let Some(captured) = walk.done(&walk.capturing(&object, AMOUNT_MINOR)).await {
        assert_eq!((captured.amount, captured.captured_minor), (amount(), AMOUNT_MINOR));
        assert_eq!((captured.capturable_minor, captured.object.as_deref()), (0, Some(object.as_str())));
    }
    let taken = Ledger { held_minor: 0, captures: 1, captured_minor: AMOUNT_MINOR, ..HELD };
    assert_eq!(walk.rig.ledger().await, taken);
    for (number, minor) in [(1, REFUND_MINOR), (2, AMOUNT_MINOR - REFUND_MINOR)] {
        if let Some(refunded) = walk.done(&walk.refunding(&object, minor)).await {
            assert_eq!(refunded.refunded_minor, Some(minor));
        }
        assert_eq!(walk.rig.ledger().await.refunds, number);
    }
    let all_back = Ledger { refunds: 2, refunded_minor: AMOUNT_MINOR, ..taken };
    assert_eq!(walk.rig.ledger().await, all_back, "to the last minor unit");
}

pub(crate) async fn a_part_is_captured_and_no_more_than_the_part<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let object = walk.hold().await;
    if let Some(captured) = walk.done(&walk.capturing(&object, 700)).await {
        assert_eq!((captured.captured_minor, captured.amount), (700, amount()));
    }
    let ledger = walk.rig.ledger().await;
    assert_eq!((ledger.captures, ledger.captured_minor), (1, 700));
}

pub(crate) async fn a_hold_that_is_voided_holds_nothing<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let object = walk.hold().await;
    let voiding = walk.voiding(&object);
    if let Some(voided) = walk.done(&voiding).await {
        assert_eq!((voided.status, voided.capturable_minor, voided.captured_minor), (Status::Voided, 0, 0));
    }
    let ledger = walk.rig.ledger().await;
    assert_eq!((ledger.holds, ledger.held_minor, ledger.captured_minor), (1, 0, 0));
    let again = walk.voiding(&object);
    let outcome = walk.ask(&again).await;
    let end = walk.end(&again, outcome).await;
    assert!(matches!(end, End::Done(_) | End::Refused), "it was voided before: {end:?}");
    assert_eq!(walk.rig.ledger().await, ledger);
}

pub(crate) async fn a_decline_is_definite_and_holds_nothing<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let asking = walk.ready(Wish::Decline).await;
    for round in ["first", "again, under the same key"] {
        let class = match walk.ask(&asking).await {
            Outcome::Refused(refusal) => refusal.class,
            Outcome::Definite(view) => match view.status {
                Status::Declined(decline) => Some(decline.class),
                other => panic!("{round}: {other:?}"),
            },
            other => panic!("{round}: {other:?}"),
        };
        assert!(class.is_some(), "{round}: a decline has a class");
        assert_eq!(walk.rig.ledger().await, Ledger::default(), "{round}");
        if walk.rig.gateway().capabilities().replay == Replay::None {
            return;
        }
    }
}

pub(crate) async fn the_same_request_again_holds_once<R: Rig>(fresh: impl AsyncFn() -> R) {
    let walk = Walk::new(fresh().await);
    let asking = walk.ready(Wish::Approve).await;
    let first = view(walk.ask(&asking).await);
    if walk.rig.gateway().capabilities().replay == Replay::None {
        // The row says that keys are not honoured, and the ladder repeats nothing there.
        return;
    }
    for _ in 0..2 {
        let again = view(walk.ask(&asking).await);
        assert_eq!((again.status, again.object), (first.status.clone(), first.object.clone()));
        assert_eq!(walk.rig.ledger().await, HELD);
    }
    // And so does another capture of the same operation.
    let capturing = walk.capturing(first.object.as_deref().unwrap(), AMOUNT_MINOR);
    walk.done(&capturing).await;
    let again = walk.ask(&capturing).await;
    assert!(!matches!(again, Outcome::NotSent(_) | Outcome::Refused(_)), "{again:?}");
    let ledger = walk.rig.ledger().await;
    assert_eq!((ledger.captures, ledger.captured_minor), (1, AMOUNT_MINOR));
}

pub(crate) async fn the_same_refund_again_moves_once_and_another_moves_again<R: Rig>(
    fresh: impl AsyncFn() -> R,
) {
    let walk = Walk::new(fresh().await);
    let object = walk.hold().await;
    walk.done(&walk.capturing(&object, AMOUNT_MINOR)).await;
    let refunding = walk.refunding(&object, REFUND_MINOR);
    walk.done(&refunding).await;
    if walk.rig.gateway().capabilities().replay != Replay::None {
        let again = walk.ask(&refunding).await;
        assert!(!matches!(again, Outcome::NotSent(_) | Outcome::Refused(_)), "{again:?}");
        let ledger = walk.rig.ledger().await;
        assert_eq!((ledger.refunds, ledger.refunded_minor), (1, REFUND_MINOR));
    }
    walk.done(&walk.refunding(&object, REFUND_MINOR)).await;
    let ledger = walk.rig.ledger().await;
    assert_eq!((ledger.refunds, ledger.refunded_minor), (2, 2 * REFUND_MINOR));
}
