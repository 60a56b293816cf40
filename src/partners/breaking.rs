//! Breakers of partner accounts as operators see them: a gauge, and a line in the log at each change.

use crate::domain::ids::AccountId;
use crate::resilience::{Availability, Breaker, BreakerSettings, Change, Entropy, First};

/// The breaker of one class of calls at one account; `first` says what goes first after an outage.
pub(super) fn breaker(
    account: &AccountId,
    class: &'static str,
    first: First,
    settings: BreakerSettings,
    entropy: &Entropy,
) -> Breaker {
    let label = account.to_string();
    let gauge = metrics::gauge!("cashwrap_breaker_state", "account" => label.clone(), "class" => class);
    gauge.set(level(Availability::Closed));
    Breaker::new(settings, first, entropy.clone(), move |change: Change| {
        gauge.set(level(change.to));
        match change.to {
            // No time heals it: somebody must mend the credentials.
            Availability::Misconfigured => {
                tracing::error!(
                    account = label,
                    class,
                    "the partner refuses our credentials: correct its keys (secret_key under \
                     partners.gateways.{label}) and start again, or set its mode to FORCE_CLOSED once they hold at the \
                     partner; until a call succeeds it stays MISCONFIGURED and takes none"
                );
            }
            to => tracing::warn!(account = label, class, from = ?change.from, ?to, "the breaker changed"),
        }
    })
}

/// The state as a gauge tells it: nought is normal, and what needs a person is highest.
const fn level(availability: Availability) -> f64 {
    match availability {
        Availability::Closed => 0.0,
        Availability::Proving | Availability::HalfOpen => 1.0,
        Availability::Open { .. } => 2.0,
        Availability::Misconfigured => 3.0,
    }
}
