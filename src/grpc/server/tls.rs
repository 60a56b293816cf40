//! The certificate of the listener.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::TlsSettings;

/// Why the certificate cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read as PEM.
    #[error("{path}: no certificate or key can be read from it: {cause}")]
    Pem {
        /// The file.
        path: PathBuf,
        /// Why. It repeats nothing of the file.
        cause: String,
    },
    /// The two do not belong together, or are of a kind that is not known.
    #[error("the certificate and its key cannot be used together: {0}")]
    Unusable(#[from] rustls::Error),
}

/// What accepts TLS connections with this certificate, HTTP/2 first.
pub fn acceptor(settings: &TlsSettings) -> Result<TlsAcceptor, TlsError> {
    let unreadable = |path: &Path, cause: rustls_pki_types::pem::Error| TlsError::Pem {
        path: path.to_owned(),
        cause: cause.to_string(),
    };
    let chain = CertificateDer::pem_file_iter(&settings.cert_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| unreadable(&settings.cert_file, cause))?;
    let key = PrivateKeyDer::from_pem_file(&settings.key_file)
        .map_err(|cause| unreadable(&settings.key_file, cause))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // gRPC-Web from a browser may come over HTTP/1.1.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
