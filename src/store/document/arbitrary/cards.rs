//! Arbitrary card books and names.

use super::Tape;
use crate::domain::ids::{AttemptId, CheckoutId};
use crate::domain::payment::scheme::{
    Advice, BookId, CardBook, CardLedger, CardName, Digest, Limited, OpenTry, Stop, Tally, TenderCard,
};

fn digest(tape: &mut Tape) -> Digest {
    Digest(std::array::from_fn(|_| tape.byte()))
}

pub fn book_id(tape: &mut Tape) -> BookId {
    match tape.byte() % 5 {
        0 => BookId::Token(digest(tape)),
        1 => BookId::Fingerprint(digest(tape)),
        2 => BookId::Par(digest(tape)),
        3 => BookId::Guest(digest(tape)),
        _ => BookId::Customer(tape.text()),
    }
}

pub fn advice(tape: &mut Tape) -> Advice {
    tape.pick(&["03", "24", "99"]).parse().unwrap()
}

pub fn tender_card(tape: &mut Tape) -> TenderCard {
    TenderCard {
        names: tape.list(|tape| CardName { book: book_id(tape), card: digest(tape) }),
        network: tape.word(),
    }
}

pub fn limited(tape: &mut Tape) -> Limited {
    Limited { why: tape.word(), class: tape.word(), until: tape.option(Tape::time), approximate: tape.flag() }
}

fn ledger(tape: &mut Tape) -> CardLedger {
    CardLedger {
        stopped: tape.option(|tape| Stop { at: tape.time(), class: tape.word() }),
        pause_until: tape.option(Tape::time),
        tallies: tape.list(|tape| Tally {
            at: tape.time(),
            declines: tape.u32(),
            fixes: tape.u32(),
            amount: tape.option(Tape::money),
            checkout: tape.option(|tape| tape.id(CheckoutId)),
        }),
        open: tape.list(|tape| OpenTry {
            attempt: tape.id(AttemptId),
            at: tape.time(),
            amount: tape.money(),
            checkout: tape.id(CheckoutId),
        }),
    }
}

pub fn book(tape: &mut Tape) -> CardBook {
    CardBook {
        store: tape.name(),
        id: book_id(tape),
        used_at: tape.time(),
        cards: tape.list(|tape| (digest(tape), ledger(tape))),
        others: ledger(tape),
        same_as: tape.list(book_id),
    }
}
