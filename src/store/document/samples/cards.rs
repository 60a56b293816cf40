//! Card books: one for each kind of name, with whatever a ledger can hold.

use super::{at, euro, id, read};
use crate::domain::ids::{AttemptId, CheckoutId};
use crate::domain::payment::DeclineClass;
use crate::domain::payment::scheme::{BookId, CardBook, CardLedger, CardName, Digest, OpenTry, Stop, Tally};
use crate::ports::record::Record;

const fn digest(number: u8) -> Digest {
    Digest([number; 32])
}

/// A token's name.
pub fn token() -> CardName {
    CardName::token(digest(0x11))
}

/// A name of each kind.
pub fn names() -> Vec<CardName> {
    vec![
        token(),
        CardName::fingerprint(digest(0x22)),
        CardName::par(digest(0x33)),
        CardName::guest(digest(0x44)),
        CardName::of_customer("cust-17".to_owned(), digest(0x55)),
    ]
}

fn ledger() -> CardLedger {
    let tally = Tally {
        at: at(1),
        declines: 1,
        fixes: 0,
        amount: Some(euro(2_690)),
        checkout: Some(id(CheckoutId, 3)),
    };
    let open =
        OpenTry { attempt: id(AttemptId, 6), at: at(2), amount: euro(2_690), checkout: id(CheckoutId, 3) };
    CardLedger {
        stopped: Some(Stop { at: at(2), class: DeclineClass::SchemeStop }),
        pause_until: Some(at(3_600)),
        tallies: vec![Tally { at: at(0), declines: 3, fixes: 2, amount: None, checkout: None }, tally],
        open: vec![open],
    }
}

pub fn samples() -> Vec<(String, Record)> {
    let books = names().into_iter().map(|name| {
        let kind = name.book.to_string().split(':').next().unwrap().to_owned();
        let mut book = CardBook::new(read("main"), name.book.clone(), at(2));
        book.cards.insert(name.card, ledger());
        match book.id {
            BookId::Token(_) => book.same_as.push(BookId::Par(digest(0x33))),
            BookId::Customer(_) => book.others = ledger(),
            BookId::Fingerprint(_) | BookId::Par(_) | BookId::Guest(_) => {}
        }
        (format!("card_book-{kind}"), Record::CardBook(Box::new(book)))
    });
    books.collect()
}
