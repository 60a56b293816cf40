//! Everything that writes: the calls of the wire, the customer's return, and what lands later.

use serde_json::Value;

use super::state::{Account, Outcome, State, lock};
use crate::partners::sandbox::book::{Book, PendingKind, Staged};
use crate::partners::sandbox::entry::{Entry, KeyClaim, Recorded};
use crate::partners::sandbox::idempotency::{self, Verdict};
use crate::partners::sandbox::intents::{self, Hold};
use crate::partners::sandbox::journal::Mark;
use crate::partners::sandbox::messages::Message;
use crate::partners::sandbox::requests::{self, Answer, Context, Decision, Delivery};
use crate::partners::sandbox::settings::Idempotency;
use crate::partners::sandbox::wire::{ApiError, Endpoint, Form, Reply, intent_json, refund_json};
use crate::partners::sandbox::world::{self, Fresh};

/// A commit that was written and has to become durable.
struct Written {
    mark: Mark,
    messages: Vec<Message>,
    authorises: bool,
}

/// The ledger refused the commit: nothing happened.
struct NotWritten;

impl Account {
    /// Executes a call that may write.
    pub(in crate::partners::sandbox) fn post(
        &self,
        endpoint: &Endpoint,
        form: &Form,
        key: Option<&str>,
    ) -> Outcome {
        let claim = key.filter(|_| self.settings.idempotency != Idempotency::None).map(|key| KeyClaim {
            key: key.to_owned(),
            fingerprint: idempotency::fingerprint(endpoint, form),
        });
        let fresh = Fresh::draw();
        let mut state = lock(&self.state);
        let now_ms = world::now_ms();
        if let Some(answered) = self.answered_before(&state, claim.as_ref(), now_ms) {
            drop(state);
            let written = Written { mark: self.syncer.written(), messages: Vec::new(), authorises: false };
            return self.after_sync(written, Outcome::now(answered));
        }
        let context = Context {
            account: &self.settings.account,
            now_ms,
            slow_ms: self.settings.slow_ms,
            late_ms: self.settings.late_ms,
            fresh: &fresh,
            claim: claim.as_ref(),
        };
        let decision = match requests::decide(&state.book, endpoint, form, &context) {
            Ok(decision) => decision,
            Err(error) => return Outcome::now(error.reply(None)),
        };
        let delivery = decision.delivery;
        let Ok((written, reply)) = self.commit(&mut state, decision, claim.as_ref(), now_ms) else {
            return Outcome::broken();
        };
        let held_key = claim.filter(|_| delivery == Delivery::Slow).map(|claim| {
            state.running.insert(claim.key.clone(), claim.fingerprint);
            claim.key
        });
        let scheduled = state.book.pending_by_charge(&fresh.charge).cloned();
        drop(state);
        self.after_sync(written, Outcome { reply, delivery, scheduled, held_key })
    }

    /// The customer visited the address of the action; `None` if the intent waits for none.
    pub(in crate::partners::sandbox) fn finish_action(&self, id: &str, success: bool) -> Option<Outcome> {
        let fresh = Fresh::draw();
        let mut state = lock(&self.state);
        let entries = intents::finish_action(state.book.intent(id)?, &fresh.charge, success).ok()?;
        self.commit_alone(&mut state, entries, Answer::Intent(id.to_owned()), None).map(|(written, reply)| {
            drop(state);
            self.after_sync(written, Outcome::now(reply))
        })
    }

    /// An authorisation that was on its way arrives.
    pub(in crate::partners::sandbox) fn land(&self, charge: &str) {
        let mut state = lock(&self.state);
        let Some(pending) = state.book.pending_by_charge(charge).cloned() else { return };
        let Some(intent) = state.book.intent(&pending.intent) else { return };
        let (entries, key) = match pending.kind {
            PendingKind::Processing => {
                (intents::authorise(intent, charge, &pending.payment_method, Hold::Full), None)
            }
            PendingKind::Late { key } => {
                let tombstones = self.settings.tombstones;
                (intents::land(intent, charge, &pending.payment_method, tombstones), key)
            }
        };
        let answer = match entries.as_slice() {
            [Entry::LateRefused { intent, .. }] => {
                let message = "This PaymentIntent could not be confirmed because of its status.";
                Answer::Error(ApiError::unexpected_state(intent, message))
            }
            _ => Answer::Intent(pending.intent),
        };
        if let Some((written, reply)) = self.commit_alone(&mut state, entries, answer, key.as_ref()) {
            drop(state);
            self.after_sync(written, Outcome::now(reply));
        }
    }

