//! The certificate of the listener.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::TlsSettings;

/// Why the certificate cannot be served. Begins with the key of `[server.tls]` that it is about.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read as what it should hold.
    #[error("{key}: no {what} can be read from {path}: {cause}; {}", remedy(.key))]
    Pem {
        /// The key that names the file.
        key: &'static str,
        /// What it should hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why. It repeats nothing of the file.
        cause: String,
    },
    /// The two do not belong together, or are of a kind that is not known.
    #[error(
        "cert_file and key_file cannot be used together: {0}; give the key that the certificate was made for"
    )]
    Unusable(#[from] rustls::Error),
}

fn remedy(key: &str) -> &'static str {
    if key == CERTIFICATE {
        "give the certificate chain in PEM, and see that cert_file and key_file are not swapped"
    } else {
        "give the private key in PEM, and see that cert_file and key_file are not swapped"
    }
}

const CERTIFICATE: &str = "cert_file";
const KEY: &str = "key_file";

/// What accepts TLS connections with this certificate, HTTP/2 first.
pub fn acceptor(settings: &TlsSettings) -> Result<TlsAcceptor, TlsError> {
    let unreadable = |key, what, path: &Path, cause: rustls_pki_types::pem::Error| TlsError::Pem {
        key,
        what,
        path: path.to_owned(),
        cause: cause.to_string(),
    };
    let certificate = |cause| unreadable(CERTIFICATE, "certificate", &settings.cert_file, cause);
    let chain = CertificateDer::pem_file_iter(&settings.cert_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(certificate)?;
    if chain.is_empty() {
        return Err(certificate(rustls_pki_types::pem::Error::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_file(&settings.key_file)
        .map_err(|cause| unreadable(KEY, "private key", &settings.key_file, cause))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // gRPC-Web from a browser may come over HTTP/1.1.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
