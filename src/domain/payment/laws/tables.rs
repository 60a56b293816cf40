//! I12: the published transition tables, as data.

use std::collections::{BTreeMap, BTreeSet};

use super::super::operation::OperationState;
use super::super::outcome::UnknownCause;
use super::every_state;

fn table() -> BTreeMap<&'static str, &'static [&'static str]> {
    every_state().iter().map(|state| (state.as_str(), state.successors())).collect()
}

#[test]
fn i12_every_attempt_state_has_a_name_of_its_own_and_successors_that_exist() {
    let table = table();
    assert_eq!(table.len(), 19, "one name for each state");
    for (name, successors) in &table {
        for next in *successors {
            assert!(table.contains_key(next), "{name} leads to {next}, which does not exist");
        }
        let unique: BTreeSet<_> = successors.iter().collect();
        assert!(unique.len() == successors.len(), "{name} names a successor twice");
    }
}

#[test]
fn i12_every_attempt_state_can_be_reached_from_the_two_that_begin() {
    let table = table();
    let mut reached = BTreeSet::new();
    let mut next = vec!["CREATING", "AUTHORISING"];
    while let Some(name) = next.pop() {
        if reached.insert(name) {
            next.extend(table[name]);
        }
    }
    assert_eq!(reached, table.keys().copied().collect());
}

#[test]
fn r9_the_only_edge_out_of_an_ended_attempt_is_late_success() {
    for state in every_state().iter().filter(|state| !state.live() && !state.as_str().starts_with("LATE_")) {
        let wanted: &[&str] = if state.as_str() == "REFUNDED" { &[] } else { &["LATE_SUCCESS"] };
        assert_eq!(state.successors(), wanted, "{state:?}");
    }
    for state in every_state().iter().filter(|state| state.as_str().starts_with("LATE_")) {
        assert!(state.successors().iter().all(|next| next.starts_with("LATE_")), "{state:?}");
    }
}

#[test]
fn i12_an_ended_operation_never_changes_and_unknown_never_becomes_sendable() {
    let unknown = OperationState::Unknown(UnknownCause::Timeout);
    let all = [
        OperationState::Pending,
        OperationState::Sending,
        unknown,
        OperationState::Succeeded,
        OperationState::Failed,
        OperationState::NotSent,
    ];
    let names: BTreeSet<_> = all.iter().map(|state| state.as_str()).collect();
    assert_eq!(names.len(), all.len());
    for next in all {
        for ended in all.iter().filter(|state| state.ended()) {
            assert!(!ended.may_become(next), "{ended:?} became {next:?}");
        }
    }
    assert!(!unknown.may_become(OperationState::Pending));
    assert!(!unknown.may_become(OperationState::Sending));
}
