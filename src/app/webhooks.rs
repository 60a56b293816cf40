//! What an event of a partner leads to: at most once, a look (R9, R15, I19); or, where its vendor tells no other way what
//! became of a call, at most once its outcome.
//!
//! One read, and one commit where the event could tell something: the event's claim, the mark on the payment, and the
//! timer that is due now. Whoever claims that timer drives the payment, or the placement that owns it, as ever: reads
//! at the gateway and decides. A worker that is driving meanwhile loses no claim; its next commit is stale, and it
//! decides anew with the mark. What tells nothing new leaves nothing behind, so that nobody can fill the store with
//! it, and the same event may tell something when it comes again.
//!
//! What a vendor tells that tells later goes through the machine like any other answer, with all that hangs on it: the
//! order's money, and the card's books (R19). While a placement owns the payment that is a read more.

use std::time::Duration;

use bytes::Bytes;

use super::error::Error;
use super::house::House;
use super::mutation::conflict;
use crate::domain::ids::{AccountId, StoreId, UnitId};
use crate::domain::payment::react::react;
use crate::domain::payment::{Input, Payment};
use crate::domain::placement::Placement;
use crate::engine::case::Case;
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
    /// It told what became of a call, which is durable.
    Settled,
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
            Self::Settled => "settled",
            Self::NothingNew => "nothing_new",
            Self::Repeated => "repeated",
            Self::NotOurs => "not_ours",
        }
    }

    /// Whether it left something behind, which an event does once.
    pub const fn counted(self) -> bool {
        matches!(self, Self::Looking | Self::Settled)
    }
}

/// The payment that an event is about, as one read found it.
struct Sought {
    store: StoreId,
    key: Key,
    claim: EventClaim,
    snapshot: Snapshot<Record>,
}

