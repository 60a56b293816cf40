//! What runs while the demo runs: two gateways, the server, and the directory that all of them write to.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tonic::transport::Endpoint;

use super::settings::{CATALOGUE, settings};
use crate::app::stocking::{Load, stock};
use crate::cli::trial::Directory;
use crate::cli::trial::Gateway;
use crate::cli::trial::Shop;
use crate::cli::trial::TrialError;
use crate::cli::trial::audit::{Sold, audit};
use crate::cli::trial::ledger::Ledger;
use crate::partners::catalogue::load::load;
use crate::partners::system::UuidV7;
use crate::telemetry::logs;
use crate::wiring::{self, Mode, Running, StartError};

/// Where newcomers look for the server.
const USUAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 50_051);

/// How long captures that are under way may take until ledgers and orders must agree.
const SETTLE_PATIENCE: Duration = Duration::from_secs(20);

/// How often ledgers and orders are compared meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What runs. The gateways are dropped, and so killed, after the server has ended.
pub(super) struct Stage {
    server: Running,
    /// The shop's door.
    pub(super) shop: Shop,
    /// The gateway that is tried first.
    pub(super) primary: Gateway,
    /// The gateway that takes over.
    pub(super) backup: Gateway,
    _directory: Directory,
}

impl Stage {
    /// Starts everything and fills the shop; without an address, on a free port.
    pub(super) async fn set(listen: Listen) -> Result<Self, TrialError> {
        let directory = Directory::create()?;
        let (primary, backup) = tokio::try_join!(
            Gateway::start("primary", directory.path()),
            Gateway::start("backup", directory.path()),
        )?;
        let server = serve(&directory, listen, [&primary, &backup]).await?;
        let loaded = load(CATALOGUE)?;
        let house = server.house();
        let store = house.stores.keys().next().ok_or_else(|| TrialError::unexpected("there is no store"))?;
        let goods =
            Load { store, products: &loaded.products, coupons: &loaded.coupons, stock: &loaded.stock };
        stock(&*house.engine.store, &UuidV7, goods, |_| {}).await?;
        let door = Endpoint::from_shared(format!("http://{}", server.grpc()))?.connect().await?;
        Ok(Self { server, shop: Shop::at(door), primary, backup, _directory: directory })
    }

    /// Where gRPC is served.
    pub(super) const fn address(&self) -> SocketAddr {
        self.server.grpc()
    }

    /// Where metrics and probes are served.
    pub(super) const fn admin(&self) -> SocketAddr {
        self.server.admin()
    }

    /// The gateways' accounts, and where they are reached.
    pub(super) fn gateways(&self) -> [(&'static str, String); 2] {
        [&self.primary, &self.backup].map(|gateway| (gateway.account(), gateway.base_url()))
    }

    /// Both ledgers, by account.
    pub(super) async fn ledgers(&self) -> Result<[(&'static str, Ledger); 2], TrialError> {
        let (primary, backup) = tokio::try_join!(self.primary.ledger(), self.backup.ledger())?;
        Ok([(self.primary.account(), primary), (self.backup.account(), backup)])
    }

    /// Compares all orders with all ledgers until they agree; what they differ in at last.
    pub(super) async fn audit(&self) -> Result<Vec<String>, TrialError> {
        let last_moment = Instant::now() + SETTLE_PATIENCE;
        loop {
            let orders: Vec<Sold> = self.shop.orders().await?;
            let problems = audit(&orders, &self.ledgers().await?);
            if problems.is_empty() || Instant::now() >= last_moment {
                return Ok(problems);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Ends the server, then the gateways.
    pub(super) async fn strike(self) -> bool {
        let Self { server, shop, .. } = self;
        drop(shop);
        server.stop().await
    }
}

/// Where to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listen {
    /// There, or not at all.
    At(SocketAddr),
    /// Where newcomers look for it; anywhere where that is taken.
    Usual,
    /// On any free port.
    Anywhere,
}

async fn serve(
    directory: &Directory,
    listen: Listen,
    gateways: [&Gateway; 2],
) -> Result<Running, TrialError> {
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let at = match listen {
        Listen::At(address) => address,
        Listen::Usual => USUAL,
        Listen::Anywhere => anywhere,
    };
    let urls = || gateways.map(|gateway| (gateway.account(), gateway.base_url()));
    let first = settings(directory.path(), at, urls())?;
    // Only with an address that cannot be used does the second start, so the first subscriber is the only one.
    if let Err(error) = logs::init(&first.telemetry) {
        return Err(TrialError::unexpected(error.to_string()));
    }
    match wiring::start(&first, Mode::Development).await {
        Err(StartError::Listen { .. }) if listen == Listen::Usual => {
            let again = settings(directory.path(), anywhere, urls())?;
            Ok(wiring::start(&again, Mode::Development).await?)
        }
        started => started.map_err(|error| of_command_line(error, listen)),
    }
}

/// What is wrong with an address is told of the option that gave it.
fn of_command_line(error: StartError, listen: Listen) -> TrialError {
    match (error, listen) {
        (StartError::Listen { address, cause, .. }, Listen::At(_)) => TrialError::Listen { address, cause },
        (StartError::DevReachable(address), Listen::At(_)) => TrialError::Reachable(address),
        (error, _) => TrialError::Server(error),
    }
}
