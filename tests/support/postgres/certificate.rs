//! A certificate for one cluster's TLS, made by openssl and thrown away with the cluster.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The certificate's file, in the cluster's directory.
pub const CERTIFICATE: &str = "server.crt";
const KEY: &str = "server.key";

/// rustls takes no certificate authority for a server, and openssl makes one unless told not to.
const CONFIGURATION: &str = "[req]
distinguished_name = name
prompt = no
x509_extensions = server
[name]
CN = localhost
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
";

/// Writes a key and its self-signed certificate, and returns the server's settings that use them.
pub fn write(directory: &Path) -> String {
    let (certificate, key) = self_signed(directory);
    format!(" -c ssl=on -c ssl_cert_file={} -c ssl_key_file={}", certificate.display(), key.display())
}

/// Writes a key and its self-signed certificate, for `localhost` and `127.0.0.1`, and returns their paths: the
/// certificate's, then the key's.
pub fn self_signed(directory: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (directory.join(CERTIFICATE), directory.join(KEY));
    let configuration = directory.join("openssl.cnf");
    fs::write(&configuration, CONFIGURATION).unwrap();
    let output = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config"])
        .arg(&configuration)
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("openssl is missing: `apt-get install openssl`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (certificate, key)
}
