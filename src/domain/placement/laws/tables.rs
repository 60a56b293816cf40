//! The published table of placements, and until when one counts as live.

use super::{ORDER, STATES, declined, tender, whole};
use crate::domain::payment::AttemptState;
use crate::domain::placement::{PlacementState, Wish};

#[test]
fn i12_a_placement_has_these_edges_and_no_others() {
    let edges = [
        ("PAYING", "AWAITING_ACTION"),
        ("PAYING", "COMPENSATING"),
        ("PAYING", "COMPLETED"),
        ("PAYING", "FAILED"),
        ("AWAITING_ACTION", "PAYING"),
        ("AWAITING_ACTION", "COMPENSATING"),
        ("COMPENSATING", "FAILED"),
    ];
    for from in STATES {
        for to in STATES {
            let wanted = edges.contains(&(from.as_str(), to.as_str()));
            assert_eq!(from.may_become(to), wanted, "{from:?} {to:?}");
        }
        let leads_on = STATES.iter().any(|to| from.may_become(*to));
        assert_eq!(from.terminal(), !leads_on, "{from:?}");
    }
}

#[test]
fn states_and_wishes_have_the_names_that_rows_and_operators_know() {
    let states = STATES.map(PlacementState::as_str);
    assert_eq!(states, ["PAYING", "AWAITING_ACTION", "COMPENSATING", "COMPLETED", "FAILED"]);
    let wishes = [Wish::Place, Wish::Reopen, Wish::Cancel].map(Wish::as_str);
    assert_eq!(wishes, ["PLACE", "REOPEN", "CANCEL"]);
}

#[test]
fn a_placement_lives_until_it_is_over_and_longer_while_money_may_be_held_without_an_order() {
    let (held, over) = (tender(1, AttemptState::Authorised), tender(1, declined()));
    for state in STATES {
        let under_way = !matches!(state, PlacementState::Completed | PlacementState::Failed);
        let mut placement = whole(Vec::new()).placement;
        placement.state = state;
        assert!(placement.live(&[&held]), "{state:?}");
        assert_eq!(placement.live(&[&over]), under_way, "{state:?}");
        placement.order = Some(ORDER);
        assert_eq!(placement.live(&[&held]), under_way, "{state:?} with an order");
    }
}
