//! What every gateway must do, told once over the port and judged by the vendor's book.

mod actions;
mod faults;
mod limits;
mod rig;
mod sums;
mod tombstones;
mod walk;

pub(crate) use actions::*;
pub(crate) use faults::*;
pub(crate) use limits::*;
pub(crate) use rig::{AMOUNT_MINOR, Fault, LIMIT, Ledger, Manners, REFERENCE, Rig, Wish, stack};
pub(crate) use sums::*;
pub(crate) use tombstones::*;
pub(crate) use walk::{Stage, Walk, view};

/// Instantiates every law for the vendor whose fresh rig `$fresh` makes.
macro_rules! every_law {
    ($fresh:path) => {
        $crate::gateways::contract::every_law! { $fresh;
            what_is_approved_captured_and_refunded_adds_up,
            a_part_is_captured_and_no_more_than_the_part,
            a_hold_that_is_voided_holds_nothing,
            a_decline_is_definite_and_holds_nothing,
            the_same_request_again_holds_once,
            the_same_refund_again_moves_once_and_another_moves_again,
            a_timeout_before_the_effect_is_unknown_and_a_timeout_after_it_too,
            a_reset_before_the_effect_is_unknown_and_a_reset_after_it_too,
            a_server_error_is_unknown_on_either_side_of_the_effect,
            an_answer_that_is_no_answer_is_unknown_although_it_has_been_executed,
            an_answer_that_breaks_off_is_unknown_although_it_has_been_executed,
            a_rate_limit_is_taken_for_unsent_only_where_the_vendor_says_so,
            refused_credentials_prove_that_nothing_was_executed,
            a_slow_answer_is_an_answer,
            another_amount_than_asked_for_is_shown_as_it_is,
            another_reference_than_ours_is_shown_as_it_is,
            a_void_stops_what_comes_late_if_and_only_if_the_row_says_so,
            more_than_was_held_is_not_captured,
            more_than_was_captured_is_not_refunded,
            a_void_after_the_capture_moves_nothing,
            a_capture_after_the_void_takes_nothing,
            what_cannot_be_a_token_of_this_account_is_refused,
            an_action_that_the_customer_allows_ends_in_one_hold,
            an_action_that_the_customer_refuses_holds_nothing,
        }
    };
    ($fresh:path; $($law:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $law() {
                $crate::gateways::contract::$law($fresh).await;
            }
        )+
    };
}
pub(crate) use every_law;
