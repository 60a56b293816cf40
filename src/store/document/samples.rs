//! Records that people would recognise, for the golden files: every state, cause and class stands in one.

mod cards;
mod goods;
mod money;
mod quote;
mod sale;

pub(super) use sale::{PERSONAL, checkout_open, order_placed};

use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::money::Money;
use crate::ports::record::{Mode, PartnerMode, Record};

/// Every sample by the name of its golden file.
pub(super) fn all() -> Vec<(String, Record)> {
    let modes = [Mode::Auto, Mode::Drain, Mode::ForceOpen, Mode::ForceClosed].map(|mode| {
        let row = PartnerMode { store: read("main"), account: read("stripe-eu"), mode };
        (format!("partner_mode-{}", mode.as_str()), Record::PartnerMode(row))
    });
    let mut all: Vec<(String, Record)> = modes.into();
    all.extend(cards::samples());
    all.extend(goods::samples());
    all.extend(money::samples());
    all.extend(sale::samples());
    all
}

/// The value of a text that is known to be one.
pub(super) fn read<T: FromStr>(text: &str) -> T {
    text.parse().ok().unwrap()
}

fn id<T>(kind: fn(Uuid) -> T, number: u128) -> T {
    kind(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0000 + number))
}

/// So many seconds after the samples' epoch.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

fn euro(minor: i64) -> Money {
    Money::new(minor, read("EUR"))
}
