//! Complaints of others: what went wrong in checkouts elsewhere, each as a scenario named after what must happen here.
//!
//! Every scenario ends with one oracle (`oracle`): captured − refunded is 0, the order's total or a recorded part of it;
//! stock and what is reserved of it are not negative; at most one order for each checkout and cart; at most one live
//! authorisation for each tender; and the row of its operation before every external effect, which a witness in front of
//! each gateway looks for at the moment of the call (`placing::witness`). `falsified` holds the oracle itself to account.
//! The scenarios run the shipped use cases and engine: two processes over one memory store on a paused clock (`scene`),
//! or, where it matters who calls, the gRPC services (`strangers`) and the whole process (`spans`).
//!
//! | what went wrong elsewhere | here |
//! |---|---|
//! | two devices place the same cart | `twice::two_devices_…` |
//! | double click while an action is pending | `twice::a_second_click_…` |
//! | two hosted payments for one cart, both paid | `twice::a_second_hosted_payment_…`, `twice::two_hosted_payments_…` |
//! | a key stuck in flight | `twice::a_key_that_is_stuck_…` |
//! | a declined attempt that blocks the next | `twice::a_declined_attempt_…` |
//! | a new key, tender or checkout after an unknown outcome | `twice::a_client_that_mints_…` |
//! | parallel address, delivery and item updates that each said OK | `edits::parallel_…`, `edits::two_addresses_…` |
//! | an item added during completion | `edits::an_item_…` |
//! | back from payment to cart | `edits::going_back_…` |
//! | compensation of an already captured payment | `money::a_payment_that_was_captured_already_…` |
//! | three payers for one unit | `money::three_payers_…` |
//! | delivery becomes invalid during a redirect | `money::a_delivery_whose_…`, `money::an_address_that_…` |
//! | paid, then out of stock | `money::what_is_being_paid_for_…` |
//! | total changes after authorisation | `money::a_total_that_changes_…`, `money::an_authorisation_of_another_…` |
//! | one authorisation used for two orders | `money::one_authorisation_…` |
//! | the buyer never returns from a paid redirect | `money::a_buyer_who_never_returns_…`, `…_never_pays_…` |
//! | same SKU in two lines | `stock::the_same_sku_…` |
//! | last unit | `stock::the_last_unit_…` |
//! | release twice | `stock::what_is_given_up_twice_…`, `stock::a_release_that_a_crash_…` |
//! | limit-one coupon at once | `stock::a_coupon_for_one_order_…` |
//! | two threads of one checkout | `stock::two_threads_…` |
//! | price ended between summary and order | `stock::a_price_that_ends_…`, `stock::a_coupon_that_ends_…` |
//! | cents: level and rounding mode | `cents::every_level_…` |
//! | cents: order of lines | `cents::the_same_goods_…` |
//! | cents: order total ≠ quote | `cents::an_order_of_another_total_…`, and every purchase of `cents` |
//! | cents: refunds that sum to a cent too much | `cents::refunds_…` |
//! | a guest reading another guest's order | `strangers::a_guest_who_reads_…` |
//! | sequential ids | `strangers::ids_that_are_counted_…` |
//! | a typed e-mail unlocking someone's prices | `strangers::a_typed_email_…` |
//! | completion races a webhook | `told::a_completion_that_races_…` |
//! | confirm and webhook both process a payment | `told::a_confirm_and_a_webhook_…` |
//! | a webhook handler that crashes | `told::a_webhook_whose_handler_…` |
//! | card data in spans | `spans::no_card_number_…` |
//!
//! Left for the feature that they wait for:
//!
//! | what went wrong elsewhere | waits for |
//! |---|---|
//! | two hosted payments of one checkout, both paid | several tenders; today a checkout has one placement at a time |
//! | one line of a SKU on each side of a gift or an add-on | lines that are not merged by SKU |
//! | a price of a customer, not of a flow | prices by customer; today a flow and its codes are what e-mail could unlock |
//! | refunds of lines and shipments that sum to a cent too much | fulfilment and returns; today refunds are of amounts |

mod cents;
mod edits;
mod falsified;
mod money;
pub(crate) mod oracle;
mod scene;
mod spans;
mod stock;
mod strangers;
mod told;
mod twice;