    fn answered_before(&self, state: &State, claim: Option<&KeyClaim>, now_ms: i64) -> Option<Reply> {
        let claim = claim?;
        let stored = state.book.stored_answer(&claim.key);
        let running = state.running.get(&claim.key).map(String::as_str);
        let running = running.or_else(|| state.book.late_fingerprint(&claim.key));
        match idempotency::verdict(self.settings.idempotency, claim, stored, running, now_ms) {
            Verdict::Run => None,
            Verdict::Replay(reply) => Some(reply),
            Verdict::Reused => Some(ApiError::key_reused().reply(None)),
            Verdict::InUse => Some(ApiError::key_in_use().reply(None)),
        }
    }

    fn commit_alone(
        &self,
        state: &mut State,
        entries: Vec<Entry>,
        answer: Answer,
        key: Option<&KeyClaim>,
    ) -> Option<(Written, Reply)> {
        let decision = Decision { entries, answer, delivery: Delivery::Now, executed: true };
        self.commit(state, decision, key, world::now_ms()).ok()
    }

    /// Stages, writes and folds a decision, with the answer its key stores, as one commit.
    fn commit(
        &self,
        state: &mut State,
        decision: Decision,
        claim: Option<&KeyClaim>,
        at_ms: i64,
    ) -> Result<(Written, Reply), NotWritten> {
        let staged = state.book.stage(&decision.entries, at_ms).map_err(|cause| {
            tracing::error!(%cause, "the sandbox decided an impossible entry");
            NotWritten
        })?;
        let reply = self.render(state, &staged, &decision.answer);
        let authorises = decision.entries.iter().any(Entry::authorises);
        let mut entries = decision.entries;
        let stores = decision.executed && idempotency::stores(self.settings.idempotency, reply.status);
        if let Some(claim) = claim.filter(|_| stores && decision.delivery != Delivery::Late) {
            entries.push(Entry::Keyed {
                intent: subject(&entries, &decision.answer),
                key: claim.clone(),
                status: reply.status,
                body: reply.body.clone(),
            });
        }
        if entries.is_empty() {
            return Ok((Written { mark: self.syncer.written(), messages: Vec::new(), authorises }, reply));
        }
        let recorded = in_place(entries, state.book.next_seq(), at_ms);
        let mark = state.journal.append(&recorded).map_err(|cause| {
            tracing::error!(%cause, "the sandbox cannot write its ledger");
            NotWritten
        })?;
        state.book.adopt(recorded.clone(), staged);
        let messages = self.messages_of(&recorded, &state.book);
        Ok((Written { mark, messages, authorises }, reply))
    }

    fn render(&self, state: &State, staged: &Staged, answer: &Answer) -> Reply {
        let intent = |id: &str| -> Option<Value> {
            let intent = staged.intent(id).or_else(|| state.book.intent(id))?;
            Some(intent_json(intent, &self.base_url))
        };
        let shown = match answer {
            Answer::Intent(id) => intent(id),
            Answer::Refund(id) => staged.refund(id).or_else(|| state.book.refund(id)).map(refund_json),
            Answer::Error(error) => return error.reply(error.intent.as_deref().and_then(intent)),
        };
        shown.map_or_else(|| ApiError::internal().reply(None), |body| Reply::ok(&body))
    }

    /// Waits until the commit is durable; here the process dies if it is told to.
    fn after_sync(&self, written: Written, outcome: Outcome) -> Outcome {
        let Written { mark, messages, authorises } = written;
        if let Err(cause) = self.syncer.sync(mark) {
            tracing::error!(%cause, "the sandbox cannot sync its ledger");
            return Outcome::broken();
        }
        if authorises && self.settings.allow_die && self.faults().die_after_effect {
            std::process::abort();
        }
        if !messages.is_empty() {
            self.tell(messages);
        }
        outcome
    }

    /// What the merchant is told of these entries, if it is told anything.
    fn messages_of(&self, recorded: &[Recorded], book: &Book) -> Vec<Message> {
        if self.settings.webhook.is_none() {
            return Vec::new();
        }
        let message = |entry| Message::of(entry, &self.settings.account, book, &self.base_url);
        recorded.iter().filter_map(message).collect()
    }
}

/// The intent a stored answer is about, so that the witness can find it by reference.
fn subject(entries: &[Entry], answer: &Answer) -> Option<String> {
    let answered = match answer {
        Answer::Intent(id) => Some(id.clone()),
        Answer::Error(error) => error.intent.clone(),
        Answer::Refund(_) => None,
    };
    entries.iter().find_map(|entry| entry.intent().map(str::to_owned)).or(answered)
}

fn in_place(entries: Vec<Entry>, first_seq: u64, at_ms: i64) -> Vec<Recorded> {
    let last = entries.len().saturating_sub(1);
    let numbered = entries.into_iter().zip(first_seq..).enumerate();
    numbered.map(|(at, (entry, seq))| Recorded { seq, at_ms, more: at < last, entry }).collect()
}
