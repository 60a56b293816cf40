//! R19: no card is declined more often in a day than its scheme allows, whoever tries it where and at once. A try
//! stands open under every name of its card with the commit of its intent, and no longer than until it is known how
//! it ended.

use std::time::Duration;

use cashwrap::domain::payment::scheme::{CardBook, CardLedger};
use cashwrap::domain::payment::{Attempt, AttemptState, Payment};
use cashwrap::ports::Record;
use cashwrap::ports::store::{Key, Kind};
use cashwrap::store::memory::Dump;
use jiff::SignedDuration;

use super::{Committed, Fact, Held, Invariant, Scene, hold};

/// Of a card whose scheme no gateway told: none of these gateways does.
const MOST_A_DAY: u32 = 10;
const DAY: Duration = Duration::from_hours(24);

/// The invariant.
pub struct Declines;

impl Invariant for Declines {
    fn name(&self) -> &'static str {
        "R19"
    }

    fn see(&mut self, fact: &Fact<'_>, scene: &Scene<'_>) -> Held {
        let Fact::Committed(committed) = fact else { return Ok(()) };
        // The store forgets a book early whose clock leaps.
        if scene.clocks_were_off {
            return Ok(());
        }
        for write in &committed.unit.writes {
            if let Record::Payment(payment) = &write.row {
                stands_open(payment, committed, scene)?;
            }
            let Record::CardBook(book) = &write.row else { continue };
            for ledger in ledgers(book) {
                let declines = of_the_last_day(ledger);
                let open = u32::try_from(ledger.open.len()).unwrap();
                hold(declines + open <= MOST_A_DAY, || {
                    format!("{declines} declines of a day and {open} tries in {}: {ledger:#?}", book.id)
                })?;
            }
        }
        Ok(())
    }

    fn end(&mut self, scene: &Scene<'_>, _dump: &Dump) -> Held {
        let attempts = || scene.book.payments().flat_map(|payment| &payment.attempts);
        for book in scene.book.card_books() {
            for open in ledgers(book).flat_map(|ledger| &ledger.open) {
                let attempt = attempts().find(|attempt| attempt.id == open.attempt);
                hold(attempt.is_some_and(|attempt| attempt.state.undecided()), || {
                    format!("{open:?} stays open in {}, of {attempt:#?}", book.id)
                })?;
            }
        }
        Ok(())
    }
}

/// What may yet be declined stands open under each name of the card. What is voided was approved, or was open
/// before.
fn stands_open(payment: &Payment, committed: &Committed<'_>, scene: &Scene<'_>) -> Held {
    let tried = |attempt: &&Attempt| attempt.state.undecided() && attempt.state != AttemptState::Voiding;
    for attempt in payment.attempts.iter().filter(tried) {
        for name in &payment.card.names {
            let key = Key::new(&payment.store, Kind::CardBook, &name.book);
            let written = committed.unit.writes.iter().find(|write| write.key == key).map(|write| &write.row);
            let open = match written.or_else(|| scene.book.row(&key)) {
                Some(Record::CardBook(book)) => {
                    ledgers(book).any(|ledger| ledger.open.iter().any(|open| open.attempt == attempt.id))
                }
                _ => false,
            };
            hold(open, || format!("{attempt:#?} is not open in {key:?}"))?;
        }
    }
    Ok(())
}

fn ledgers(book: &CardBook) -> impl Iterator<Item = &CardLedger> {
    book.cards.values().chain([&book.others])
}

/// The declines in the day that ends with the last of them.
fn of_the_last_day(ledger: &CardLedger) -> u32 {
    let day = SignedDuration::try_from(DAY).unwrap();
    let last = ledger.tallies.last().map(|tally| tally.at);
    let within = ledger.tallies.iter().filter(|tally| last.is_some_and(|last| tally.at + day > last));
    within.map(|tally| tally.declines).sum()
}
