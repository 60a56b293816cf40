//! R3, R4, R5, R10 and section 5: when another gateway may take over.

use super::super::attempt::VoidReason;
use super::super::decline::{Decline, DeclineClass};
use super::super::gate::{Closed, Facts, Gate, gate};
use super::super::operation::Probe;
use super::super::outcome::{Outcome, Status, UnknownCause, View};
use super::super::react::{Input, react};
use super::super::{Goal, OperationKind, Policy};
use super::{START, every_state, payment, second};

const REASONS: [Option<VoidReason>; 6] = [
    None,
    Some(VoidReason::Resolve),
    Some(VoidReason::Mismatch),
    Some(VoidReason::ActionExpired),
    Some(VoidReason::Release),
    Some(VoidReason::Late),
];

/// Every way in which a backup may take over, by name: the rows of section 5 that say FAILOVER, a call that
/// never left, and a void that forces an unknown outcome (R3e, R4) or ends a mismatch (R10). All else is no.
fn may_take_over(
    state: &str,
    class: Option<&str>,
    reason: Option<VoidReason>,
    declined_before: usize,
) -> bool {
    const FAILOVER: [&str; 5] = [
        "RESTRICTED_MERCHANT",
        "METHOD_UNSUPPORTED",
        "DO_NOT_HONOR",
        "ISSUER_UNAVAILABLE",
        "SYSTEM_MALFUNCTION",
    ];
    match state {
        "NOT_SENT" => true,
        "DECLINED" => declined_before == 0 && class.is_some_and(|class| FAILOVER.contains(&class)),
        "VOIDED" => matches!(reason, Some(VoidReason::Resolve | VoidReason::Mismatch)),
        _ => false,
    }
}

#[test]
fn r3_r4_the_gate_opens_as_published_and_nowhere_else() {
    let mut open = 0;
    for state in every_state() {
        let class = match &state {
            super::AttemptState::Declined(decline) => Some(decline.class.as_str()),
            _ => None,
        };
        for void_reason in REASONS {
            for declined_before in 0..3 {
                let facts = |past_place_by, card_limited| Facts {
                    state: &state,
                    void_reason,
                    past_place_by,
                    card_limited,
                    declined_before,
                };
                let wanted = may_take_over(state.as_str(), class, void_reason, declined_before);
                let answer = gate(facts(false, false));
                assert_eq!(answer == Gate::Open, wanted, "{state:?} {void_reason:?} {declined_before}");
                assert_ne!(gate(facts(true, false)), Gate::Open, "R5: {state:?} after place_by");
                let limited = gate(facts(false, true));
                assert_ne!(limited, Gate::Open, "R19: {state:?} of a card that may not be tried");
                assert_eq!(limited == Gate::Closed(Closed::Scheme), wanted, "R19: {state:?}, and no other");
                open += usize::from(wanted);
            }
        }
    }
    assert_eq!(open, 18 + 5 * 6 + 2 * 3, "never sent, five classes once, two reasons to void");
}

#[test]
fn r2_the_gate_never_opens_while_the_attempt_is_live() {
    for state in every_state().iter().filter(|state| state.live()) {
        for void_reason in REASONS {
            let facts =
                Facts { state, void_reason, past_place_by: false, card_limited: false, declined_before: 0 };
            assert!(matches!(gate(facts), Gate::Closed(_)), "{state:?}");
        }
    }
}

#[test]
fn the_live_states_are_all_but_those_that_section_1_names() {
    for state in every_state() {
        let name = state.as_str();
        let dead = ["NOT_SENT", "DECLINED", "VOIDED", "CONFIRMED_ABSENT", "REFUNDED"].contains(&name)
            || name.starts_with("LATE_");
        assert_eq!(state.live(), !dead, "{name}");
    }
}

#[test]
fn what_the_gate_said_when_an_attempt_ended_stays_whenever_it_is_asked_for() {
    let outcome = |second_of| {
        let kind = OperationKind::Confirm;
        let row = payment(kind, UnknownCause::Timeout, Probe::begin(START), Goal::Hold, true);
        let view = View {
            object: Some("obj".to_owned()),
            status: Status::Declined(Decline::new(DeclineClass::DoNotHonor, String::new())),
            amount: row.amount,
            reference: None,
            capturable_minor: 0,
            captured_minor: 0,
            refunded_minor: None,
            card: None,
        };
        let looked = Input::Looked {
            attempt: row.attempts[0].id,
            operation: Some(row.attempts[0].operations[0].id),
            outcome: Outcome::Definite(view),
        };
        react(&row, looked, second(second_of), &Policy::default()).unwrap()
    };
    let early = outcome(3);
    assert_eq!(early.attempts[0].failover, Some(Gate::Open));
    let asked_later = react(&early, Input::Signalled, second(60), &Policy::default()).unwrap();
    assert_eq!(asked_later.attempts[0].failover, Some(Gate::Open));
    assert_eq!(outcome(11).attempts[0].failover, Some(Gate::Closed(Closed::TooLate)));
}
