//! Faults of the whole process, set over HTTP: they strike every call of the wire, reads too.

use serde::{Deserialize, Serialize};

/// The faults that stand; `POST /sandbox/faults` replaces them all, so that an absent field ends its fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultSet {
    /// End the process, without any tidying, once the next authorisation is durable and before it is answered.
    pub die_after_effect: bool,
    /// Cut the connection of so many of the next requests before anything is executed.
    pub refuse: u32,
    /// Hold every request back this long before it is looked at.
    pub delay_ms: u64,
    /// Answer so many of the next requests with a 500 before anything is executed.
    pub five_hundred: u32,
}

/// What strikes one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strike {
    Nothing,
    Refuse,
    FiveHundred,
}

impl FaultSet {
    /// Takes what strikes the next request.
    pub(super) fn next(&mut self) -> Strike {
        if let Some(left) = self.refuse.checked_sub(1) {
            self.refuse = left;
            Strike::Refuse
        } else if let Some(left) = self.five_hundred.checked_sub(1) {
            self.five_hundred = left;
            Strike::FiveHundred
        } else {
            Strike::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_faults_strike_as_often_as_they_say() {
        let mut faults = FaultSet { refuse: 2, five_hundred: 1, ..FaultSet::default() };
        let strikes: Vec<Strike> = std::iter::repeat_with(|| faults.next()).take(4).collect();
        assert_eq!(strikes, [Strike::Refuse, Strike::Refuse, Strike::FiveHundred, Strike::Nothing]);
    }

    #[test]
    fn an_unknown_fault_is_refused() {
        assert!(serde_json::from_str::<FaultSet>(r#"{"five_hundreds": 1}"#).is_err());
    }
}
