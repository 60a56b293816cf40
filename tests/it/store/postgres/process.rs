//! Two processes on one database. The test binary starts itself again with one ignored test, which lets clients of its
//! own work on the rows that the first one's work on, and tells their stories line by line: the dice of a client and
//! the versions that it saw make its unit again.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::Arc;

use cashwrap::domain::ids::UnitId;
use cashwrap::ports::document::Document;
use cashwrap::ports::store::{Key, UnitOfWork, Verdict};
use cashwrap::store::PostgresStore;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::{fresh_url, settings};
use crate::store::contract::{
    CLIENTS, Door, clients, explained_by, lost_to_somebody, stocked, unit_of, winners,
};
use crate::support::dice::Dice;

const URL: &str = "CASHWRAP_TEST_CROWD_URL";
const READY: &str = "ready";

fn door(url: &str) -> Door {
    Arc::new(PostgresStore::open(&settings(url)).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "two_processes_leave_what_their_winners_alone_would_leave runs it as a child"]
async fn a_crowd_in_a_process_of_its_own() {
    let Ok(url) = std::env::var(URL) else { return };
    let door = door(&url);
    door.now().await.unwrap();
    println!("{READY}");
    let stories = clients(&[&door], CLIENTS..2 * CLIENTS).await;
    for (number, story) in (CLIENTS..).zip(&stories) {
        lost_to_somebody(story, &*door).await;
        for told in story {
            let seen = told.seen.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
            println!("client {number} {} {} {seen}", told.verdict == Verdict::Committed, told.unit.id.0);
        }
    }
}

/// The winners of the other process, made again from what it told.
struct Retold {
    of: u64,
    dice: Dice,
    won: Vec<UnitOfWork<Document>>,
}

impl Retold {
    fn hear(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("client ") else { return };
        let [number, won, id, seen @ ..] = &rest.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let number = number.parse().unwrap();
        if self.of != number {
            (self.of, self.dice) = (number, Dice::of(number));
        }
        let seen: Vec<u64> = seen.iter().map(|version| version.parse().unwrap()).collect();
        let unit = unit_of(&mut self.dice, &seen);
        assert_eq!(unit.id, UnitId(id.parse().unwrap()), "it made another unit of the same dice");
        if *won == "true" {
            self.won.push(unit);
        }
    }
}

/// The versions of rows that these units left.
fn left_by(units: &[UnitOfWork<Document>]) -> BTreeSet<(Key, u64)> {
    units.iter().flat_map(|unit| &unit.writes).map(|write| (write.key.clone(), write.expected + 1)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_leave_what_their_winners_alone_would_leave() {
    let url = fresh_url();
    let ours = door(&url);
    assert_eq!(ours.commit(&stocked()).await, Verdict::Committed);
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "store::postgres::process::a_crowd_in_a_process_of_its_own",
        ])
        .env(URL, &url)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(other.stdout.take().unwrap()).lines();
    while lines.next_line().await.unwrap().expect("the other process ended before it was ready") != READY {}

    let told = clients(&[&ours], 0..CLIENTS).await.into_iter().flatten().collect::<Vec<_>>();
    let mut theirs = Retold { of: u64::MAX, dice: Dice::of(0), won: Vec::new() };
    while let Some(line) = lines.next_line().await.unwrap() {
        theirs.hear(&line);
    }
    assert!(other.wait().await.unwrap().success(), "the other process found a loser who lost to nobody");

    lost_to_somebody(&told, &*ours).await;
    let (won, theirs) = (winners(&told), theirs.won);
    let seen_of = |left: BTreeSet<(Key, u64)>, units: &[UnitOfWork<Document>]| {
        units
            .iter()
            .flat_map(|unit| &unit.writes)
            .any(|write| left.contains(&(write.key.clone(), write.expected)))
    };
    assert!(seen_of(left_by(&theirs), &won) && seen_of(left_by(&won), &theirs), "they did not meet");
    explained_by([won, theirs].concat(), &*ours).await;
}
