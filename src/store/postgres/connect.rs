//! Connections: the pool, TLS, and what each session is told at its start.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use secrecy::ExposeSecret;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::hosts::{self, Hosts};
use super::settings::{PostgresError, PostgresSettings};

/// Builds the pool; connects when it is first used.
pub(super) fn pool(settings: &PostgresSettings) -> Result<Pool, PostgresError> {
    let mut config: Config = settings.url.expose_secret().parse().map_err(PostgresError::Url)?;
    config.connect_timeout(settings.connect_timeout);
    config.options(session_options(config.get_options(), settings));
    if config.get_application_name().is_none() {
        config.application_name("cashwrap");
    }
    hosts::write_to_the_primary(&mut config);
    let servers = u32::try_from(hosts::count(&config)).unwrap_or(u32::MAX);
    // Fast: no round trip before each use. A dead connection shows itself by what was sent over it.
    let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let each = settings.connect_timeout;
    let manager = match (config.get_ssl_mode(), &settings.ca_file) {
        (SslMode::Disable, _) | (SslMode::Prefer, None) => {
            Manager::from_connect(config, Hosts::new(NoTls, each), manager)
        }
        (_, Some(file)) => {
            // Who names certificates means TLS: a server that declines it must not get plain text instead.
            config.ssl_mode(SslMode::Require);
            let tls = MakeRustlsConnect::new(trusting(file)?);
            Manager::from_connect(config, Hosts::new(tls, each), manager)
        }
        (_, None) => return Err(PostgresError::NoCertificates),
    };
    Pool::builder(manager)
        .max_size(settings.pool_size)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(settings.wait_timeout))
        .create_timeout(Some(each.saturating_mul(servers)))
        .build()
        .map_err(|error| PostgresError::Pool(error.to_string()))
}

/// Where the database is, for people: `host:port`, several by commas, without user or password.
pub(super) fn servers(settings: &PostgresSettings) -> Result<String, PostgresError> {
    let config: Config = settings.url.expose_secret().parse().map_err(PostgresError::Url)?;
    Ok(hosts::named(&config))
}

/// Said in the startup packet, so that it costs no round trip.
fn session_options(given: Option<&str>, settings: &PostgresSettings) -> String {
    let ms = |duration: Duration| duration.as_millis();
    format!(
        "{} -c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={} \
         -c default_transaction_isolation=read\\ committed -c jit=off \
         -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off \
         -c enable_mergejoin=off",
        given.unwrap_or_default(),
        ms(settings.statement_timeout),
        ms(settings.lock_timeout),
        ms(settings.idle_in_transaction_timeout),
        // The plans: every statement of ours looks up keys, and plans are kept for the session. One made while
        // the tables were still small must not read them whole once they are large.
    )
}

fn trusting(file: &Path) -> Result<ClientConfig, PostgresError> {
    let unusable = |what: String| PostgresError::Certificates(format!("{}: {what}", file.display()));
    let pem = fs::read(file).map_err(|error| unusable(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unusable("it holds no certificate".to_owned()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
