//! The process's own clock and randomness: the only place that touches them.

use jiff::Timestamp;
use ring::rand::{SecureRandom as _, SystemRandom};
use uuid::Uuid;

use crate::ports::{Clock, Ids};
use crate::resilience::Entropy;

/// The wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the implementation of the port")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// UUIDs of version 7, which sort by the time at which they were made.
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidV7;

impl Ids for UuidV7 {
    #[expect(clippy::disallowed_methods, reason = "this is the implementation of the port")]
    fn fresh(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Randomness that spreads waits. Where the system gives none the waits are spread no longer, which is no
/// reason to stop serving.
pub fn entropy() -> Entropy {
    let random = SystemRandom::new();
    Entropy::new(move || {
        let mut drawn = [0; 8];
        match random.fill(&mut drawn) {
            Ok(()) => u64::from_ne_bytes(drawn),
            // The middle of the range.
            Err(_) => 1 << 63,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_after_earlier_ones_within_a_millisecond_too() {
        let made: Vec<Uuid> = std::iter::repeat_with(|| UuidV7.fresh()).take(1_000).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(made[0].get_version_num(), 7);
    }

    #[test]
    fn draws_differ() {
        let entropy = entropy();
        assert_ne!(entropy.draw(), entropy.draw());
    }
}
