//! The listener with a certificate.

use std::fs;

use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};

use super::client::call;
use super::process::settings;
use crate::support::postgres::self_signed;
use cashwrap::wiring::{Mode, start};

#[tokio::test]
async fn a_call_over_tls_is_served_and_plain_text_is_not() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = TempDir::new().unwrap();
    let (certificate, key) = self_signed(directory.path());
    let files = [
        ("CASHWRAP__SERVER__TLS__CERT_FILE", certificate.to_str().unwrap()),
        ("CASHWRAP__SERVER__TLS__KEY_FILE", key.to_str().unwrap()),
    ];
    let running = start(&settings(&directory, &files), Mode::Production).await.unwrap();

    let trusted = Certificate::from_pem(fs::read(&certificate).unwrap());
    let tls = ClientTlsConfig::new().ca_certificate(trusted).domain_name("localhost");
    let endpoint = Endpoint::new(format!("https://{}", running.grpc())).unwrap().tls_config(tls).unwrap();
    let channel = endpoint.connect().await.unwrap();
    call(&channel, "/grpc.health.v1.Health/Check", None, Vec::new()).await.unwrap();

    let mut plain = TcpStream::connect(running.grpc()).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut plain, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    // A TLS alert, if anything.
    assert!(answer.is_empty() || answer[0] == 21, "{answer:?}");
    assert!(running.stop().await);
}
