//! What may happen next, and how it is told: a counterexample is read by a person, sentence by sentence.

use std::fmt;

use cashwrap::domain::payment::Outcome;

use crate::gateway::Answer;
use crate::sale;
use crate::state::{Ask, Call, Drive, Phase, State, Subject, Then};

/// How a worker came by a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// The timer was due, and nobody held the lease.
    Due,
    /// A caller asked its own process to look at once.
    Kicked,
    /// The holder was stopped for longer than its lease, and does not know it yet.
    FromSleeper,
}

/// What became of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Heard,
    /// It is durable, and nobody was told.
    Unheard,
    /// It never arrived, and nobody was told.
    Lost,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Claim { subject: Subject, how: Claimed },
    Commit { worker: usize, fate: Fate },
    Send { worker: usize },
    Refuse { worker: usize },
    Land { message: usize, answer: Answer },
    Hear { worker: usize },
    GiveUp { worker: usize },
    LoseRequest { worker: usize },
    LoseReply { worker: usize },
    Crash { worker: usize },
    TimePasses { idle: bool },
    CustomerActs { gateway: usize, object: usize, succeeds: bool },
    CustomerReturns,
    CustomerCancels,
}

fn what(call: &Call) -> String {
    let ask = match call.ask {
        Ask::Look => "a look",
        Ask::Money(kind) => kind.as_str(),
    };
    let again = if call.replay { " again" } else { "" };
    format!("{ask}{again} at {}", sale::ACCOUNTS[call.gateway])
}

/// How a request is taken.
fn taken(answer: Answer) -> &'static str {
    match answer {
        Answer::Approve => "the gateway does as it is asked, where it can",
        Answer::DeclineSoftly => "the issuer is out of reach",
        Answer::DeclineForGood => "the issuer says no",
        Answer::AskCustomer => "the customer must act first",
        Answer::OtherAmount => "the gateway takes it for another amount",
        Answer::BreakAfter => "the gateway executes it, and breaks",
        Answer::BreakBefore => "the gateway breaks before it executes anything",
    }
}

/// What a worker is told.
fn heard(outcome: &Outcome) -> String {
    match outcome {
        Outcome::NotSent(reason) => format!("nothing left ({reason:?})"),
        Outcome::Definite(view) => format!("the object is {:?}", view.status),
        Outcome::Refused(refusal) => format!("refused, {}", refusal.code),
        Outcome::Unknown(cause) => format!("nobody knows ({cause:?})"),
    }
}

fn call_of(drive: &Drive) -> Option<&Call> {
    match &drive.phase {
        Phase::Committing(Then::Send(call))
        | Phase::Calling(call)
        | Phase::Waiting(call)
        | Phase::Answered(call, _) => Some(call),
        Phase::Committing(Then::RestUntil(_) | Then::NeverAgain) => None,
    }
}

impl Action {
    /// The action as a sentence, in the state where it happens.
    pub fn told(&self, state: &State) -> String {
        let drive = |worker: usize| state.workers[worker].as_deref();
        let call = |worker| drive(worker).and_then(call_of).map_or_else(String::new, what);
        let who = |worker: usize| ["the worker", "the sleeper"][worker];
        match *self {
            Self::Claim { subject, how } => {
                let how = match how {
                    Claimed::Due => "that is due",
                    Claimed::Kicked => "because a caller asked",
                    Claimed::FromSleeper => "whose lease ran out under the first, which sleeps from now on",
                };
                let subject = match subject {
                    Subject::Placement => "placement",
                    Subject::Payment => "payment",
                };
                format!("a worker claims and reads the {subject} {how}")
            }
            Self::Commit { worker, fate } => {
                let then = match drive(worker).map(|drive| &drive.phase) {
                    Some(Phase::Committing(Then::Send(call))) => format!("the intent of {}", what(call)),
                    Some(Phase::Committing(Then::NeverAgain)) => "that nothing is left to do".to_owned(),
                    _ => "what it learnt, and rests".to_owned(),
                };
                let fate = match fate {
                    Fate::Heard => "",
                    Fate::Unheard => "; it is durable, but the answer is lost, and the worker gives up",
                    Fate::Lost => "; it never arrives, and the worker gives up",
                };
                format!("{} commits {then}{fate}", who(worker))
            }
            Self::Send { worker } => format!("{} sends {}", who(worker), call(worker)),
            Self::Refuse { worker } => {
                format!("{} is refused the connection for {}", who(worker), call(worker))
            }
            Self::Land { message, answer } => {
                let (call, from) = (&state.flying[message].call, state.flying[message].from);
                let late = if from.is_none() { ", for which nobody waits any more" } else { "" };
                let look = call.ask == Ask::Look;
                let taken = if look { "which answers" } else { taken(answer) };
                format!("{} arrives{late}: {taken}", what(call))
            }
            Self::Hear { worker } => match drive(worker).map(|drive| &drive.phase) {
                Some(Phase::Answered(call, outcome)) => {
                    format!("{} hears of {}: {}", who(worker), what(call), heard(outcome))
                }
                _ => format!("{} hears", who(worker)),
            },
            Self::GiveUp { worker } => {
                format!("{} times out on {}, which is still on its way", who(worker), call(worker))
            }
            Self::LoseRequest { worker } => {
                format!("{} is lost on its way; {} times out", call(worker), who(worker))
            }
            Self::LoseReply { worker } => {
                format!("the reply to {} is lost; {} times out", call(worker), who(worker))
            }
            Self::Crash { worker } => format!("{} dies", who(worker)),
            Self::TimePasses { idle: true } => "time passes".to_owned(),
            Self::TimePasses { idle: false } => {
                "time passes while a worker sleeps, or a gateway is slow".to_owned()
            }
            Self::CustomerActs { succeeds, .. } => {
                format!("the customer {} at the bank", if succeeds { "succeeds" } else { "fails" })
            }
            Self::CustomerReturns => "the customer comes back, and the return is noted".to_owned(),
            Self::CustomerCancels => "the customer cancels, and the wish is recorded".to_owned(),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payment = &self.rows.payment;
        write!(out, "{}: placement {}", self.now, self.rows.placement.state.as_str())?;
        for attempt in &payment.attempts {
            write!(out, ", {} {}", attempt.account, attempt.state.as_str())?;
            let review = if attempt.needs_review { " (needs review)" } else { "" };
            write!(out, "{review}")?;
        }
        for (ledger, name) in self.ledgers.iter().zip(sale::ACCOUNTS) {
            for object in &ledger.objects {
                write!(out, "; the book of {name}: {:?}", object.phase)?;
            }
        }
        Ok(())
    }
}
