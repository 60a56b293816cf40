//! What an event of a partner leads to: at most once, a look (R9, R15, I19).
//!
//! One read, and one commit where the event could tell something: the event's claim, the mark on the payment, and the
//! timer that is due now. Whoever claims that timer drives the payment, or the placement that owns it, as ever: reads
//! at the gateway and decides. A worker that is driving meanwhile loses no claim; its next commit is stale, and it
//! decides anew with the mark. What tells nothing new leaves nothing behind, so that nobody can fill the store with
//! it, and the same event may tell something when it comes again.

use std::time::Duration;

use bytes::Bytes;

use super::error::Error;
use super::house::House;
use super::mutation::conflict;
use crate::domain::ids::{AccountId, StoreId, UnitId};
use crate::domain::payment::react::react;
use crate::domain::payment::{Hint, Input, Payment};
use crate::domain::placement::Placement;
use crate::engine::events;
use crate::mutants::{Mutant, planted};
use crate::ports::store::{
    Key, Kind, Query, ReplyKey, ReplyWrite, Row, Snapshot, StoredReply, TimerChange, TimerWrite, UnitOfWork,
    Verdict, Write,
};
use crate::ports::webhook::{About, Notice};
use crate::ports::{Record, Vault};

/// The name under which events claim their keys, beside the RPCs'.
const METHOD: &str = "Webhook";

/// A worker commits a few times in a row; then the vendor sends the event again.
const TRIES: usize = 8;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// A look is due now.
    Looking,
    /// It tells nothing that is not known, or that is not found out anyway.
    NothingNew,
    /// It was taken before.
    Repeated,
    /// It is about no payment that this account was asked for.
    NotOurs,
}

impl Heard {
    /// The result as metrics count it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Looking => "looking",
            Self::NothingNew => "nothing_new",
            Self::Repeated => "repeated",
            Self::NotOurs => "not_ours",
        }
    }
}

impl House {
    /// Takes an event of `account` that was proved to be its vendor's. What it leads to is durable when this answers;
    /// after an error the vendor sends it again.
    pub async fn hear(&self, account: &AccountId, notice: &Notice) -> Result<Heard, Error> {
        let (Some(about), Some(hint)) = (&notice.about, notice.hint) else { return Ok(Heard::NotOurs) };
        let Some(store) = about.store.as_ref().filter(|store| self.store(store).is_ok()) else {
            return Ok(Heard::NotOurs);
        };
        let claim = claim(&*self.engine.vault, store, account, &notice.event);
        let key = Key::new(store, Kind::Payment, about.payment);
        let query = Query { keys: vec![key.clone()], reply: Some(claim.key.clone()), ..Query::default() };
        for _ in 0..TRIES {
            let snapshot = self.engine.store.read(&query).await?;
            if snapshot.reply.is_some() && !planted(Mutant::WebhookCountedTwice) {
                return Ok(Heard::Repeated);
            }
            let Some(Row { row: Record::Payment(payment), version, .. }) = snapshot.rows.get(&key) else {
                return Ok(Heard::NotOurs);
            };
            if payment.attempts.iter().all(|attempt| attempt.account != *account) {
                return Ok(Heard::NotOurs);
            }
            let Some(marked) = self.marked(payment, account, about, hint) else {
                return Ok(Heard::NothingNew);
            };
            let mut unit = UnitOfWork::new(UnitId(self.engine.ids.fresh()), store.clone());
            let (before, row) = (Record::Payment(payment.clone()), Record::Payment(Box::new(marked)));
            let events = events::of(Some(&before), &row);
            unit.writes = vec![Write { key: key.clone(), expected: *version, row, events }];
            unit.timers = vec![TimerWrite {
                key: driven(payment, &snapshot),
                change: TimerChange::Due(Duration::ZERO),
            }];
            if !planted(Mutant::WebhookCountedTwice) {
                unit.reply = Some(claim.write(key.clone(), hint, self.times.keep_money_reply));
            }
            match self.engine.submit(&unit).await {
                Verdict::Committed => {
                    self.engine.bell.notify_one();
                    return Ok(Heard::Looking);
                }
                Verdict::ReplyTaken(_) => return Ok(Heard::Repeated),
                Verdict::Stale { .. } => {}
                Verdict::Short { .. } | Verdict::Fenced | Verdict::Unknown | Verdict::Busy => {
                    return Err(Error::store_unavailable());
                }
            }
        }
        Err(conflict())
    }

    /// The payment with the mark of the event, where that is worth a look.
    fn marked(&self, payment: &Payment, account: &AccountId, about: &About, hint: Hint) -> Option<Payment> {
        let input = Input::Hinted { account: account.clone(), object: about.object.clone(), hint };
        let next = react(payment, input, self.engine.clock.now(), &self.engine.policy).ok()?;
        (next != *payment).then_some(next)
    }
}

/// The row whose timer drives the payment: its placement while that runs, then itself.
fn driven(payment: &Payment, snapshot: &Snapshot<Record>) -> Key {
    let placement = Key::new(&payment.store, Kind::Placement, payment.placement);
    let runs = |placement: &Placement| !placement.state.terminal();
    match snapshot.rows.get(&placement).map(|row| &row.row) {
        Some(Record::Placement(row)) if runs(row) => placement,
        _ => Key::new(&payment.store, Kind::Payment, payment.id),
    }
}

/// An event's own key: a digest of its account and id, because vendors' ids are no UUIDs.
struct EventClaim {
    key: ReplyKey,
    fingerprint: [u8; 32],
}

fn claim(vault: &dyn Vault, store: &StoreId, account: &AccountId, event: &str) -> EventClaim {
    let fingerprint = vault.sign("webhook", format!("{account}\0{event}").as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&fingerprint[..16]);
    let request_id = uuid::Builder::from_custom_bytes(id).into_uuid();
    EventClaim { key: ReplyKey { store: store.clone(), method: METHOD, request_id }, fingerprint }
}

impl EventClaim {
    /// The claim, kept for longer than any vendor goes on sending.
    fn write(&self, subject: Key, hint: Hint, keep: Duration) -> ReplyWrite {
        let body = Some(Bytes::from_static(hint.as_str().as_bytes()));
        let reply = StoredReply { fingerprint: self.fingerprint, subject: Some(subject), body };
        ReplyWrite::Claim { key: self.key.clone(), reply, keep }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partners::vault::{DataKey, KeyVault};

    #[test]
    fn the_same_event_has_one_key_and_another_account_or_event_has_another() {
        let vault = KeyVault::new(&[DataKey { number: 1, key: [1; 32] }], &[2; 32]).unwrap();
        let key = |account: &str, event: &str| {
            claim(&vault, &"shop".parse().unwrap(), &account.parse().unwrap(), event).key.request_id
        };
        assert_eq!(key("a", "evt_1"), key("a", "evt_1"));
        assert_ne!(key("a", "evt_1"), key("b", "evt_1"));
        assert_ne!(key("a", "evt_1"), key("a", "evt_2"));
    }
}
