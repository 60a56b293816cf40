//! What the card schemes' rules say of a payment's card, for operators: kinds of names and counts, and never
//! a name.

use jiff::Timestamp;

use super::{count, time};
use crate::domain::payment::scheme::{CardName, Say, edition_at};
use crate::domain::payment::{Books, Payment};
use crate::proto::cashwrap::v1;

/// The rules' say of one more try; `None` where nothing is known of the card.
pub(super) fn scheme(payment: &Payment, books: &Books, now: Timestamp) -> Option<v1::SchemeExplanation> {
    let card = &payment.card;
    if card.names.is_empty() {
        return None;
    }
    let say = books.say(payment, now);
    let (verdict, why, class, until) = match say {
        Say::Allowed => ("ALLOWED", None, None, None),
        Say::Wait { until, why } => ("WAIT", Some(why), None, Some(until)),
        Say::Never { why, class } => ("NEVER", Some(why), Some(class), None),
    };
    let mut known_by: Vec<String> = card.names.iter().map(kind).collect();
    known_by.sort_unstable();
    known_by.dedup();
    let declines = card.names.iter().filter_map(|name| {
        let ledger = books.0.get(&name.book)?.ledger(name.card);
        Some(ledger.tallies.iter().map(|tally| tally.declines).fold(0, u32::saturating_add))
    });
    Some(v1::SchemeExplanation {
        edition: edition_at(now).version.to_owned(),
        network: card.network.as_str().to_owned(),
        verdict: verdict.to_owned(),
        reason: why.map(|why| why.as_str().to_owned()).unwrap_or_default(),
        decline_class: class.map(|class| class.as_str().to_owned()).unwrap_or_default(),
        retry_time: until.map(time::timestamp),
        approximate: card.approximate(),
        known_by,
        decline_count: count(declines.max().unwrap_or_default()),
    })
}

/// The kind of a name: what stands before its colon.
fn kind(name: &CardName) -> String {
    let text = name.book.to_string();
    text.split(':').next().unwrap_or_default().to_owned()
}
