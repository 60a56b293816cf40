//! What the card schemes forbid: who a card is, what it was declined for, and whether it may be tried (R19).
//!
//! - [`table`]: the schemes' rules as dated data. A new list is a new edition, and the old ones stay.
//! - [`name`]: the names by which a card is known. They are keyed digests: no token, number or reference of a
//!   card stands in any row.
//! - [`description`]: what a caller tells of a card besides its token.
//! - [`ledger`]: the declines and open tries of one card, bounded, and never fewer than there were.
//! - [`verdict`]: [`may_try`], the one function that says whether a card may be tried.
//! - [`book`]: the rows in which ledgers stand, and what several of them say together.
//!
//! A scheme counts per card. Where a gateway returns the account's reference (PAR) that is the card; a token or
//! a description is the nearest that can be had before, and what rests on these alone is approximate.

pub mod book;
pub mod description;
pub mod ledger;
pub mod name;
pub mod table;
pub mod verdict;

#[cfg(test)]
mod crowd_test;
#[cfg(test)]
mod model_test;

pub use book::{Books, CardBook, Limited};
pub use description::{BadDescription, Description};
pub use ledger::{CardLedger, Declined, OpenTry, Stop, Tally};
pub use name::{BookId, CardName, Digest, Network, TenderCard};
pub use table::{Advice, Edition, edition_at};
pub use verdict::{Say, Try, Why, may_try};
