//! The server as a process that is killed and comes back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::lifeline::{Lifeline, Signal};
use crate::support::patience::{until, within};

/// Longer than the grace that the server gives to what is under way.
const GRACE: Duration = Duration::from_secs(40);

/// A server, running or killed.
pub struct Server {
    settings: PathBuf,
    log: PathBuf,
    grpc: u16,
    life: Option<Lifeline>,
}

impl Server {
    pub(super) async fn start(settings: PathBuf, log: &Path, grpc: u16) -> Self {
        let mut server = Self { settings, log: log.to_owned(), grpc, life: None };
        server.restart().await;
        server
    }

    /// Starts the process again over what it left; returns when it takes calls.
    pub async fn restart(&mut self) {
        let arguments = ["serve", "--dev", "--config", self.settings.to_str().unwrap()];
        let life = self.life.insert(Lifeline::start(&self.log, &arguments));
        let address = format!("http://127.0.0.1:{}", self.grpc);
        until("the server takes calls", Duration::from_secs(30), async || {
            let said = life.said();
            assert!(!said.lines().any(|line| line.starts_with("error:")), "{said}");
            serves(address.clone()).await.unwrap_or(false)
        })
        .await;
    }

    /// SIGKILL; returns when the process is no more.
    pub fn kill(&mut self) {
        if let Some(mut life) = self.life.take() {
            life.kill();
        }
    }

    /// SIGTERM; whether everything under way came to its end.
    pub fn stop(&mut self) -> bool {
        self.life.take().is_some_and(|mut life| life.stop().success())
    }

    /// SIGTERM; whether the process came to its end by itself, with everything under way at an end or parked.
    pub async fn terminate(&mut self) -> bool {
        let Some(mut life) = self.life.take() else { return false };
        life.signal(Signal::Stop);
        within(GRACE, async || life.ended().is_some()).await && life.stop().success()
    }

    /// SIGSTOP.
    pub fn pause(&mut self) {
        self.life.iter_mut().for_each(|life| life.signal(Signal::Pause));
    }

    /// SIGCONT.
    pub fn resume(&mut self) {
        self.life.iter_mut().for_each(|life| life.signal(Signal::Resume));
    }

    /// Whether the process runs; one that ended was asked to, or has failed.
    pub fn runs(&mut self) -> bool {
        self.life.as_mut().is_some_and(|life| life.ended().is_none())
    }

    /// The lines that this server ever logged with a text in them.
    pub fn log_lines(&self, text: &str) -> Vec<String> {
        let log = std::fs::read_to_string(&self.log).unwrap();
        log.lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
    }

    /// The port that it takes calls at.
    pub fn port(&self) -> u16 {
        self.grpc
    }

    /// A channel that connects when it is first used, and again when the connection is lost.
    pub fn channel(&self) -> Channel {
        endpoint(self.grpc).connect_lazy()
    }
}

/// How the tests' clients call a server at this port.
pub fn endpoint(port: u16) -> Endpoint {
    Endpoint::new(format!("http://127.0.0.1:{port}"))
        .unwrap()
        .connect_timeout(Duration::from_secs(2))
        .timeout(Duration::from_mins(1))
}

async fn serves(address: String) -> Result<bool, Box<dyn std::error::Error>> {
    let channel = Endpoint::new(address)?.connect_timeout(Duration::from_secs(1)).connect().await?;
    let health = HealthClient::new(channel).check(HealthCheckRequest::default()).await?;
    Ok(health.into_inner().status() == ServingStatus::Serving)
}
