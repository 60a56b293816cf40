//! Refunds: made, failed, lost and found again.

use cashwrap::domain::payment::{Outcome, UnknownCause};

use super::rig::{Rig, view};

async fn captured(rig: &Rig, behaviour: &str) -> String {
    let (object, _) = rig.confirmed(behaviour).await;
    view(rig.teller.capture(&object, 1_000).await);
    object
}

#[tokio::test]
async fn each_refund_tells_its_own_amount_and_is_found_by_its_own_key() {
    let rig = Rig::start().await;
    let object = captured(&rig, "approve").await;
    for (key, amount) in [("r1", 300), ("r2", 200)] {
        let told = view(rig.teller.refund(key, &object, amount).await);
        assert_eq!((told.refunded_minor, told.object.as_deref()), (Some(amount), Some(object.as_str())));
    }
    for (key, amount) in [("r1", 300), ("r2", 200), ("r3", 0)] {
        assert_eq!(view(rig.teller.look_refund(&object, key).await).refunded_minor, Some(amount), "{key}");
    }
}

#[tokio::test]
async fn more_than_is_left_is_refused() {
    let rig = Rig::start().await;
    let object = captured(&rig, "approve").await;
    let Outcome::Refused(refusal) = rig.teller.refund("r1", &object, 1_001).await else { panic!("refunded") };
    assert_eq!((refusal.code.as_str(), refusal.not_found), ("amount_too_large", false));
}

#[tokio::test]
async fn a_refund_that_fails_is_refused_and_a_look_finds_that_nothing_went_back() {
    let rig = Rig::start().await;
    let object = captured(&rig, "refundfails").await;
    let Outcome::Refused(refusal) = rig.teller.refund("r1", &object, 300).await else { panic!("refunded") };
    assert_eq!(refusal.code, "expired_or_canceled_card");
    assert_eq!(view(rig.teller.look_refund(&object, "r1").await).refunded_minor, Some(0));
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_found_by_its_key() {
    let rig = Rig::start().await;
    let object = captured(&rig, "refundtimeoutafter").await;
    assert_eq!(rig.teller.refund("r1", &object, 300).await, Outcome::Unknown(UnknownCause::Timeout));
    assert_eq!(view(rig.teller.look_refund(&object, "r1").await).refunded_minor, Some(300));
}
