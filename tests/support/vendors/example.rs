//! The example gateway in Python, as the process that its README starts, and its ledger, read from outside.

use std::fs::File;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::remote::Book;
use crate::support::binary::free_port;
use crate::support::patience::until;
use crate::support::postgres::self_signed;

/// What it wants to be called with.
pub const CREDENTIAL: &str = "a credential for tests only";

/// What it signs notifications with.
pub const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A Python starts slowly on a machine that runs all other tests meanwhile.
const PATIENCE: Duration = Duration::from_mins(1);

/// The gateway, running or not, at an address of its own over a ledger of its own.
pub struct ExampleGateway {
    directory: TempDir,
    arguments: Vec<String>,
    scheme: &'static str,
    port: u16,
    child: Option<Child>,
}

impl ExampleGateway {
    /// One that is not started yet, for this account; it notifies this address, if any.
    pub fn of(account: &str, notify: Option<&str>) -> Self {
        let (directory, port) = (tempfile::tempdir().unwrap(), free_port());
        let arguments = [
            ("--account", account.to_owned()),
            ("--listen", format!("127.0.0.1:{port}")),
            ("--pages", "127.0.0.1:0".to_owned()),
            ("--ledger", directory.path().join("gateway.db").display().to_string()),
        ];
        let notify = notify.map(|address| ("--notify", address.to_owned()));
        let arguments = arguments.into_iter().chain(notify);
        let arguments = arguments.flat_map(|(name, value)| [name.to_owned(), value]).collect();
        Self { directory, arguments, scheme: "http", port, child: None }
    }

    /// The same over TLS, with a certificate that is in [`Self::certificate`] alone.
    pub fn over_tls(mut self) -> Self {
        let (certificate, key) = self_signed(self.directory.path());
        for (name, path) in [("--tls-cert", certificate), ("--tls-key", key)] {
            self.arguments.extend([name.to_owned(), path.display().to_string()]);
        }
        self.scheme = "https";
        self
    }

    /// Where its certificate is, if it has one.
    pub fn certificate(&self) -> PathBuf {
        self.directory.path().join("server.crt")
    }

    /// Where it is reached.
    pub fn base_url(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    /// Starts it over its ledger; returns when it takes calls.
    pub async fn start(&mut self) {
        let python = std::env::var_os("CASHWRAP_PYTHON").expect(
            "CASHWRAP_PYTHON names no Python with grpcio: run `. scripts/tools.sh`, which installs and names it",
        );
        let log = File::create(self.log()).unwrap();
        let child = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/remote_gateway_python/serve.py"))
            .args(&self.arguments)
            .env("GATEWAY_CREDENTIAL", CREDENTIAL)
            .env("GATEWAY_WEBHOOK_SECRET", WEBHOOK_SECRET)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let child = self.child.insert(child);
        let (log, port) = (self.directory.path().join("said"), self.port);
        until("the example takes calls", PATIENCE, async || {
            let said = || std::fs::read_to_string(&log).unwrap_or_default();
            assert!(child.try_wait().unwrap().is_none(), "it ended: {}", said());
            said().contains("\"pages\"") && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok()
        })
        .await;
    }

    /// SIGKILL; returns when the process is no more.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.unwrap();
        }
    }

    /// The customer decides on the page to which they were sent.
    pub async fn act(&self, page: &str, allow: bool) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let asked = reqwest::get(page).await.unwrap().text().await.unwrap();
        assert!(asked.contains("<button"), "{asked}");
        let answer = if allow { "yes" } else { "no" };
        let form = [("allow", answer)];
        let decided = reqwest::Client::new().post(page).form(&form).send().await.unwrap();
        assert!(decided.status().is_success());
    }

    /// What its ledger says, of everything that was ever moved.
    pub fn book(&self) -> Book {
        let ledger = self.ledger();
        let moved = |kind: &str| -> (u32, i64) {
            let asked = "SELECT count(*), coalesce(sum(minor), 0) FROM moves WHERE kind = ?1";
            ledger.query_row(asked, [kind], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
        };
        let ((holds, held), (captures, taken)) = (moved("held"), moved("captured"));
        let ((_, released), (refunds, refunded)) = (moved("released"), moved("refunded"));
        Book {
            holds,
            held_minor: held - released - taken,
            captures,
            captured_minor: taken,
            refunds,
            refunded_minor: refunded,
        }
    }

    /// How many notifications were taken, and how many were not yet.
    pub fn notifications(&self) -> (u32, u32) {
        let asked =
            "SELECT count(*) FILTER (WHERE sent), count(*) FILTER (WHERE NOT sent) FROM notifications";
        self.ledger().query_row(asked, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    }

    /// Everything that is kept, as text: for what must not be there.
    pub fn kept(&self) -> String {
        let mut all = std::fs::read(self.directory.path().join("gateway.db")).unwrap();
        all.extend(std::fs::read(self.directory.path().join("gateway.db-wal")).unwrap_or_default());
        all.extend(std::fs::read(self.log()).unwrap());
        String::from_utf8_lossy(&all).into_owned()
    }

    /// What it said when it was ready.
    pub fn said(&self) -> Value {
        serde_json::from_str(std::fs::read_to_string(self.log()).unwrap().lines().next().unwrap()).unwrap()
    }

    fn ledger(&self) -> Connection {
        let path = self.directory.path().join("gateway.db");
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    fn log(&self) -> PathBuf {
        self.directory.path().join("said")
    }
}
