//! Replies as a store holds them: sealed. A frozen reply repeats contact and address, and outlives their erasure
//! by as long as it is kept; so what lies in the store is ciphertext, and who replays gets the very bytes that were
//! sent first (I15).
//!
//! It stands around whatever store a driver is given, so that no store ever holds a reply in plain text and nobody
//! who writes one has to think of it. Each reply is bound to its key: one that was put under another does not
//! open. A unit that is submitted again is sealed again, which changes nothing: it is known by its id.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::domain::ids::WorkerId;
use crate::ports::store::{
    Claim, Key, Listing, Query, ReplyKey, ReplyWrite, Row, Snapshot, Store, StoreError, StoredEvent,
    StoredReply, UnitOfWork, Verdict,
};
use crate::ports::{Record, Vault};

/// A store whose replies are sealed.
pub(super) struct SealedReplies {
    inner: Arc<dyn Store<Record>>,
    vault: Arc<dyn Vault>,
}

impl SealedReplies {
    /// Seals what `inner` keeps under reply keys.
    pub(super) fn new(inner: Arc<dyn Store<Record>>, vault: Arc<dyn Vault>) -> Self {
        Self { inner, vault }
    }

    fn seal(&self, key: &ReplyKey, body: &Bytes) -> Bytes {
        self.vault.seal(&context(key), body).into()
    }

    fn open(&self, key: &ReplyKey, reply: StoredReply) -> Result<StoredReply, StoreError> {
        let Some(sealed) = &reply.body else { return Ok(reply) };
        let body = self.vault.open(&context(key), sealed).map_err(|error| {
            StoreError::Corrupt(format!("the reply of {} {}: {error}", key.method, key.request_id))
        })?;
        Ok(StoredReply { body: Some(body.into()), ..reply })
    }

    /// The write with its body sealed; `None` where there is none.
    fn sealed(&self, write: &ReplyWrite) -> Option<ReplyWrite> {
        match write {
            ReplyWrite::Claim { key, reply, keep } => {
                let body = self.seal(key, reply.body.as_ref()?);
                let reply = StoredReply { body: Some(body), ..reply.clone() };
                Some(ReplyWrite::Claim { key: key.clone(), reply, keep: *keep })
            }
            ReplyWrite::Finish { key, body } => {
                Some(ReplyWrite::Finish { key: key.clone(), body: self.seal(key, body) })
            }
            ReplyWrite::Release { .. } => None,
        }
    }
}

/// What a sealed reply is bound to.
fn context(key: &ReplyKey) -> String {
    format!("reply/{}/{}/{}", key.store, key.method, key.request_id)
}

#[async_trait::async_trait]
impl Store<Record> for SealedReplies {
    async fn read(&self, query: &Query) -> Result<Snapshot<Record>, StoreError> {
        let mut snapshot = self.inner.read(query).await?;
        if let (Some(key), Some(reply)) = (&query.reply, snapshot.reply.take()) {
            snapshot.reply = Some(self.open(key, reply)?);
        }
        Ok(snapshot)
    }

    async fn commit(&self, unit: &UnitOfWork<Record>) -> Verdict {
        let verdict = match unit.reply.as_ref().and_then(|write| self.sealed(write)) {
            Some(reply) => self.inner.commit(&UnitOfWork { reply: Some(reply), ..unit.clone() }).await,
            None => self.inner.commit(unit).await,
        };
        match (verdict, &unit.reply) {
            (Verdict::ReplyTaken(reply), Some(write)) => {
                self.open(write.key(), reply).map_or_else(
                    |error| {
                        // True, for nothing was written; a read says what is wrong.
                        tracing::error!(unit = %unit.id, store = %unit.store, %error, "a reply cannot be opened");
                        Verdict::Busy
                    },
                    Verdict::ReplyTaken,
                )
            }
            (verdict, _) => verdict,
        }
    }

    async fn claim_due(&self, worker: WorkerId, lease: Duration, max: u32) -> Result<Vec<Claim>, StoreError> {
        self.inner.claim_due(worker, lease, max).await
    }

