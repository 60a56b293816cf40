//! Which of several servers a connection goes to.
//!
//! The URL may name a primary and its standbys. tokio-postgres tries them in turn and takes the first that allows
//! writes, but it limits only the TCP connect of each: a server that takes the connection and then says nothing (its
//! machine is frozen, its disk hangs) would keep us from the one that has taken over. So each server is given a
//! time of its own here, and the one that answered last is asked first, lest every new connection waits for a dead
//! one.
//!
//! No decision about data is made here: what a lost connection means for a unit is told in `outcome`.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deadpool_postgres::Connect;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config, Error, Socket};

type Connecting<'a> = Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + 'a>>;

/// How many servers the settings name; at least one.
pub(super) fn count(config: &Config) -> usize {
    config.get_hosts().len().max(config.get_hostaddrs().len()).max(1)
}

/// Asks for the server that allows writes where several are named: on a standby nothing can be committed.
pub(super) fn write_to_the_primary(config: &mut Config) {
    if count(config) > 1 && config.get_target_session_attrs() == TargetSessionAttrs::Any {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
}

/// Connects to the first of the servers that is what is asked for.
pub(super) struct Hosts<T> {
    tls: T,
    each: Duration,
    /// The place of the server that answered last.
    last: Arc<AtomicUsize>,
}

impl<T> Hosts<T> {
    /// Each server has so long to answer.
    pub(super) fn new(tls: T, each: Duration) -> Self {
        Self { tls, each, last: Arc::default() }
    }
}

impl<T> fmt::Debug for Hosts<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Hosts").field("each", &self.each).finish_non_exhaustive()
    }
}

impl<T> Connect for Hosts<T>
where
    T: MakeTlsConnect<Socket> + Clone + Sync + Send + 'static,
    T::Stream: Sync + Send,
    T::TlsConnect: Sync + Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    fn connect(&self, config: &Config) -> Connecting<'_> {
        let servers = each_alone(config);
        Box::pin(async move {
            let first = self.last.load(Ordering::Relaxed);
            let mut refused = None;
            for step in 0..servers.len() {
                let place = first.saturating_add(step) % servers.len();
                let Some(server) = servers.get(place) else { continue };
                match timeout(self.each, server.connect(self.tls.clone())).await {
                    Ok(Ok((client, connection))) => {
                        if self.last.swap(place, Ordering::Relaxed) != place {
                            tracing::warn!(server = place, "connections go to another database server now");
                        }
                        return Ok((client, driven(connection)));
                    }
                    Ok(Err(error)) => refused = Some(error),
                    Err(_elapsed) => tracing::warn!(server = place, "a database server did not answer"),
                }
            }
            match refused {
                Some(error) => Err(error),
                // Nobody answered anything: the pool's own limit, which is no longer than ours together, says so.
                None => std::future::pending().await,
            }
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a connection lives as long as the pool keeps its client, and holds nothing that a drain waits for"
)]
fn driven<S>(connection: tokio_postgres::Connection<Socket, S>) -> JoinHandle<()>
where
    S: tokio_postgres::tls::TlsStream + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(code = super::outcome::code_of(&error), "a database connection was lost");
        }
    })
}

/// The servers of a URL, for people.
pub(super) fn named(config: &Config) -> String {
    let ports = config.get_ports();
    let port = |place: usize| ports.get(place).or(ports.first()).copied().unwrap_or(5432);
    let hosts = config.get_hosts().iter().map(|host| match host {
        tokio_postgres::config::Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
    });
    let named = hosts.enumerate().map(|(place, host)| format!("{host}:{}", port(place)));
    named.collect::<Vec<_>>().join(", ")
}

/// The settings for each server by itself, in the order of the URL.
fn each_alone(config: &Config) -> Vec<Config> {
    let all = count(config);
    if all == 1 {
        return vec![config.clone()];
    }
    (0..all).map(|place| alone(config, place)).collect()
}

/// tokio-postgres only adds to its lists, so that one server's settings are written anew.
fn alone(config: &Config, place: usize) -> Config {
    let mut one = Config::new();
    if let Some(host) = config.get_hosts().get(place) {
        match host {
            tokio_postgres::config::Host::Tcp(name) => one.host(name),
            #[cfg(unix)]
            tokio_postgres::config::Host::Unix(path) => one.host_path(path),
        };
    }
    if let Some(address) = config.get_hostaddrs().get(place) {
        one.hostaddr(*address);
    }
    if let Some(port) = config.get_ports().get(place).or(config.get_ports().first()) {
        one.port(*port);
    }
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(name) = config.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    if let Some(name) = config.get_application_name() {
        one.application_name(name);
    }
    if let Some(limit) = config.get_connect_timeout() {
        one.connect_timeout(*limit);
    }
    if let Some(limit) = config.get_tcp_user_timeout() {
        one.tcp_user_timeout(*limit);
    }
    if let Some(interval) = config.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one.ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding());
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> Config {
        url.parse().unwrap()
    }

    #[test]
    fn each_server_is_asked_by_itself_with_everything_else_as_the_url_has_it() {
        let url = "postgres://cash:secret@one:5001,two:5002/shop?target_session_attrs=read-write\
                   &application_name=till&connect_timeout=7&sslmode=require&keepalives_idle=11&tcp_user_timeout=3";
        for (server, alone) in ["one:5001", "two:5002"].into_iter().zip(each_alone(&config(url))) {
            assert_eq!(alone, config(&url.replace("one:5001,two:5002", server)));
        }
        assert_eq!(each_alone(&config("postgres://one/shop")), [config("postgres://one/shop")]);
    }

    #[test]
    fn one_port_is_every_servers() {
        let ports: Vec<u16> = each_alone(&config("host=one,two,three port=5001 user=cash"))
            .iter()
            .flat_map(|alone| alone.get_ports().to_vec())
            .collect();
        assert_eq!(ports, [5001, 5001, 5001]);
    }

    #[test]
    fn several_servers_mean_the_one_that_takes_writes() {
        for (url, wanted) in [
            ("postgres://one,two/shop", TargetSessionAttrs::ReadWrite),
            ("postgres://one/shop", TargetSessionAttrs::Any),
            ("postgres://one,two/shop?target_session_attrs=read-only", TargetSessionAttrs::ReadOnly),
        ] {
            let mut config = config(url);
            write_to_the_primary(&mut config);
            assert_eq!(config.get_target_session_attrs(), wanted, "{url}");
        }
    }
}
