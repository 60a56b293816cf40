//! Tests of the machine: each call on its own, then any order of calls.

use proptest::prelude::*;

use super::*;

fn intent(amount: i64, capture_method: CaptureMethod) -> Intent {
    let entry = Entry::Created {
        intent: "pi_1".into(),
        amount,
        currency: "eur".into(),
        capture_method,
        payment_method: Some("tok_a_approve".into()),
        return_url: None,
        description: None,
        metadata: BTreeMap::new(),
    };
    Intent::created(&entry, 0).unwrap()
}

fn fold(intent: &mut Intent, entries: &[Entry]) {
    for entry in entries {
        intent.apply(entry, 0).unwrap();
    }
}

fn authorised(amount: i64) -> Intent {
    let mut intent = intent(amount, CaptureMethod::Manual);
    let entries = authorise(&intent, "ch_1", "tok_a_approve", Hold::Full);
    fold(&mut intent, &entries);
    intent
}

#[test]
fn a_partial_capture_releases_the_rest() {
    let mut intent = authorised(1000);
    let entries = capture(&intent, Some(400)).unwrap();
    fold(&mut intent, &entries);
    assert_eq!((intent.captured, intent.voided, intent.held()), (400, 600, 0));
    assert_eq!(capture(&intent, None), Err(Refused::State));
}

#[test]
fn a_capture_above_the_hold_is_refused() {
    assert_eq!(capture(&authorised(1000), Some(1001)), Err(Refused::TooMuch { limit: 1000 }));
}

#[test]
fn refunds_end_at_what_was_captured() {
    let mut intent = authorised(1000);
    let entries = capture(&intent, None).unwrap();
    fold(&mut intent, &entries);
    let entries = refund(&intent, "re_1", Some(700), BTreeMap::new(), None).unwrap();
    fold(&mut intent, &entries);
    assert_eq!(refundable(&intent, Some(301)), Err(Refused::TooMuch { limit: 300 }));
    let entries = refund(&intent, "re_2", None, BTreeMap::new(), None).unwrap();
    fold(&mut intent, &entries);
    assert_eq!(refundable(&intent, None), Err(Refused::AlreadyRefunded));
}

#[test]
fn an_automatic_intent_is_captured_with_its_authorisation() {
    let mut intent = intent(1000, CaptureMethod::Automatic);
    let entries = authorise(&intent, "ch_1", "tok_a_approve", Hold::Full);
    fold(&mut intent, &entries);
    assert_eq!((intent.status, intent.captured), (Status::Succeeded, 1000));
}

#[test]
fn a_cancelled_intent_takes_nothing_more() {
    let mut intent = authorised(1000);
    let entries = cancel(&intent, None).unwrap();
    fold(&mut intent, &entries);
    assert_eq!((intent.status, intent.voided), (Status::Canceled, 1000));
    assert_eq!(may_confirm(&intent), Err(Refused::State));
    assert_eq!(capture(&intent, None), Err(Refused::State));
    assert_eq!(cancel(&intent, None), Err(Refused::State));
    assert_eq!(refundable(&intent, None), Err(Refused::State));
    assert!(intent.apply(&authorise(&intent, "ch_2", "t", Hold::Full)[0], 0).is_err());
}

#[test]
fn a_cancel_stops_a_late_landing_only_with_tombstones() {
    let mut cancelled = intent(1000, CaptureMethod::Manual);
    let entries = cancel(&cancelled, None).unwrap();
    fold(&mut cancelled, &entries);
    assert!(matches!(land(&cancelled, "ch_1", "t", true)[..], [Entry::LateRefused { .. }]));
    let entries = land(&cancelled, "ch_1", "t", false);
    fold(&mut cancelled, &entries);
    assert_eq!((cancelled.status, cancelled.held()), (Status::RequiresCapture, 1000));
}

#[test]
fn a_voided_hold_never_lands_again() {
    let mut voided = authorised(1000);
    let entries = cancel(&voided, None).unwrap();
    fold(&mut voided, &entries);
    assert!(matches!(land(&voided, "ch_2", "t", false)[..], [Entry::LateRefused { .. }]));
}

#[test]
fn what_is_processing_cannot_be_cancelled() {
    let mut processing = intent(1000, CaptureMethod::Manual);
    let started = Entry::ProcessingStarted {
        intent: "pi_1".into(),
        charge: "ch_1".into(),
        payment_method: "t".into(),
        due_ms: 5,
    };
    fold(&mut processing, &[started]);
    assert_eq!(cancel(&processing, None), Err(Refused::State));
}

proptest! {
    #[test]
    fn any_order_of_calls_keeps_the_amounts_right(
        amount in 1i64..1_000_000,
        automatic: bool,
        tombstones: bool,
        calls in proptest::collection::vec((0u8..8, proptest::option::of(1i64..1_000_000)), 0..24),
    ) {
        let method = if automatic { CaptureMethod::Automatic } else { CaptureMethod::Manual };
        let mut intent = intent(amount, method);
        for (call, part) in calls {
            let entries = match call {
                0 => may_confirm(&intent).map(|()| authorise(&intent, "ch", "t", Hold::Full)),
                1 => may_confirm(&intent).map(|()| authorise(&intent, "ch", "t", Hold::Half)),
                2 => Ok(land(&intent, "ch", "t", tombstones)),
                3 => may_confirm(&intent).map(|()| vec![Entry::ActionRequired {
                    intent: "pi_1".into(), payment_method: "t".into(),
                }]),
                4 => finish_action(&intent, "ch", part.is_some()),
                5 => capture(&intent, part),
                6 => cancel(&intent, None),
                _ => refund(&intent, "re", part, BTreeMap::new(), None),
            };
            for entry in entries.unwrap_or_default() {
                prop_assert_eq!(intent.apply(&entry, 0), Ok(()), "{:?}", entry);
            }
            prop_assert!(intent.authorised <= amount);
            prop_assert!(intent.captured + intent.voided <= intent.authorised);
            prop_assert!(intent.refunded <= intent.captured);
            prop_assert_eq!(intent.capturable() > 0, intent.status == Status::RequiresCapture);
        }
    }
}
