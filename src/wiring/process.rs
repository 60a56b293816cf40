//! A process: starts everything, and ends it in order.
//!
//! The end: not serving → connections are asked to leave and no new ones taken → calls under way end within the
//! grace → the engine's tasks end or stand at a durable point → the admin listener closes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::database::Database;
use super::error::StartError;
use super::gateways::webhooks;
use super::house::{Built, build, unusable};
use super::readiness::Readiness;
use super::{doors, reach, tending, upkeep};
use crate::app::House;
use crate::config::Settings;
use crate::engine::claims;
use crate::grpc::auth::Keys;
use crate::grpc::server::connections::Connections;
use crate::grpc::server::services::{Health, with_probes};
use crate::grpc::server::stack::{Parts, stack};
use crate::grpc::server::tls;
use crate::http::admin::Admin;
use crate::http::listener::PartnerListener;
use crate::http::webhooks::WebhookDoor;
use crate::partners::system::entropy;
use crate::telemetry::metrics;

/// How long calls under way may take once the process drains: more than the patience of PlaceOrder.
const CALLS_GRACE: Duration = Duration::from_secs(15);

/// How long the whole drain may take: less than the 30 s after which Kubernetes kills.
const WHOLE_GRACE: Duration = Duration::from_secs(25);

/// How a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything is as strict as it should be.
    Production,
    /// For trying out on one machine: calls without credentials come in. Asked for on the command line only.
    Development,
}

/// A process that serves.
pub struct Running {
    grpc: SocketAddr,
    admin: SocketAddr,
    webhooks: Option<SocketAddr>,
    house: Arc<House>,
    health: Health,
    doors: TaskTracker,
    admin_door: TaskTracker,
    drain: CancellationToken,
    stop: CancellationToken,
}

/// Starts a process. When this answers, all listeners take calls.
pub async fn start(settings: &Settings, mode: Mode) -> Result<Running, StartError> {
    check(settings, mode)?;
    let tls = settings.server.tls.as_ref().map(tls::acceptor).transpose()?;
    let recorder = metrics::recorder()?;
    let database = Database::open(&settings.store)?;
    if mode == Mode::Development {
        // In production a migration is a step of its own, before the first new process.
        database.migrate().await?;
    }
    let Built { house, gateways } = build(settings, database.records(), doors::replies())?;
    let (routes, health) = with_probes(doors::routes(&house, &settings.partners, &gateways)).await?;

    let listener = listen("server.listen", settings.server.listen).await?;
    let admin_listener = listen("server.admin_listen", settings.server.admin_listen).await?;
    let (grpc, admin) = (address(&listener)?, address(&admin_listener)?);
    let webhook_listener = match settings.server.webhook_listen {
        Some(asked) => Some(listen("server.webhook_listen", asked).await?),
        None => None,
    };
    let webhook_address = webhook_listener.as_ref().map(address).transpose()?;
    let accounts = webhooks(&settings.partners.gateways).map_err(StartError::Settings)?;

    let drain = CancellationToken::new();
    let stop = CancellationToken::new();
    let parts = Parts {
        keys: match mode {
            Mode::Production => Keys::new(settings.auth.keys.clone()),
            Mode::Development => Keys::open_to_all(settings.auth.keys.clone()),
        },
        request_timeout: settings.server.request_timeout,
        max_concurrent: settings.server.max_concurrent,
        drain: drain.clone(),
    };
    let partners = PartnerListener { tls: tls.clone(), drain: drain.clone() };
    let connections = Connections {
        door: stack(routes, parts),
        tls,
        drain: drain.clone(),
        grace: CALLS_GRACE,
        entropy: entropy(),
    };
    let mut readiness = Readiness::new(database, Arc::clone(&house.engine.store), health.clone());
    let admin_service =
        Admin { unready: readiness.unready(), drain: drain.clone(), metrics: recorder.clone() };

    let (doors, admin_door) = (TaskTracker::new(), TaskTracker::new());
    doors.spawn(connections.serve(listener));
    match webhook_listener {
        Some(listener) => {
            let door = WebhookDoor::new(Arc::clone(&house), accounts);
            drop(doors.spawn(partners.serve(listener, door.router())));
        }
        None if accounts.is_empty() => {}
        None => tracing::warn!(
            "webhook_secrets are given and server.webhook_listen is not: partners cannot send their webhooks"
        ),
    }
    admin_door.spawn(admin_service.serve(admin_listener, stop.clone()));
    let tasks = &house.engine.tasks;
    tasks.spawn(claims::run(Arc::clone(&house.engine)));
    tasks.spawn(upkeep::run(Arc::clone(&house), recorder));
    for (account, gateway) in gateways {
        tasks.spawn(tending::run(Arc::clone(&house), account, gateway));
    }
    tasks.spawn(reach::tell(reach::endpoints(&settings.partners.gateways)));
    readiness.look().await;
    tasks.spawn(readiness.run(drain.clone()));
    Ok(Running { grpc, admin, webhooks: webhook_address, house, health, doors, admin_door, drain, stop })
}

impl Running {
    /// Where gRPC is served.
    pub const fn grpc(&self) -> SocketAddr {
        self.grpc
    }

    /// Where metrics, liveness and readiness are told.
    pub const fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// Where partners send their webhooks, if anywhere.
    pub const fn webhooks(&self) -> Option<SocketAddr> {
        self.webhooks
    }

    /// What the use cases work with.
    pub const fn house(&self) -> &Arc<House> {
        &self.house
    }

    /// Drains and stops; false when something was left under way, which a process recovers later.
    pub async fn stop(self) -> bool {
        let last_moment = Instant::now() + WHOLE_GRACE;
        self.health.end().await;
        self.drain.cancel();
        self.doors.close();
        self.doors.wait().await;
        let left = last_moment.saturating_duration_since(Instant::now());
        let ended = self.house.engine.tasks.drain(left).await;
        self.stop.cancel();
        self.admin_door.close();
        // A scraper that keeps its connection open must not keep the process.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.admin_door.wait()).await;
        ended
    }
}

fn check(settings: &Settings, mode: Mode) -> Result<(), StartError> {
    let mut wrong = unusable(settings);
    if mode == Mode::Production {
        wrong.extend(settings.unfit_for_production());
    }
    if !wrong.is_empty() {
        return Err(StartError::Settings(wrong));
    }
    match mode {
        Mode::Production => {
            if settings.auth.keys.is_empty() {
                tracing::warn!("no caller has a key: every call is refused; add [[auth.keys]]");
            }
            for known in settings.published_secrets() {
                tracing::warn!(key = known.key, remedy = known.remedy, "a secret {}", known.reason);
            }
        }
        Mode::Development => {
            let server = &settings.server;
            let webhooks = server.webhook_listen;
            for listener in [server.listen, server.admin_listen].into_iter().chain(webhooks) {
                if !listener.ip().is_loopback() {
                    return Err(StartError::DevReachable(listener));
                }
            }
            tracing::warn!(
                "DEVELOPMENT MODE: calls without credentials may do everything in every store; never use it with \
                 real shoppers or real money"
            );
        }
    }
    Ok(())
}

async fn listen(key: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|cause| StartError::Listen { key, address, cause })
}

fn address(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    let any = SocketAddr::from(([0, 0, 0, 0], 0));
    listener.local_addr().map_err(|cause| StartError::Listen { key: "server", address: any, cause })
}
