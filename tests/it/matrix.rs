//! The fault matrix: every fault of a gateway, at every operation, at every vendor and in every mode, with the shipped use
//! cases, engine and adapters, over HTTP to fakes with books of their own; and what those books say in the end.
//!
//! - `cell`: one purchase with one fault, to its end. `counter`: the account between the engine and a vendor's rig.
//! - `verdict`: what the books make of it. `table`: all cells, and how they are printed.
//!
//! A cell is *sold* (one charge and one order, or as many as were wished for), *sold at the backup*, *not sold* (no order,
//! and nothing held or taken), or *for review* (listed for a person). Anything else is a double, a loss, or stuck.
//! `scripts/matrix` prints all of it; a run of the tests walks one mode and looks at the others' worst faults.

mod cell;
mod counter;
mod table;
mod verdict;

use cashwrap::domain::payment::OperationKind;

use table::{Column, Table};

/// The cells that scripts/test has time for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_at_any_operation_charges_twice_or_forgets_a_charge() {
    let table = Table::of(&[Column::AsStripe], false).await;
    println!("{table}");
    assert_eq!(table.harm(), Vec::<String>::new());
    assert_eq!(table.unexpected_reviews(), Vec::<String>::new());
}

/// What it would cost to believe that whoever does not answer has not charged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_that_fails_over_on_timeouts_is_caught_by_the_matrix() {
    let table =
        Table::among(&[Column::AsStripe], true, |operation| operation == OperationKind::Confirm).await;
    println!("{table}");
    let harm = table.harm();
    assert!(harm.iter().any(|cell| cell.contains("DOUBLE")), "{harm:#?}");
}

/// All cells. It takes minutes; `scripts/matrix` runs it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: scripts/matrix runs it"]
async fn the_whole_matrix() {
    let hasty = std::env::var_os("CASHWRAP_MATRIX_HASTY").is_some();
    let table = Table::of(Column::ALL, hasty).await;
    println!("{table}");
    if !hasty {
        assert_eq!(table.harm(), Vec::<String>::new());
        assert_eq!(table.unexpected_reviews(), Vec::<String>::new());
    }
}