    async fn claim(&self, key: &Key, worker: WorkerId, lease: Duration) -> Result<Option<Claim>, StoreError> {
        self.inner.claim(key, worker, lease).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, StoreError> {
        self.inner.renew(claim, lease).await
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<(Key, Row<Record>)>, StoreError> {
        self.inner.list(listing).await
    }

    async fn events(&self, key: &Key, after: u64) -> Result<Vec<StoredEvent>, StoreError> {
        self.inner.events(key, after).await
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.inner.now().await
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::UnitId;
    use crate::partners::vault::{DataKey, KeyVault};
    use crate::store::MemoryStore;
    use crate::store::document::Records;

    /// Any bytes: a reply is not text.
    const BODY: &[u8] = b"\x00\xffTorstrasse 1\n";

    fn vault(numbers: &[u32]) -> Arc<dyn Vault> {
        let keys: Vec<DataKey> = numbers
            .iter()
            .map(|number| DataKey { number: *number, key: [u8::try_from(*number).unwrap(); 32] })
            .collect();
        Arc::new(KeyVault::new(&keys, &[9; 32]).unwrap())
    }

    fn memory() -> Arc<MemoryStore> {
        Arc::new(MemoryStore::new(Arc::new(|| Timestamp::UNIX_EPOCH)))
    }

    fn over(memory: &Arc<MemoryStore>, vault: Arc<dyn Vault>) -> SealedReplies {
        SealedReplies::new(Arc::new(Records::new(Arc::clone(memory))), vault)
    }

    fn key(number: u128) -> ReplyKey {
        ReplyKey { store: "shop".parse().unwrap(), method: "PlaceOrder", request_id: Uuid::from_u128(number) }
    }

    fn claim(number: u128, body: Option<&'static [u8]>) -> UnitOfWork<Record> {
        let mut unit = UnitOfWork::new(UnitId(Uuid::from_u128(number)), "shop".parse().unwrap());
        let body = body.map(Bytes::from_static);
        let reply = StoredReply { fingerprint: [1; 32], subject: None, body };
        unit.reply = Some(ReplyWrite::Claim { key: key(1), reply, keep: Duration::from_mins(1) });
        unit
    }

    fn finish(number: u128) -> UnitOfWork<Record> {
        let mut unit = UnitOfWork::new(UnitId(Uuid::from_u128(number)), "shop".parse().unwrap());
        unit.reply = Some(ReplyWrite::Finish { key: key(1), body: Bytes::from_static(BODY) });
        unit
    }

    async fn replayed(store: &SealedReplies, number: u128) -> Result<Option<Bytes>, StoreError> {
        let query = Query { reply: Some(key(number)), ..Query::default() };
        Ok(store.read(&query).await?.reply.and_then(|reply| reply.body))
    }

    fn lies(memory: &MemoryStore, bytes: &[u8]) -> bool {
        let held = memory.dump().replies.into_values().filter_map(|kept| kept.reply.body);
        held.into_iter().any(|body| body.windows(bytes.len()).any(|window| window == bytes))
    }

    #[tokio::test]
    async fn a_reply_lies_sealed_and_is_replayed_byte_for_byte_however_it_is_found() {
        for units in [vec![claim(1, Some(BODY))], vec![claim(1, None), finish(2)]] {
            let memory = memory();
            let store = over(&memory, vault(&[1]));
            for unit in &units {
                assert_eq!(store.commit(unit).await, Verdict::Committed);
                // Sealed anew, and still known by its id.
                assert_eq!(store.commit(unit).await, Verdict::Committed);
            }
            assert!(!lies(&memory, b"Torstrasse"));
            assert_eq!(replayed(&store, 1).await.unwrap().as_deref(), Some(BODY));
            let Verdict::ReplyTaken(reply) = store.commit(&claim(3, Some(b"other"))).await else {
                panic!("the key is free")
            };
            assert_eq!(reply.body.as_deref(), Some(BODY));
        }
    }

    #[tokio::test]
    async fn what_an_older_key_sealed_is_replayed_after_a_rotation_and_refused_once_the_key_is_gone() {
        let memory = memory();
        assert_eq!(over(&memory, vault(&[1])).commit(&claim(1, Some(BODY))).await, Verdict::Committed);
        let rotated = over(&memory, vault(&[2, 1]));
        assert_eq!(replayed(&rotated, 1).await.unwrap().as_deref(), Some(BODY));
        let without = over(&memory, vault(&[2]));
        assert!(matches!(replayed(&without, 1).await, Err(StoreError::Corrupt(_))));
        // Neither free nor another's: nothing is done under a key whose reply cannot be told.
        assert_eq!(without.commit(&claim(3, Some(b"other"))).await, Verdict::Busy);
    }

    #[test]
    fn each_reply_is_bound_to_its_own_key() {
        let store = over(&memory(), vault(&[1]));
        let body = Some(store.seal(&key(1), &Bytes::from_static(BODY)));
        let reply = StoredReply { fingerprint: [1; 32], subject: None, body };
        assert!(store.open(&key(1), reply.clone()).is_ok());
        assert!(store.open(&key(2), reply).is_err());
    }
}