impl House {
    /// Takes an event of `account` that was proved to be its vendor's. What it leads to is durable when this answers;
    /// after an error the vendor sends it again.
    pub async fn hear(&self, account: &AccountId, notice: &Notice) -> Result<Heard, Error> {
        let Some(about) = &notice.about else { return Ok(Heard::NotOurs) };
        let words = self.words(account, about, notice);
        if words.is_empty() {
            return Ok(Heard::NotOurs);
        }
        for _ in 0..TRIES {
            let Some(found) = self.sought(account, about, &notice.event).await? else {
                return Ok(Heard::NotOurs);
            };
            if found.snapshot.reply.is_some() && !planted(Mutant::WebhookCountedTwice) {
                return Ok(Heard::Repeated);
            }
            let row = found.snapshot.rows.get(&found.key);
            let Some(Row { row: Record::Payment(payment), version, .. }) = row else {
                return Ok(Heard::NotOurs);
            };
            if payment.attempts.iter().all(|attempt| attempt.account != *account) {
                return Ok(Heard::NotOurs);
            }
            let mut worth = words.iter().filter_map(|word| Some((word, self.changed(payment, word)?)));
            let Some((word, changed)) = worth.next() else { return Ok(Heard::NothingNew) };
            let subject = driven(payment, &found.snapshot);
            let (heard, writes) = if matches!(word, Input::Told { .. }) {
                (Heard::Settled, self.told(&found, &subject, payment, word).await?)
            } else {
                let (before, row) = (Record::Payment(payment.clone()), Record::Payment(Box::new(changed)));
                let events = events::of(Some(&before), &row);
                (Heard::Looking, vec![Write { key: found.key.clone(), expected: *version, row, events }])
            };
            if writes.is_empty() {
                continue;
            }
            let mut unit = UnitOfWork::new(UnitId(self.engine.ids.fresh()), found.store.clone());
            unit.writes = writes;
            unit.timers = vec![TimerWrite { key: subject, change: TimerChange::Due(Duration::ZERO) }];
            if !planted(Mutant::WebhookCountedTwice) {
                let keep = self.times.keep_money_reply;
                unit.reply = Some(found.claim.write(found.key.clone(), said(word), keep));
            }
            match self.engine.submit(&unit).await {
                Verdict::Committed => {
                    self.engine.bell.notify_one();
                    return Ok(heard);
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

    /// What the machine is told, the weightier first: what a vendor tells is heeded where it tells no other way, and its
    /// hint only where that says nothing new.
    fn words(&self, account: &AccountId, about: &About, notice: &Notice) -> Vec<Input> {
        let gateway = self.engine.gateways.get(account);
        let tells_later = gateway.is_some_and(|gateway| gateway.capabilities().tells_later);
        let (account, object) = (account.clone(), about.object.clone());
        let told = notice.told.clone().filter(|_| tells_later).map(|told| Input::Told {
            account: account.clone(),
            object: object.clone(),
            told,
        });
        let hint = notice.hint.map(|hint| Input::Hinted { account, object, hint });
        told.into_iter().chain(hint).collect()
    }

    /// The payment, where the event names its store, and else wherever it is: first in the stores whose flows name the
    /// account, then in the others, whose flows may have named it once. A read of one row for each.
    async fn sought(&self, account: &AccountId, about: &About, event: &str) -> Result<Option<Sought>, Error> {
        let stores = match &about.store {
            Some(store) => vec![store],
            None => self.stores_of(account),
        };
        for store in stores.into_iter().filter(|store| self.store(store).is_ok()) {
            let claim = claim(&*self.engine.vault, store, account, event);
            let key = Key::new(store, Kind::Payment, about.payment);
            let query = Query { keys: vec![key.clone()], reply: Some(claim.key.clone()), ..Query::default() };
            let snapshot = self.engine.store.read(&query).await?;
            if snapshot.rows.contains_key(&key) {
                return Ok(Some(Sought { store: store.clone(), key, claim, snapshot }));
            }
        }
        Ok(None)
    }

    fn stores_of(&self, account: &AccountId) -> Vec<&StoreId> {
        let named = |store: &StoreId| {
            self.flows.iter().any(|flow| {
                let stores = &flow.criteria.stores;
                let rules = flow.backend.routing.iter().map(|rule| &rule.gateways);
                let mut gateways = std::iter::once(&flow.backend.gateways).chain(rules);
                (stores.is_empty() || stores.contains(store))
                    && gateways.any(|gateways| gateways.as_slice().contains(account))
            })
        };
        let (mut first, rest): (Vec<_>, Vec<_>) = self.stores.keys().partition(|store| named(store));
        first.extend(rest);
        first
    }

    /// The payment as the machine makes it of a word, where that changes anything.
    fn changed(&self, payment: &Payment, word: &Input) -> Option<Payment> {
        let next = react(payment, word.clone(), self.engine.clock.now(), &self.engine.policy).ok()?;
        (next != *payment).then_some(next)
    }

    /// All rows that change with what was told; none where somebody else changed the payment meanwhile.
    async fn told(
        &self,
        found: &Sought,
        subject: &Key,
        payment: &Payment,
        word: &Input,
    ) -> Result<Vec<Write<Record>>, Error> {
        let read = |keys| Query { keys, ..Query::default() };
        let snapshot = if *subject == found.key {
            found.snapshot.clone()
        } else {
            self.engine.store.read(&read(vec![subject.clone()])).await?
        };
        let Some(mut case) = Case::load(subject, snapshot) else { return Err(Error::store_unavailable()) };
        let place =
            (0..case.payments()).find(|place| case.payment(*place).is_some_and(|of| of.id == payment.id));
        let Some(place) = place else { return Ok(Vec::new()) };
        self.engine.apply(&mut case, place, word.clone(), self.engine.clock.now());
        self.engine.watch(&case);
        let writes = case.writes();
        let unread = case.unread_books();
        if unread.is_empty() || writes.iter().all(|write| write.key.kind != Kind::CardBook) {
            return Ok(writes);
        }
        case.hold(self.engine.store.read(&read(unread)).await?.rows);
        Ok(case.writes())
    }
}

/// What stands under the event's key, for people who look.
const fn said(word: &Input) -> &'static str {
    match word {
        Input::Hinted { hint, .. } => hint.as_str(),
        _ => "told",
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
    fn write(&self, subject: Key, said: &'static str, keep: Duration) -> ReplyWrite {
        let body = Some(Bytes::from_static(said.as_bytes()));
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
