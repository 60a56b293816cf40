//! The account for people: on standard output what happened, on standard error what is still going on.

use std::fmt::Write as _;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::{Instant, interval_at};

use super::report::{Entry, Report};
use super::settings::SHORTENED;
use crate::cli::trial::ledger::Moved;

/// Whoever waits longer than this wants to know that something happens.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// Tells people, or nobody where a machine reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    /// Whether standard output belongs to a document.
    pub(super) silent: bool,
}

impl Account {
    /// What comes.
    pub(super) fn open(self) {
        self.say(
            "Cashwrap's demo: the real server on an embedded store, two sandbox gateways as processes with ledgers\n\
             of their own, and shoppers over gRPC. What was charged is read from the gateways' ledgers.\n\
             Shortened, so that you need not wait as long as a shopper would; all else is as in production:",
        );
        for (_, _, told) in SHORTENED {
            self.say(&format!("  {told}"));
        }
    }

    /// A scenario begins.
    pub(super) fn begin(self, number: usize, title: &str) {
        self.say(&format!("\n{number}. {title}"));
    }

    /// A shopper's end.
    pub(super) fn end(self, told: &[String], entry: &Entry) {
        for sentence in told {
            self.say(&wrapped(sentence));
        }
        let order = entry.order.as_deref().unwrap_or_default();
        self.say(&format!("   order    EUR {}  {order}", amount(entry.total.unwrap_or_default())));
        for (account, moved) in entry.gateways.iter().rev() {
            self.say(&format!("   {account:<8} {}", moves(*moved)));
        }
    }

    /// A scenario that did not come to its end.
    pub(super) fn fail(self, entry: &Entry) {
        self.say(&format!("   {}", entry.outcome));
    }

    /// The verdict.
    pub(super) fn close(self, report: &Report) {
        if report.ok {
            let count = report.scenarios.len();
            self.say(&format!(
                "\nAudit: {count} orders, and the ledgers agree with each to the cent: nothing was taken or is held \
                 without an order, and no order was charged twice."
            ));
            return;
        }
        self.say("\nAudit: something is wrong; this is a bug.");
        for problem in &report.problems {
            self.say(&format!("  {problem}"));
        }
    }

    /// It serves on. Where a machine reads, this goes beside its document.
    pub(super) fn invite(self, address: SocketAddr, admin: SocketAddr, gateways: [(&str, String); 2]) {
        let ledgers =
            gateways.map(|(account, url)| format!("  {account:<8} {url}/sandbox/ledger")).join("\n");
        let told = format!(
            "\nServing gRPC on {address} until Ctrl-C. In another terminal:\n  grpcurl -plaintext {address} list\n\
             README.md walks on from there to an order of your own. Metrics and probes, for machines:\n  \
             http://{admin}/metrics, /readyz, /livez\nWhat the gateways have on record:\n{ledgers}"
        );
        if self.silent {
            eprintln!("{told}");
        } else {
            println!("{told}");
        }
    }

    fn say(self, line: &str) {
        if !self.silent {
            println!("{line}");
        }
    }
}

/// Waits for something; where it takes long, standard error tells that it is still going on.
pub(super) async fn told<T>(what: &str, doing: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let mut ticks = interval_at(began + TELL_EVERY, TELL_EVERY);
    tokio::pin!(doing);
    loop {
        tokio::select! {
            done = &mut doing => return done,
            _ = ticks.tick() => eprintln!("… {what}: {} s so far", began.elapsed().as_secs()),
        }
    }
}

fn moves(moved: Moved) -> String {
    let parts = [
        ("authorised", moved.authorised),
        ("captured", moved.captured),
        ("voided", moved.voided),
        ("refunded", moved.refunded),
    ];
    let mut text = String::new();
    for (what, minor) in parts.into_iter().filter(|(_, minor)| *minor != 0) {
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing to text cannot fail.
        let _ = write!(text, "{comma}{what} {}", amount(minor));
    }
    if text.is_empty() { "nothing".to_owned() } else { text }
}

fn amount(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// A sentence in lines that fit a terminal, set in by three blanks.
fn wrapped(sentence: &str) -> String {
    const WIDTH: usize = 96;
    let mut lines = vec![String::from("  ")];
    for word in sentence.split_whitespace() {
        let full = lines.last().is_some_and(|line| line.chars().count() + 1 + word.chars().count() > WIDTH);
        if full {
            lines.push(String::from("  "));
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moved_is_told_and_what_did_not_is_left_out() {
        let moved = Moved { authorised: 2_190, captured: 2_190, ..Moved::default() };
        assert_eq!(moves(moved), "authorised 21.90, captured 21.90");
        assert_eq!(moves(Moved::default()), "nothing");
        assert_eq!(amount(5), "0.05");
    }

    #[test]
    fn a_long_sentence_is_set_in_and_no_line_is_wider_than_a_terminal() {
        let text = wrapped(&"word ".repeat(60));
        assert!(text.lines().count() > 2);
        assert!(text.lines().all(|line| line.starts_with("   word") && line.len() <= 96), "{text}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_long_comes_to_its_end_all_the_same() {
        let slow = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            7
        };
        assert_eq!(told("waiting", slow).await, 7);
    }
}
