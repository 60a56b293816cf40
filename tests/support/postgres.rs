//! A private PostgreSQL cluster in a temporary directory, one per test binary.
//!
//! Tests never touch a server that someone uses: the cluster has its own directory, user, socket and
//! loopback port. It outlives no test process: `postgres/cluster.sh` runs it and waits on a pipe that
//! only this process holds, so that the kernel itself tells it when the process is gone, killed or not.
//! `fsync` is on unless a test says otherwise, because what is proved here is also durability.
//!
//! Where PostgreSQL is missing the tests fail and say what to install; they never pass by skipping.
//!
//! - [`PrivatePostgres`]: the cluster and its databases. [`Options`]: how it is set up, also as a standby or on a
//!   small disk.
//! - `orders`: what is done to a running cluster: stopped, killed, promoted, its disk filled.

mod binaries;
mod certificate;
mod options;
mod orders;
mod owner;

pub use certificate::self_signed;
pub use options::Options;

use std::{
    fs::{self, File, Permissions},
    io::{BufRead as _, BufReader},
    net::TcpListener,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use orders::Line;

/// Free when looked for, a port may be taken when PostgreSQL binds it: then the next one is tried.
const CANDIDATE_PORTS: usize = 5;

/// A running cluster. Dropping it stops the server at once and removes its directory.
pub struct PrivatePostgres {
    directory: PathBuf,
    port: u16,
    binaries: PathBuf,
    databases: AtomicU32,
    script: Child,
    /// Held open for as long as the cluster shall live.
    line: Mutex<Option<Line>>,
}

impl PrivatePostgres {
    /// The cluster that this binary's tests share; started by the first test that asks.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<PrivatePostgres> =
            LazyLock::new(|| PrivatePostgres::start(&Options::default()));
        &SHARED
    }

    /// Starts a cluster.
    ///
    /// # Panics
    /// When PostgreSQL is missing or does not start; the message says what to do, with its log.
    pub fn start(options: &Options) -> Self {
        Self::try_start(options).unwrap_or_else(|help| panic!("{help}"))
    }

    /// Starts a cluster, or says what to do.
    pub fn try_start(options: &Options) -> Result<Self, String> {
        let binaries = binaries::find()?;
        // Not `TMPDIR`: a socket's path may not be longer than 107 bytes.
        let directory = tempfile::Builder::new()
            .prefix("cashwrap-pg-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in("/tmp")
            .unwrap()
            .keep();
        let started = Self::start_in(&directory, binaries, options);
        if started.is_err() {
            // The script has done it, where it came so far.
            let _ = fs::remove_dir_all(&directory);
        }
        started
    }

    fn start_in(directory: &Path, binaries: PathBuf, options: &Options) -> Result<Self, String> {
        let settings = options.settings(directory);
        let log = File::create(directory.join("log")).unwrap();
        let mut script = owner::command(directory, options.disk_mib)?
            .args(["sh", "-c", include_str!("postgres/cluster.sh"), "cluster.sh"])
            .args([&*binaries, directory])
            .args([settings, options.standby_of.clone().unwrap_or_default()])
            .args(free_ports().map(|port| port.to_string()))
            .current_dir("/")
            // Away from the terminal's Ctrl-C, which would end it before it has cleaned up.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("setpriv, unshare and sh of util-linux are needed: {error}"))?;
        let mut answers = BufReader::new(script.stdout.take().unwrap());
        let mut answer = String::new();
        let read = answers.read_line(&mut answer);
        if let Some(why) = answer.strip_prefix("refused: ") {
            let _ = script.wait();
            return Err(format!("a small disk cannot be mounted: {}", why.trim()));
        }
        let port = answer.trim().strip_prefix("ready ").and_then(|port| port.parse().ok());
        let Some(port) = port else {
            let log = fs::read_to_string(directory.join("log")).unwrap_or_default();
            drop(script.stdin.take());
            let _ = script.wait();
            return Err(format!("PostgreSQL from {} did not start ({read:?}):\n{log}", binaries.display()));
        };
        let line = Mutex::new(script.stdin.take().map(|orders| Line::new(orders, answers)));
        let directory = directory.to_owned();
        Ok(Self { directory, port, binaries, databases: AtomicU32::new(0), script, line })
    }

    /// Creates an empty database and returns its connection URL.
    pub fn fresh_database(&self) -> String {
        self.copy_of("template0")
    }

    /// Creates a copy of the database that `url` names, which must have no connections, and returns
    /// its connection URL: migrations then run once for many tests.
    pub fn fresh_database_like(&self, url: &str) -> String {
        self.copy_of(url.rsplit('/').next().unwrap())
    }

    /// Where everything of the cluster lies, the socket included.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The folder of PostgreSQL's programs: `psql` and the others.
    pub fn programs(&self) -> &Path {
        &self.binaries
    }

    /// Where it listens: `host:port`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The certificate to trust, where TLS was asked for: PEM.
    pub fn certificate(&self) -> PathBuf {
        self.directory.join(certificate::CERTIFICATE)
    }

    /// Asks as the superuser; a line per row, or what went wrong.
    pub fn ask(&self, sql: &str) -> Result<String, String> {
        let output = Command::new(self.binaries.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "postgres"])
            .arg("-h")
            .arg(&self.directory)
            .args(["-p", &self.port.to_string(), "-c", sql])
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }

    fn copy_of(&self, template: &str) -> String {
        let database = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.ask(&format!("create database {database} template {template}")).unwrap();
        format!("postgres://postgres@{}/{database}", self.address())
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.line.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        // Nobody is left to tell when waiting fails; the script goes on by itself.
        let _ = self.script.wait();
    }
}

/// All are held until all are found, so that they differ.
fn free_ports() -> [u16; CANDIDATE_PORTS] {
    let listeners = [(); CANDIDATE_PORTS].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
