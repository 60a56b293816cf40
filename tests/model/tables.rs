//! The placement's published table over its whole space: every state under every conclusion.

use cashwrap::domain::ids::{OperationId, OrderId};
use cashwrap::domain::payment::aggregate::Failure;
use cashwrap::domain::placement::{Conclusion, PlacementState, react};
use uuid::Uuid;

use crate::sale;

const STATES: [PlacementState; 5] = [
    PlacementState::Paying,
    PlacementState::AwaitingAction,
    PlacementState::Compensating,
    PlacementState::Completed,
    PlacementState::Failed,
];

/// The published edges, written apart from the code.
const EDGES: [(PlacementState, PlacementState); 7] = [
    (PlacementState::Paying, PlacementState::AwaitingAction),
    (PlacementState::Paying, PlacementState::Compensating),
    (PlacementState::Paying, PlacementState::Completed),
    (PlacementState::Paying, PlacementState::Failed),
    (PlacementState::AwaitingAction, PlacementState::Paying),
    (PlacementState::AwaitingAction, PlacementState::Compensating),
    (PlacementState::Compensating, PlacementState::Failed),
];

fn conclusions() -> [(Conclusion, PlacementState); 5] {
    let (redirect_url, expires_at) = ("https://bank.test/".to_owned(), sale::moment(900));
    [
        (Conclusion::AwaitAction { index: 0, redirect_url, expires_at }, PlacementState::AwaitingAction),
        (Conclusion::Resume, PlacementState::Paying),
        (Conclusion::Compensate(Failure::Released), PlacementState::Compensating),
        (Conclusion::Complete, PlacementState::Completed),
        (Conclusion::Fail, PlacementState::Failed),
    ]
}

#[test]
fn i12_a_placement_changes_by_the_published_edges_and_by_no_other() {
    let policy = sale::policy();
    let (order, capture) = (OrderId(Uuid::from_u128(1)), OperationId(Uuid::from_u128(2)));
    for from in STATES {
        for to in STATES {
            assert_eq!(from.may_become(to), EDGES.contains(&(from, to)), "{from:?} to {to:?}");
        }
        for (conclusion, to) in conclusions() {
            let mut whole = sale::claimed(&policy);
            whole.placement.state = from;
            let next = react(whole, &conclusion, order, &[capture], sale::START, &policy);
            match next {
                Ok(next) => {
                    assert!(EDGES.contains(&(from, to)), "{conclusion:?} was taken in {from:?}");
                    assert_eq!(next.placement.state, to);
                    assert_eq!(next.order.is_some(), to == PlacementState::Completed);
                }
                Err(_) => assert!(!EDGES.contains(&(from, to)), "{conclusion:?} was refused in {from:?}"),
            }
        }
    }
}
