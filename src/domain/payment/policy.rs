//! The time constants of payments.md, as data.
//!
//! They come from configuration, so that the simulation can scale them; a test pins the defaults.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How long things may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// SENDING + this = `send_by`: nothing of the call leaves later (R4).
    pub send_window: Duration,
    /// Claim + this = `place_by`: nothing authorises after it (R5).
    pub place_window: Duration,
    /// Claim (or the end of a customer action) + this = `complete_by`: a success learnt later is voided (R5).
    pub complete_window: Duration,
    /// How long a customer action may take (R15).
    pub action_window: Duration,
    /// `send_by` + the longer of this and the gateway's timeout: earliest time at which a lookup proves
    /// absence (R4).
    pub absent_window: Duration,
    /// When an unknown outcome is looked at again (R8); after the last one an operator is needed.
    pub schedule: Vec<Duration>,
    /// When an attempt that was declared absent by lookup is looked at again, in case it landed late (R9).
    pub late_checks: Vec<Duration>,
    /// How often one operation's request may be sent again under its key in one round.
    pub max_replays: u32,
    /// How long before the end of its life an idempotency key is trusted no more (R8). The clock of who first sent the
    /// request may have been an hour ahead, and the clock of who would repeat it an hour behind.
    pub key_margin: Duration,
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

impl Default for Policy {
    fn default() -> Self {
        let hour = minutes(60);
        Self {
            send_window: Duration::from_secs(5),
            place_window: Duration::from_secs(10),
            complete_window: minutes(15),
            action_window: minutes(15),
            absent_window: Duration::from_secs(90),
            schedule: vec![
                Duration::from_secs(5),
                Duration::from_secs(15),
                Duration::from_secs(45),
                minutes(2),
                minutes(5),
                minutes(15),
                hour,
                6 * hour,
                24 * hour,
            ],
            late_checks: vec![hour, 6 * hour, 24 * hour],
            max_replays: 2,
            key_margin: minutes(130),
        }
    }
}

impl Policy {
    /// How long to wait after round `round` of the schedule; `None` after the last one.
    ///
    /// The schedule counts from when the outcome became unknown, and this is the step from one entry to the
    /// next, so that rounds missed in an outage are not made up for in a burst that ends in a review.
    pub fn pause_after(&self, round: u32) -> Option<Duration> {
        let round = usize::try_from(round).ok()?;
        let before = round.checked_sub(1).and_then(|round| self.schedule.get(round)).copied();
        Some(self.schedule.get(round)?.saturating_sub(before.unwrap_or_default()))
    }

    /// How long has been waited by the end of so many rounds, each wait counted by one clock from where it began: a
    /// clock that was set on, or another process's, cannot make it longer.
    pub fn waited(&self, rounds: u32) -> Duration {
        let ended = usize::try_from(rounds).unwrap_or(usize::MAX).min(self.schedule.len());
        ended.checked_sub(1).and_then(|last| self.schedule.get(last)).copied().unwrap_or_default()
    }
}

/// `start` plus `span`, or the end of time where that cannot be told.
pub fn after(start: Timestamp, span: Duration) -> Timestamp {
    SignedDuration::try_from(span)
        .ok()
        .and_then(|span| start.checked_add(span).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_that_were_reasoned_about() {
        let policy = Policy::default();
        let seconds: Vec<u64> = policy.schedule.iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [5, 15, 45, 120, 300, 900, 3_600, 21_600, 86_400]);
        assert_eq!(policy.send_window.as_secs(), 5);
        assert_eq!(policy.place_window.as_secs(), 10);
        assert_eq!(policy.complete_window.as_secs(), 900);
        assert_eq!(policy.action_window.as_secs(), 900);
        assert_eq!(policy.absent_window.as_secs(), 90);
        assert_eq!(policy.key_margin.as_secs(), 7_800);
    }
}
