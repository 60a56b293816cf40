//! `[timing]`: every span of time that keeps money right. The defaults are those of payments.md, and a test
//! pins them; shorter ones are for tests of the service.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{self, Deserializer};

use super::leaf;
use super::problem::SettingProblem;
use super::raw::RawTable;
use crate::domain::payment::Policy;

/// The longest span of the resolver's schedule: a month.
const MAX_RESOLVER_MS: u64 = 2_678_400_000;

/// Every span of time that keeps money right.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timing {
    /// From SENDING on, nothing is written to a gateway's socket after this (R4).
    #[serde(rename = "send_by_ms", deserialize_with = "leaf::millis::<_, 10, 60_000>")]
    pub send_by: Duration,
    /// From the claim on, nothing authorises for the first time or again after this (R5).
    #[serde(rename = "place_by_ms", deserialize_with = "leaf::millis::<_, 10, 120_000>")]
    pub place_by: Duration,
    /// How long a customer action may take, where the flow does not say (R15).
    #[serde(rename = "action_window_ms", deserialize_with = "leaf::millis::<_, 10, 3_600_000>")]
    pub action_window: Duration,
    /// How long after `send_by` a lookup may prove that a payment is absent (R4).
    #[serde(rename = "absent_window_ms", deserialize_with = "leaf::millis::<_, 10, 3_600_000>")]
    pub absent_window: Duration,
    /// How long after the claim a success that is learnt late still completes the order (R5).
    #[serde(rename = "late_success_window_ms", deserialize_with = "leaf::millis::<_, 10, 86_400_000>")]
    pub late_success_window: Duration,
    /// How long a worker owns what it drives (R13).
    #[serde(rename = "lease_ms", deserialize_with = "leaf::millis::<_, 10, 600_000>")]
    pub lease: Duration,
    /// How often it renews that while a call is out (R13).
    #[serde(rename = "renew_ms", deserialize_with = "leaf::millis::<_, 5, 600_000>")]
    pub renew: Duration,
    /// How long after each other an unknown outcome is looked into; then a person must (R8).
    #[serde(rename = "resolver_schedule_ms", deserialize_with = "schedule")]
    pub resolver_schedule: Vec<Duration>,
    /// How long after each other an attempt that a lookup proved absent is looked at again, lest it landed
    /// late (R9).
    #[serde(rename = "late_checks_ms", deserialize_with = "schedule")]
    pub late_checks: Vec<Duration>,
    /// How long a quote holds.
    #[serde(rename = "quote_life_ms", deserialize_with = "leaf::millis::<_, 100, 86_400_000>")]
    pub quote_life: Duration,
    /// How long a reply is kept for a repeated request.
    #[serde(rename = "reply_keep_ms", deserialize_with = "leaf::millis::<_, 1_000, 2_678_400_000>")]
    pub reply_keep: Duration,
    /// The same for requests that move money.
    #[serde(rename = "money_reply_keep_ms", deserialize_with = "leaf::millis::<_, 1_000, 2_678_400_000>")]
    pub money_reply_keep: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        // What the payment machine decides by has its defaults, and their reasons, there.
        let policy = Policy::default();
        Self {
            send_by: policy.send_window,
            place_by: policy.place_window,
            action_window: policy.action_window,
            absent_window: policy.absent_window,
            late_success_window: policy.complete_window,
            lease: Duration::from_secs(15),
            // A third of the lease: two renewals may fail before it is lost.
            renew: Duration::from_secs(5),
            resolver_schedule: policy.schedule,
            late_checks: policy.late_checks,
            quote_life: Duration::from_mins(15),
            reply_keep: Duration::from_hours(24),
            money_reply_keep: Duration::from_hours(24 * 7),
        }
    }
}

impl Timing {
    /// What the payment machine decides by.
    pub fn policy(&self) -> Policy {
        Policy {
            send_window: self.send_by,
            place_window: self.place_by,
            complete_window: self.late_success_window,
            action_window: self.action_window,
            absent_window: self.absent_window,
            schedule: self.resolver_schedule.clone(),
            late_checks: self.late_checks.clone(),
            ..Policy::default()
        }
    }

    /// The spans that contradict each other.
    pub(super) fn check(&self, raw: &RawTable) -> Vec<SettingProblem> {
        let mut problems = Vec::new();
        let mut at_most = |key, value: Duration, other: &str, bound: Duration| {
            if value > bound {
                let remedy = format!("give at most {}", bound.as_millis());
                problems.push(raw.problem(key, format!("is longer than {other}"), remedy));
            }
        };
        at_most("send_by_ms", self.send_by, "place_by_ms", self.place_by);
        at_most("renew_ms", self.renew, "half of lease_ms", self.lease / 2);
        at_most("place_by_ms", self.place_by, "late_success_window_ms", self.late_success_window);
        at_most("reply_keep_ms", self.reply_keep, "money_reply_keep_ms", self.money_reply_keep);
        problems
    }
}

fn schedule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Duration>, D::Error> {
    let spans = Vec::<i64>::deserialize(deserializer)?;
    let spans: Option<Vec<Duration>> = spans
        .into_iter()
        .map(|span| match u64::try_from(span) {
            Ok(span @ 1..=MAX_RESOLVER_MS) => Some(Duration::from_millis(span)),
            _ => None,
        })
        .collect();
    match spans {
        Some(spans) if !spans.is_empty() && spans.is_sorted() => Ok(spans),
        _ => Err(de::Error::custom(format!(
            "is not a schedule; give whole numbers from 1 to {MAX_RESOLVER_MS} that do not get smaller"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_defaults_are_those_of_the_payment_rules() {
        let timing = Timing::default();
        let millis = |span: &Duration| u64::try_from(span.as_millis()).unwrap();
        assert_eq!(millis(&timing.send_by), 5_000);
        assert_eq!(millis(&timing.place_by), 10_000);
        assert_eq!(millis(&timing.action_window), 900_000);
        assert_eq!(millis(&timing.absent_window), 90_000);
        assert_eq!(millis(&timing.late_success_window), 900_000);
        assert_eq!(millis(&timing.lease), 15_000);
        assert_eq!(millis(&timing.renew), 5_000);
        assert_eq!(
            timing.resolver_schedule.iter().map(millis).collect::<Vec<_>>(),
            [5_000, 15_000, 45_000, 120_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000]
        );
        let late_checks: Vec<u64> = timing.late_checks.iter().map(millis).collect();
        assert_eq!(late_checks, [3_600_000, 21_600_000, 86_400_000]);
        assert_eq!(timing.policy(), Policy::default());
        assert_eq!(millis(&timing.quote_life), 900_000);
        assert_eq!(millis(&timing.reply_keep), 86_400_000);
        assert_eq!(millis(&timing.money_reply_keep), 604_800_000);
    }
}
