//! The steps while a customer acts at the gateway (R15): a look, or the question that the action was for, and its end.
//!
//! Nothing here believes what a browser brought back: it leads to a question, whose answer counts.

use jiff::Timestamp;

use super::super::aggregate::{Goal, Payment};
use super::super::attempt::Attempt;
use super::super::capabilities::{GatewayCapabilities, Lookup};
use super::super::operation::OperationKind;
use super::{Conclusion, Decision, Effect, Facts};

fn known<'a>(attempt: &Attempt, facts: &Facts<'a>) -> Option<&'a GatewayCapabilities> {
    facts.gateways.get(&attempt.account).map(|known| &known.capabilities)
}

/// While the customer acts, until `expires_at`: a look when we were `signalled` to, and one at the end, because the
/// action may have succeeded unseen; what that one does not clear is cancelled. Where the action only allows the
/// payment, the money is asked for once a look has shown that it did; where nothing can be looked at, once the customer
/// came back with something.
pub(super) fn next_of_action(
    payment: &Payment,
    attempt: &Attempt,
    (expires_at, signalled): (Timestamp, bool),
    facts: &Facts<'_>,
) -> Decision {
    let now = facts.now;
    let capabilities = known(attempt, facts);
    let sees = capabilities.is_none_or(|known| known.sight(attempt.object.is_some()) != Lookup::None);
    let confirms = capabilities.is_some_and(|known| known.confirms_after_action);
    let probe = attempt.authorisation().and_then(|operation| operation.probe.as_ref());
    let due = probe.map_or(now, |probe| probe.next_at).min(expires_at);
    let allowed = attempt
        .after_action
        .as_ref()
        .is_some_and(|after| after.approved || (!sees && after.brought_back.is_some()));
    if now >= expires_at {
        return if sees { look(attempt) } else { give_up_action(payment, attempt, facts) };
    }
    if confirms && allowed && payment.goal == Goal::Hold {
        return if now >= due {
            next(payment, attempt, OperationKind::Confirm)
        } else {
            Decision::Wait { until: due }
        };
    }
    if !(signalled && sees) {
        return Decision::Wait { until: expires_at };
    }
    if now >= due { look(attempt) } else { Decision::Wait { until: due } }
}

/// Ends the action: by a void, which reveals whether it succeeded after all. Where no money moves before it is asked for
/// there is nothing to void, and nothing that could be revealed.
pub(super) fn give_up_action(payment: &Payment, attempt: &Attempt, facts: &Facts<'_>) -> Decision {
    if known(attempt, facts).is_some_and(|known| known.confirms_after_action) {
        return Decision::Conclude(Conclusion::Unasked { attempt: attempt.id });
    }
    next(payment, attempt, OperationKind::Void)
}

fn look(attempt: &Attempt) -> Decision {
    Decision::Do(Effect::Look { attempt: attempt.id, operation: None })
}

fn next(payment: &Payment, attempt: &Attempt, kind: OperationKind) -> Decision {
    Decision::Do(Effect::Next { attempt: attempt.id, kind, amount_minor: payment.amount.minor })
}
