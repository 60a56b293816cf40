//! A private PostgreSQL cluster in a temporary directory, one per test binary.
//!
//! Tests never touch a server that someone uses: the cluster has its own directory, user, socket and
//! loopback port. It outlives no test process: `postgres/cluster.sh` runs it and waits on a pipe that
//! only this process holds, so that the kernel itself tells it when the process is gone, killed or not.
//! `fsync` is on unless a test says otherwise, because what is proved here is also durability.
//!
//! Where PostgreSQL is missing the tests fail and say what to install; they never pass by skipping.

mod binaries;
mod certificate;

pub use certificate::self_signed;

use std::{
    fs::{self, Permissions},
    io::{BufRead as _, BufReader},
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// Free when looked for, a port may be taken when PostgreSQL binds it: then the next one is tried.
const CANDIDATE_PORTS: usize = 5;

/// How a cluster is set up.
pub struct Options {
    /// Whether a commit waits for the disk.
    pub fsync: bool,
    /// Whether TLS is offered, with a certificate of its own for `localhost` and `127.0.0.1`.
    pub ssl: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { fsync: true, ssl: false }
    }
}

/// A running cluster. Dropping it stops the server at once and removes its directory.
pub struct PrivatePostgres {
    directory: PathBuf,
    port: u16,
    binaries: PathBuf,
    databases: AtomicU32,
    script: Child,
    /// Held open for as long as the cluster shall live.
    lifeline: Option<ChildStdin>,
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
        let binaries = binaries::find().unwrap_or_else(|help| panic!("{help}"));
        // Not `TMPDIR`: a socket's path may not be longer than 107 bytes.
        let directory = tempfile::Builder::new()
            .prefix("cashwrap-pg-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in("/tmp")
            .unwrap()
            .keep();
        let mut settings = format!(
            "-c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=200 -c fsync={}",
            directory.display(),
            if options.fsync { "on" } else { "off" },
        );
        if options.ssl {
            settings.push_str(&certificate::write(&directory));
        }
        let mut script = as_owner(&directory)
            .args(["sh", "-c", include_str!("postgres/cluster.sh"), "cluster.sh"])
            .args([&binaries, &directory])
            .arg(settings)
            .args(free_ports().map(|port| port.to_string()))
            .current_dir("/")
            // Away from the terminal's Ctrl-C, which would end it before it has cleaned up.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("run sh, through setpriv of util-linux when root");
        let mut answer = String::new();
        let read = BufReader::new(script.stdout.take().unwrap()).read_line(&mut answer);
        let port = answer.trim().strip_prefix("ready ").and_then(|port| port.parse().ok());
        let Some(port) = port else {
            let log = fs::read_to_string(directory.join("log")).unwrap_or_default();
            panic!("PostgreSQL from {} did not start ({read:?}):\n{log}", binaries.display());
        };
        let lifeline = script.stdin.take();
        Self { directory, port, binaries, databases: AtomicU32::new(0), script, lifeline }
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

    /// The certificate to trust, where TLS was asked for: PEM.
    pub fn certificate(&self) -> PathBuf {
        self.directory.join(certificate::CERTIFICATE)
    }

    fn copy_of(&self, template: &str) -> String {
        let database = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let output = Command::new(self.binaries.join("psql"))
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "postgres"])
            .arg("-h")
            .arg(&self.directory)
            .args(["-p", &self.port.to_string()])
            .args(["-c", &format!("create database {database} template {template}")])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // Nobody is left to tell when waiting fails; the script goes on by itself.
        let _ = self.script.wait();
    }
}

/// PostgreSQL refuses to run as root: root gives the directory to another user and becomes it.
fn as_owner(directory: &Path) -> Command {
    if fs::metadata(directory).unwrap().uid() != 0 {
        return Command::new("env");
    }
    let (user, group) =
        binaries::user("postgres").or_else(|| binaries::user("nobody")).expect("no user but root to run as");
    chown(directory, Some(user), Some(group)).unwrap();
    for file in fs::read_dir(directory).unwrap() {
        chown(file.unwrap().path(), Some(user), Some(group)).unwrap();
    }
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={user}"), format!("--regid={group}")]).args(["--clear-groups", "--"]);
    command
}

/// All are held until all are found, so that they differ.
fn free_ports() -> [u16; CANDIDATE_PORTS] {
    let listeners = [(); CANDIDATE_PORTS].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
