//! How a caller calls: over some process, with a key of its own, and again with the same key where the answer was
//! lost or the house asks for it. Some hang up on the way.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cashwrap::app::reach::Reach;
use cashwrap::app::{Error, House, Mutation, Reason};
use cashwrap::ports::store::ReplyKey;
use tokio::time::{Instant, sleep, timeout};

use crate::dice::Dice;
use crate::invariants::{Answer, Fact};
use crate::stand_ins::SEALED;
use crate::story::Story;
use crate::world::World;
use crate::world::process::Process;
use crate::world::shop::store_id;

/// A call of the house that gives a `T`.
pub type Called<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// How often a call is made before its caller gives up.
const TRIES: u32 = 8;

/// What a caller calls with.
pub struct Hand {
    /// The world.
    pub world: Arc<World>,
    /// Its own chance.
    pub dice: Dice,
    /// Its name in traces.
    pub name: String,
}

impl Hand {
    /// Another hand of the same caller.
    pub fn twin(&mut self) -> Self {
        Self { world: Arc::clone(&self.world), dice: self.dice.others(), name: format!("{}'", self.name) }
    }

    /// A change to make, under a fresh key.
    pub fn mutation(&self, method: &'static str) -> Mutation {
        Mutation {
            store: store_id(),
            method,
            request_id: self.world.request_id(),
            fingerprint: fingerprint(method),
            etag: None,
            reach: Reach::Anybodys,
            answer_by: None,
        }
    }

    /// True as often as one in `of`.
    pub fn one_in(&mut self, of: u64) -> bool {
        self.dice.below(of) == 0
    }

    /// Waits for up to so many milliseconds.
    pub async fn dawdle(&mut self, up_to_ms: u64) {
        let pause = self.dice.below(up_to_ms + 1);
        sleep(Duration::from_millis(pause)).await;
    }

    fn process(&mut self) -> Arc<Process> {
        let slots = self.world.slots();
        let index = usize::try_from(self.dice.below(u64::try_from(slots.len()).unwrap())).unwrap();
        Arc::clone(&slots[index])
    }

    /// One call, over one process; `None` when its answer is lost.
    async fn once<T>(&mut self, call: impl FnOnce(Arc<House>) -> Called<T>) -> Option<Result<T, Error>> {
        let process = self.process();
        if process.dead.is_cancelled() {
            return None;
        }
        let patience = if self.one_in(25) {
            Duration::from_millis(self.dice.below(2_000))
        } else {
            Duration::from_mins(1)
        };
        let called = call(Arc::clone(process.house()));
        tokio::select! {
            biased;
            () = process.dead.cancelled() => None,
            answer = timeout(patience, called) => answer.ok(),
        }
    }

    /// A change, until it is answered or given up.
    pub async fn change(
        &mut self,
        mutation: &Mutation,
        call: impl Fn(Arc<House>, Mutation) -> Called<Bytes>,
    ) -> Result<Bytes, Reason> {
        let mut last = Reason::StoreUnavailable;
        for _ in 0..TRIES {
            let asked = Instant::now();
            let answered = self.once(|house| call(house, mutation.clone())).await;
            if let Some(result) = &answered {
                self.heard(mutation, asked, result);
            }
            match answered {
                Some(Ok(body)) => return Ok(body),
                Some(Err(error)) => {
                    last = error.reason();
                    let Some(pause) = error.pause() else { return Err(last) };
                    sleep(pause).await;
                    self.dawdle(500).await;
                }
                None => self.dawdle(2_000).await,
            }
        }
        Err(last)
    }

    /// A read, until it is answered or given up.
    pub async fn read<T>(&mut self, call: impl Fn(Arc<House>) -> Called<T>) -> Result<T, Reason> {
        let mut last = Reason::StoreUnavailable;
        for _ in 0..TRIES {
            match self.once(&call).await {
                Some(Ok(found)) => return Ok(found),
                Some(Err(error)) => {
                    last = error.reason();
                    let Some(pause) = error.pause() else { return Err(last) };
                    sleep(pause).await;
                }
                None => self.dawdle(2_000).await,
            }
        }
        Err(last)
    }

    fn heard(&self, mutation: &Mutation, asked: Instant, result: &Result<Bytes, Error>) {
        let key = ReplyKey {
            store: mutation.store.clone(),
            method: mutation.method,
            request_id: mutation.request_id,
        };
        let body = result.as_ref().ok();
        let (kept, frozen) = self.world.memory.inspect(|dump| {
            let stands = dump.replies.get(&key);
            let lies = stands.and_then(|kept| kept.reply.body.as_ref());
            (stands.is_some(), lies.zip(body).is_some_and(|(lies, body)| seals(lies, body)))
        });
        let result = result.as_ref().map_err(Error::reason);
        self.world.core().story.tell(|| {
            let told = match &result {
                Ok(body) => {
                    String::from_utf8_lossy(body).split(' ').map(Story::short).collect::<Vec<_>>().join(" ")
                }
                Err(reason) => format!("{reason:?}"),
            };
            format!("      {:<18} <- {}: {told}", self.name, mutation.method)
        });
        let (method, fingerprint) = (mutation.method, mutation.fingerprint);
        let answer = Answer { method, key: &key, fingerprint, asked, result, kept, frozen };
        self.world.see(&Fact::Answered(&answer));
    }
}

/// What a request of a method is known by: as in production, no two methods share one.
fn fingerprint(method: &str) -> [u8; 32] {
    let mut print = [7; 32];
    for (place, letter) in print.iter_mut().zip(method.bytes()) {
        *place = letter;
    }
    print
}

/// Whether what lies in the store is `body`, sealed.
fn seals(lies: &Bytes, body: &Bytes) -> bool {
    lies.starts_with(SEALED) && lies.ends_with(&[b":", &body[..]].concat())
}
