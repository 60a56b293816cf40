//! The call that moves money: what each behaviour makes of a confirm.

use super::decision::{Answer, Context, Decision, Delivery, refusal};
use super::params;
use crate::partners::sandbox::behaviour::{Behaviour, Fault, Later, Refusal, Side};
use crate::partners::sandbox::cards::card_of;
use crate::partners::sandbox::declines;
use crate::partners::sandbox::entry::{Entry, Failure};
use crate::partners::sandbox::intents::{Hold, Intent, Status, authorise, may_confirm};
use crate::partners::sandbox::wire::{ApiError, Form};

pub(super) fn confirm(intent: &Intent, form: &Form, context: &Context<'_>) -> Result<Decision, ApiError> {
    let named = form.get("payment_method");
    if let Err(refused) = may_confirm(intent) {
        return Ok(Decision::fails(refusal(intent, "confirmed", "intent", &refused), Vec::new()));
    }
    let Some(token) = named.or(intent.payment_method.as_deref()) else {
        let message = "You cannot confirm this PaymentIntent because it's missing a payment method.";
        return Ok(Decision::fails(ApiError::unexpected_state(&intent.id, message), Vec::new()));
    };
    let behaviour =
        Behaviour::of_token(token, context.account).ok_or_else(|| ApiError::no_such_payment_method(token))?;
    let same_method = named.is_none_or(|named| intent.payment_method.as_deref() == Some(named));
    if intent.status == Status::RequiresAction && same_method {
        // The customer has not come back yet: the intent keeps waiting for them.
        return Ok(Decision::shows(&intent.id, Vec::new()));
    }
    behave(&Attempt { intent, token, context }, behaviour, params::asks_for_authentication(form))
}

/// One try to authorise.
struct Attempt<'a> {
    intent: &'a Intent,
    token: &'a str,
    context: &'a Context<'a>,
}

fn behave(attempt: &Attempt<'_>, behaviour: Behaviour, authenticate: bool) -> Result<Decision, ApiError> {
    Ok(match behaviour {
        Behaviour::Approve if authenticate => attempt.action(),
        Behaviour::Decline(failure) if authenticate && declines::steps_up(&failure) => attempt.action(),
        Behaviour::Approve
        | Behaviour::CaptureFails
        | Behaviour::RefundFails
        | Behaviour::LaterTimeout(Later::Capture | Later::Cancel | Later::Refund) => {
            attempt.approve(Hold::Full)
        }
        Behaviour::Decline(failure) => attempt.decline(failure),
        Behaviour::Action => attempt.action(),
        Behaviour::Slow => attempt.approve(Hold::Full).delivered(Delivery::Slow),
        Behaviour::Processing => attempt.process(),
        Behaviour::Partial => attempt.approve(Hold::Half),
        Behaviour::WrongAmount => attempt.approve(Hold::Wrong),
        Behaviour::Garbage => attempt.approve(Hold::Full).delivered(Delivery::Garbage),
        Behaviour::LateLand => attempt.late(),
        Behaviour::Fault(fault, Side::Before) => lost_before(fault),
        Behaviour::Fault(Fault::Timeout, Side::After) => {
            attempt.approve(Hold::Full).delivered(Delivery::Never)
        }
        Behaviour::Fault(Fault::Reset, Side::After) => attempt.approve(Hold::Full).delivered(Delivery::Cut),
        Behaviour::Fault(Fault::Five, Side::After) => {
            Decision { answer: Answer::Error(ApiError::internal()), ..attempt.approve(Hold::Full) }
        }
        Behaviour::Refused(refusal) => return Err(refused_before(refusal)),
    })
}

impl Attempt<'_> {
    fn approve(&self, hold: Hold) -> Decision {
        let entries = authorise(self.intent, &self.context.fresh.charge, self.token, hold);
        Decision::shows(&self.intent.id, entries)
    }

    fn decline(&self, failure: Failure) -> Decision {
        let failure = Failure { card: card_of(self.token, self.context.account).map(Box::new), ..failure };
        let entry = Entry::Declined {
            intent: self.intent.id.clone(),
            payment_method: self.token.to_owned(),
            failure: failure.clone(),
        };
        Decision::fails(ApiError::declined(&self.intent.id, failure), vec![entry])
    }

    fn action(&self) -> Decision {
        let (intent, payment_method) = (self.intent.id.clone(), self.token.to_owned());
        Decision::shows(&self.intent.id, vec![Entry::ActionRequired { intent, payment_method }])
    }

    fn process(&self) -> Decision {
        let entry = Entry::ProcessingStarted {
            intent: self.intent.id.clone(),
            charge: self.context.fresh.charge.clone(),
            payment_method: self.token.to_owned(),
            due_ms: self.context.after(self.context.slow_ms),
        };
        Decision::shows(&self.intent.id, vec![entry])
    }

    fn late(&self) -> Decision {
        let entry = Entry::LateScheduled {
            intent: self.intent.id.clone(),
            charge: self.context.fresh.charge.clone(),
            payment_method: self.token.to_owned(),
            due_ms: self.context.after(self.context.late_ms),
            key: self.context.claim.cloned(),
        };
        Decision::shows(&self.intent.id, vec![entry]).delivered(Delivery::Late)
    }
}

/// A request that was lost before it was executed; only the 500 proves that it was ever seen.
fn lost_before(fault: Fault) -> Decision {
    let failed = Decision::fails(ApiError::internal(), Vec::new());
    match fault {
        Fault::Timeout => Decision { executed: false, ..failed.delivered(Delivery::Never) },
        Fault::Reset => Decision { executed: false, ..failed.delivered(Delivery::Cut) },
        Fault::Five => failed,
    }
}

fn refused_before(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::RateLimited => ApiError::rate_limited(),
        Refusal::Unauthorised => ApiError::unauthorised(),
        Refusal::Forbidden => ApiError::forbidden(),
        Refusal::BadRequest => {
            ApiError::invalid(Some("parameter_invalid_empty"), "payment_method_types", "Invalid parameter.")
        }
    }
}
