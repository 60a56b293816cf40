//! SIGKILL of the server under load, and what must hold afterwards.
//!
//! Shoppers place without a pause while the server is killed at moments that a printed seed chose, many of them
//! next to something that was just observed. It comes back over the same data; the shoppers repeat what they
//! did not hear the end of. At last everything settles by itself, and an auditor compares the gateways' ledgers,
//! the rows and the acknowledgements: nothing acknowledged is lost, nothing is charged twice, nothing is stuck.
//!
//! `CASHWRAP_KILLS` says how many kills (25), `CASHWRAP_SEED` repeats a seed. `scripts/kill` is the full proof.
//!
//! - [`acknowledgements`]: what shoppers heard, durable. [`load`]: the shoppers. [`aim`]: when to kill.
//! - [`scene`]: what was under way at a kill. [`windows`]: how often each window was hit.
//! - [`audit`]: what must hold in the end. [`run`]: the whole.

mod acknowledgements;
mod aim;
mod audit;
mod load;
mod run;
mod scene;
mod windows;

use super::support::binary::Kept;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_of_the_server_on_sqlite_loses_or_doubles_an_order() {
    run::run(Kept::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_of_the_server_on_postgresql_loses_or_doubles_an_order() {
    run::run(Kept::Postgres).await;
}
