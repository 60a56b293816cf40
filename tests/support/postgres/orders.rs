//! What is done to a running cluster. Each order returns when it was carried out.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout};

use super::PrivatePostgres;

/// The way to the script that runs the cluster, and back.
pub(super) struct Line {
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Line {
    pub(super) const fn new(orders: ChildStdin, answers: BufReader<ChildStdout>) -> Self {
        Self { orders, answers }
    }

    fn order(&mut self, order: &str) -> bool {
        writeln!(self.orders, "{order}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim() == "done"
    }
}

impl PrivatePostgres {
    /// Ends the server at once, without a checkpoint: `pg_ctl stop -m immediate`.
    pub fn stop_immediately(&self) {
        self.must("stop");
    }

    /// Starts the server, if it does not run; whether it takes connections.
    pub fn start_again(&self) -> bool {
        self.order("start")
    }

    /// SIGKILL of the server.
    pub fn kill(&self) {
        self.must("kill");
    }

    /// SIGKILL of one of its sessions, upon which the server ends all others and recovers; whether it was there.
    pub fn slay(&self, session: u32) -> bool {
        self.order(&format!("slay {session}"))
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        self.must("promote");
    }

    /// Takes all space that is left on its disk.
    pub fn fill_disk(&self) {
        self.must("fill");
    }

    /// Gives the space back.
    pub fn drain_disk(&self) {
        self.must("drain");
    }

    fn must(&self, order: &str) {
        assert!(self.order(order), "PostgreSQL could not be made to {order}: {}", self.log());
    }

    fn order(&self, order: &str) -> bool {
        self.line.lock().unwrap().as_mut().unwrap().order(order)
    }

    fn log(&self) -> String {
        let log = std::fs::read_to_string(self.directory().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}
