//! Tends one gateway account for as long as the process serves: its breakers ask for a read before they let payments
//! through again, and somebody must make it. One task for each account, so that one which hangs holds up no other.

use std::sync::Arc;
use std::time::Duration;

use crate::app::House;
use crate::domain::ids::AccountId;
use crate::ports::Mode;
use crate::ports::gateway::Operable;

/// Asking costs nothing, and each moment that a gateway is back and not asked is a sale elsewhere.
const EVERY: Duration = Duration::from_millis(250);

/// Runs until the process drains.
pub async fn run(house: Arc<House>, account: AccountId, gateway: Arc<dyn Operable>) {
    let tasks = &house.engine.tasks;
    while !tasks.is_draining() {
        // Who forces an account closed says that its credentials are mended.
        let modes = &house.engine.modes;
        let mended = house.stores.keys().any(|store| modes.of(store, &account) == Mode::ForceClosed);
        let turn = async {
            gateway.tend(mended).await;
            tokio::time::sleep(EVERY).await;
        };
        tokio::select! {
            () = tasks.draining() => break,
            () = turn => {}
        }
    }
}
