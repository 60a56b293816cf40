//! What runs while it is measured: a gateway with a fixed delay, and the server.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tonic::transport::Endpoint;

use super::goods::catalogue;
use super::server::{Server, Surroundings};
use crate::cli::trial::audit::audit;
use crate::cli::trial::{Directory, Gateway, Shop, TrialError};

/// A connection carries a hundred calls at once; these carry what an open loop may bring.
const DOORS: usize = 16;

/// How long captures that were asked for may take.
const SETTLE_PATIENCE: Duration = Duration::from_mins(1);

/// What runs.
pub(super) struct Rig {
    /// The server.
    pub(super) server: Server,
    /// Connections to it.
    pub(super) doors: Vec<Shop>,
    gateway: Gateway,
    _directory: Directory,
}

impl Rig {
    /// Starts everything on this store, or on a file of its own, and fills the shop.
    pub(super) async fn set(store: Option<&str>, gateway_delay: Duration) -> Result<Self, TrialError> {
        let directory = Directory::create()?;
        let gateway = Gateway::start("primary", directory.path()).await?;
        gateway.delay(gateway_delay).await?;
        let own = format!("sqlite:{}", directory.path().join("cashwrap.db").display());
        let surroundings = Surroundings::new(directory.path(), store.unwrap_or(&own), &gateway.base_url())?;
        let goods = directory.path().join("goods.json");
        std::fs::write(&goods, catalogue())
            .map_err(|cause| TrialError::System { what: goods.display().to_string(), cause })?;
        surroundings.run(&["migrate"]).await?;
        surroundings.run(&["catalog", "load", &goods.to_string_lossy(), "--store", "demo"]).await?;
        let server = Server::start(&surroundings).await?;
        let mut doors = Vec::with_capacity(DOORS);
        for _ in 0..DOORS {
            let door = Endpoint::from_shared(format!("http://{}", server.address))?.tcp_nodelay(true);
            doors.push(Shop::at(door.connect().await?));
        }
        Ok(Self { server, doors, gateway, _directory: directory })
    }

    /// Compares all orders of this run with the gateway's ledger until they agree and all are paid; how many are paid,
    /// and what is wrong at last.
    pub(super) async fn settle(&self) -> Result<(u64, Vec<String>), TrialError> {
        let shop = self.doors.first().ok_or_else(|| TrialError::unexpected("there is no connection"))?;
        let last_moment = Instant::now() + SETTLE_PATIENCE;
        loop {
            let ledger = self.gateway.ledger().await?;
            let ours = |payments: &[String]| ledger.knows(payments);
            let mut orders = shop.orders().await?;
            // A store that was used before has orders that another gateway's ledger tells of.
            orders.retain(|order| ours(&order.payments));
            let unpaid = orders.iter().filter(|order| !order.paid).count();
            let paid = u64::try_from(orders.len().saturating_sub(unpaid)).unwrap_or(u64::MAX);
            let mut problems = audit(&orders, &[("primary", ledger)]);
            if unpaid > 0 {
                problems.push(format!("{unpaid} orders are not paid"));
            }
            if problems.is_empty() || Instant::now() >= last_moment {
                return Ok((paid, problems));
            }
            sleep(Duration::from_millis(500)).await;
        }
    }

    /// Ends the server, then the gateway; whether the server ended what it had begun.
    pub(super) async fn strike(self) -> bool {
        let Self { server, doors, .. } = self;
        drop(doors);
        server.end().await
    }
}
