//! What every store must do, told once over the port.

mod atomic;
mod bench;
mod columns;
mod counters;
mod crowd;
mod events;
mod leases;
mod races;
mod random;
mod replies;
mod rows;

pub(crate) use atomic::*;
pub(crate) use bench::*;
pub(crate) use columns::*;
pub(crate) use counters::*;
pub(crate) use crowd::*;
pub(crate) use events::*;
pub(crate) use leases::*;
pub(crate) use races::*;
pub(crate) use random::*;
pub(crate) use replies::*;
pub(crate) use rows::*;

/// Instantiates every law for the store whose fresh bench `$fresh` makes.
macro_rules! every_law {
    ($fresh:path) => {
        $crate::store::contract::every_law! { $fresh;
            a_row_is_created_read_and_updated,
            personal_data_goes_with_its_row_and_leaves_it,
            a_read_takes_along_what_its_rows_link_to_one_step,
            a_listing_is_by_label_newest_first_and_in_pages,
            a_row_of_another_store_is_not_found,
            void_rows_are_swept_by_who_claims_as_if_they_had_never_been,
            a_unit_that_crosses_stores_writes_nothing,
            a_stale_version_names_the_first_stale_row,
            a_new_row_that_exists_is_stale,
            a_live_attempt_bars_another_of_its_tender,
            a_live_placement_bars_another_of_its_checkout_and_of_its_cart,
            an_order_bars_another_of_its_checkout_and_of_its_cart,
            a_unit_may_end_one_attempt_and_open_the_next_in_any_order,
            two_live_attempts_of_a_tender_in_one_unit_are_stale,
            a_counter_holds_consumes_and_releases_within_its_limit,
            a_lowered_limit_leaves_nothing_to_hold_and_takes_nothing_back,
            a_counter_that_does_not_exist_is_short,
            moves_of_one_counter_in_one_unit_follow_each_other,
            a_read_takes_along_the_counters_of_what_its_rows_link_to,
            a_claimed_reply_is_taken_until_it_is_finished_and_after,
            a_released_reply_is_free_again,
            an_expired_reply_is_free_and_unread,
            a_finished_reply_is_neither_finished_again_nor_released,
            a_reply_whose_life_is_over_does_not_hold_up_its_unit,
            expired_replies_are_swept_by_who_claims,
            a_due_row_is_claimed_once_and_oldest_first,
            what_moves_money_is_claimed_before_lives_that_are_due_longer,
            a_lease_that_ran_out_is_taken_over_with_a_higher_fence,
            a_unit_under_an_old_fence_writes_nothing,
            a_claim_is_renewed_only_by_its_fence_and_until_it_is_given_back,
            a_cleared_timer_is_nobodys,
            a_row_that_was_claimed_before_it_was_due_is_taken_over_when_its_worker_is_dead,
            a_timer_that_is_set_again_is_given_under_no_fence_that_was_given_before,
            a_timer_drives_a_row_of_any_kind_and_each_due_moves_it,
            a_foreign_due_leaves_the_lease_of_the_worker_that_drives,
            a_lease_is_not_taken_along_from_another_worker,
            events_are_numbered_without_gaps_in_the_commit_of_their_change,
            the_same_unit_again_is_committed_and_writes_once,
            the_same_unit_is_recognised_by_its_event_after_a_later_write,
            the_same_claim_of_a_reply_alone_is_committed,
            a_unit_in_which_any_part_fails_leaves_nothing,
            of_concurrent_writers_one_wins_each_version,
            of_concurrent_creators_one_wins,
            of_concurrent_leases_of_a_new_timer_one_wins,
            of_concurrent_holds_of_the_last_one_wins,
            concurrent_creators_of_a_counter_lose_no_hold,
            of_concurrent_claims_of_a_reply_key_one_wins,
            concurrent_submissions_of_one_unit_write_once,
            concurrent_workers_never_claim_one_row_twice,
            units_that_cross_each_other_all_end,
            any_sequence_has_the_verdicts_of_the_memory_store,
            a_crowd_leaves_what_its_winners_alone_would_leave,
        }
    };
    ($fresh:path; $($law:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $law() {
                let bench = $fresh();
                $crate::store::contract::$law(&bench).await;
            }
        )*
    };
}

pub(crate) use every_law;
