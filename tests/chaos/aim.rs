//! When to strike: at any moment, or soon after something was seen. What is seen here only chooses moments; what
//! was under way is found out after the strike.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::Duration;

use tokio::time::Instant;

use crate::load::Load;
use crate::support::binary::{Sandbox, Shop};
use crate::support::dice::Dice;
use crate::support::witness::Rows;

/// How long something may keep us waiting before the kill comes anyway.
const LONGEST: Duration = Duration::from_secs(3);

/// What a kill is aimed at.
#[derive(Debug, Clone, Copy)]
enum Aim {
    /// Nothing: any moment.
    Anytime,
    /// A shopper who has just asked.
    Asked,
    /// An intent that was just made durable.
    Sending,
    /// An authorisation in the ledger.
    Authorised,
    /// An order that was just made durable.
    Ordered,
    /// A capture that is due and not begun.
    Due,
    /// A capture under way.
    Capturing,
}

const AIMS: [Aim; 10] = [
    Aim::Anytime,
    Aim::Asked,
    Aim::Asked,
    Aim::Sending,
    Aim::Authorised,
    Aim::Authorised,
    Aim::Ordered,
    Aim::Ordered,
    Aim::Due,
    Aim::Capturing,
];

/// What had been seen when a wait began.
struct Before {
    asked: u64,
    orders: i64,
    ledger: u64,
}

/// Chooses moments.
pub struct Marksman {
    dice: Dice,
    rows: Rows,
}

impl Marksman {
    pub fn new(dice: Dice, rows: Rows) -> Self {
        Self { dice, rows }
    }

    /// Returns at the moment for the next kill.
    pub async fn wait(&mut self, shop: &Shop, load: &Load) {
        // Below and above the lease, so that recoveries are killed too.
        self.pause(300, 1_500).await;
        let aim = self.dice.one_of(&AIMS);
        let before = Before { asked: load.asked(), orders: self.orders().await, ledger: size(&shop.primary) };
        let end = Instant::now() + LONGEST;
        while Instant::now() < end && !self.sees(aim, shop, load, &before).await {
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        match aim {
            Aim::Anytime | Aim::Ordered | Aim::Due => {}
            Aim::Asked | Aim::Authorised => self.pause(0, 8).await,
            Aim::Sending | Aim::Capturing => self.pause(0, 30).await,
        }
    }

    async fn sees(&self, aim: Aim, shop: &Shop, load: &Load, before: &Before) -> bool {
        match aim {
            Aim::Anytime => true,
            Aim::Asked => load.asked() > before.asked,
            Aim::Sending => self.operations("kind IN ('create', 'confirm') AND state = 'SENDING'").await,
            Aim::Authorised => tail(&shop.primary, before.ledger).contains(r#""kind":"authorised""#),
            Aim::Ordered => self.orders().await > before.orders,
            Aim::Due => self.operations("kind = 'capture' AND state = 'PENDING'").await,
            Aim::Capturing => self.operations("kind = 'capture' AND state = 'SENDING'").await,
        }
    }

    async fn operations(&self, such: &str) -> bool {
        self.rows.count(&format!("SELECT count(*) FROM operation WHERE {such}")).await > 0
    }

    async fn orders(&self) -> i64 {
        self.rows.count("SELECT count(*) FROM orders").await
    }

    async fn pause(&mut self, least_ms: u64, most_ms: u64) {
        let micros = least_ms * 1_000 + self.dice.below((most_ms - least_ms) * 1_000);
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }
}

fn size(gateway: &Sandbox) -> u64 {
    fs::metadata(gateway.ledger_file()).map_or(0, |file| file.len())
}

fn tail(gateway: &Sandbox, from: u64) -> String {
    let mut text = Vec::new();
    let mut file = File::open(gateway.ledger_file()).unwrap();
    file.seek(SeekFrom::Start(from)).unwrap();
    file.read_to_end(&mut text).unwrap();
    String::from_utf8_lossy(&text).into_owned()
}
