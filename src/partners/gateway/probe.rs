//! The read that goes before payments when a breaker's open time has passed, and before credentials that were refused
//! are tried again.
//!
//! A payment that finds out whether a gateway is back is a buyer who waits, and perhaps an outcome that nobody knows;
//! a read costs nobody anything. It is made by whoever tends the account, one at a time and for all its breakers at
//! once, and never from within a call: a storm of payments makes no storm of reads.

use std::sync::Arc;

use tokio::time::Instant;
use tower::ServiceExt as _;

use super::answer::{Answer, Source};
use super::call::{Call, Task};
use super::class::OperationClass;
use super::classify::Reading;
use super::settings::StackSettings;
use super::stack::Stack;
use crate::domain::ids::AccountId;
use crate::domain::payment::{NotSent, Outcome};
use crate::ports::gateway::{Guard, Window};
use crate::resilience::{Classify as _, Pass, Verdict};

/// An account's read.
pub(super) struct Probe {
    pub(super) account: AccountId,
    pub(super) stack: Stack,
    pub(super) settings: StackSettings,
}

impl Probe {
    /// Reads once and tells every breaker that asked.
    pub(super) async fn run(&self, asking: Vec<(OperationClass, Pass)>) {
        if asking.is_empty() {
            return;
        }
        // Later than the limit of the read, so that what hangs is the gateway's failure.
        let end = Instant::now() + self.settings.probe_limit * 2;
        let window = Window { send_by: end, answer_by: end };
        let call = Call { task: Arc::new(Task::Probe), window, guard: Guard::Overruled };
        let Ok(answer) = self.stack.clone().oneshot(call).await;
        let verdict = proof(&answer);
        for (class, pass) in asking {
            metrics::counter!(
                "cashwrap_breaker_probes_total",
                "account" => self.account.to_string(), "class" => class.as_str(), "result" => name(verdict),
            )
            .increment(1);
            pass.record(verdict);
        }
    }
}

/// What the read proves. Here a refusal is as good as an answer, and a rate limit too: somebody is there.
fn proof(answer: &Answer) -> Verdict {
    match (answer.source, &answer.reply.outcome) {
        (Source::Adapter, Outcome::Refused(_) | Outcome::NotSent(NotSent::RateLimited)) => Verdict::Success,
        _ => Reading(OperationClass::Read).verdict(answer),
    }
}

const fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Success => "alive",
        Verdict::Failure => "failed",
        Verdict::Misconfigured => "refused",
        Verdict::Ignored | Verdict::Throttled { .. } => "undecided",
    }
}
