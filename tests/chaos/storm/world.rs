//! What is struck: two servers, two gateways, and PostgreSQL on a disk that can be filled.

use serde_json::json;
use tokio::task::block_in_place;
use tonic::transport::Channel;

use crate::support::binary::{Sandbox, Server, Shop};
use crate::support::postgres::{Options, PrivatePostgres};
use crate::terms::{GATEWAY_DELAY_MS, TERMS};

/// Room for the orders of some minutes, and quickly filled.
const DISK_MIB: u32 = 512;

/// Everything that runs. It ends in this order.
pub struct World {
    /// The servers.
    pub servers: Vec<Server>,
    /// The gateways, and where everything lies.
    pub shop: Shop,
    /// The database of both servers.
    pub postgres: PrivatePostgres,
    /// What a fault saw that should not be.
    pub complaints: Vec<String>,
}

impl World {
    /// Starts everything; `small_disk` needs the right to mount one.
    pub async fn open(small_disk: bool) -> Result<Self, String> {
        let options = Options { disk_mib: small_disk.then_some(DISK_MIB), ..Options::default() };
        let postgres = block_in_place(|| PrivatePostgres::try_start(&options)).map_err(|why| {
            let remedy = "run as root with CAP_SYS_ADMIN, or leave it out by --without disk_full";
            if small_disk { format!("{why}\nThe fault disk_full needs that disk: {remedy}") } else { why }
        })?;
        let url = block_in_place(|| postgres.fresh_database());
        let shop = Shop::open_at(url, TERMS).await;
        let servers = vec![shop.serve("one").await, shop.serve("two").await];
        let world = Self { servers, shop, postgres, complaints: Vec::new() };
        for gateway in [&world.shop.primary, &world.shop.backup] {
            usual(gateway).await;
        }
        Ok(world)
    }

    /// A way to each server.
    pub fn channels(&self) -> Vec<Channel> {
        self.servers.iter().map(Server::channel).collect()
    }

    /// A gateway, by its place.
    pub fn gateway(&mut self, at: usize) -> &mut Sandbox {
        if at == 0 { &mut self.shop.primary } else { &mut self.shop.backup }
    }

    /// Starts a gateway that is down, and ends its faults.
    pub async fn heal_gateway(&mut self, at: usize) {
        let gateway = self.gateway(at);
        if !gateway.runs() {
            gateway.restart().await;
        }
        usual(gateway).await;
    }

    /// Starts PostgreSQL where it does not run, as whoever watches over it would.
    pub fn heal_postgres(&mut self) {
        if !block_in_place(|| self.postgres.start_again()) {
            self.complaints.push("PostgreSQL did not start again".to_owned());
        }
    }
}

/// Every request waits a little, and nothing else is wrong.
async fn usual(gateway: &Sandbox) {
    gateway.set_faults(json!({ "delay_ms": GATEWAY_DELAY_MS })).await;
}
