//! localstripe, a Stripe look-alike that others wrote: it is run, and nothing of it is taken.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// The key that it is called with.
pub const KEY: &str = "sk_test_localstripe";

/// A server on a port of its own; dropping it kills it.
pub struct LocalStripe {
    /// Where it is reached.
    pub base_url: String,
    _child: Child,
    _directory: TempDir,
}

impl LocalStripe {
    /// Starts it.
    pub async fn start() -> Self {
        // Tests start in any order, and only the first may install it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let program = std::env::var_os("CASHWRAP_LOCALSTRIPE").map(PathBuf::from).expect(
            "CASHWRAP_LOCALSTRIPE names no localstripe: run `. scripts/tools.sh`, which installs and names it",
        );
        let directory = tempfile::tempdir().unwrap();
        // It cannot be given a socket, so the port is free only very likely: another one is tried then.
        for _ in 0..5 {
            let port = free_port();
            let mut child = Command::new(&program)
                .args(["--from-scratch", "--port", &port.to_string()])
                .current_dir(directory.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .unwrap();
            if ready(&mut child, port).await {
                let base_url = format!("http://127.0.0.1:{port}");
                return Self { base_url, _child: child, _directory: directory };
            }
        }
        panic!("{} does not start", program.display());
    }

    /// Reads something of it.
    pub async fn get(&self, path: &str) -> Value {
        let request = reqwest::Client::new().get(format!("{}{path}", self.base_url)).bearer_auth(KEY);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// A payment method for a test card, as a storefront would make it.
    pub async fn payment_method(&self, number: &str) -> String {
        let form = [
            ("type", "card"),
            ("card[number]", number),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2040"),
            ("card[cvc]", "123"),
        ];
        let url = format!("{}/v1/payment_methods", self.base_url);
        let request = reqwest::Client::new().post(url).bearer_auth(KEY).form(&form);
        let made: Value = request.send().await.unwrap().json().await.unwrap();
        made["id"].as_str().unwrap().to_owned()
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Waits until the server takes connections, or has ended.
async fn ready(child: &mut Child, port: u16) -> bool {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    let looking = async {
        loop {
            looks.tick().await;
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
                return true;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), looking).await.unwrap_or(false)
}
