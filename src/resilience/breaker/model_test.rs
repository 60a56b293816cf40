//! The machine against a naive model that keeps every call in a list and computes everything anew.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::super::classify::Verdict;
use super::super::refusal::Refusal;
use super::settings::BreakerSettings;
use super::state::{Admission, Availability, First, Guard, Machine};

/// How a call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Success,
    SlowSuccess,
    Failure,
    SlowFailure,
    Ignored,
    Throttled,
    Misconfigured,
    Dropped,
}

#[derive(Debug, Clone)]
enum Step {
    Advance {
        millis: u64,
    },
    Acquire(Guard),
    /// The read that goes first, if it may.
    Prove,
    /// The read of credentials that were refused, if it may.
    Recheck,
    Finish {
        which: usize,
        end: End,
    },
    /// A call that is acquired and finished at once, some times over.
    Burst {
        times: u32,
        guard: Guard,
        end: End,
    },
}

/// The model's notion of the present, written down when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Closed,
    Open { until: Duration },
    Proving,
    HalfOpen,
    Misconfigured,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    phase: u64,
    /// Whether it holds one of the half-open breaker's places.
    place: bool,
    is_read: bool,
}

#[derive(Debug)]
struct Model {
    now: Duration,
    first: First,
    phase: Phase,
    /// Numbers the phases: a call counts only in the one that let it in.
    number: u64,
    began: Duration,
    /// Every counted call since the phase began: when it ended, whether it failed, whether it was slow.
    ended: Vec<(Duration, bool, bool)>,
    trips: u32,
    rechecked: Duration,
    held: Vec<Held>,
}

impl Model {
    fn new(first: First) -> Self {
        let (now, began, rechecked) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
        let (phase, number, trips) = (Phase::Closed, 0, 0);
        Self { now, first, phase, number, began, ended: vec![], trips, rechecked, held: vec![] }
    }

    fn begin(&mut self, phase: Phase) {
        self.phase = phase;
        self.number += 1;
        self.began = self.now;
        self.ended.clear();
        if phase == Phase::Misconfigured {
            self.rechecked = self.now;
        }
        if !matches!(phase, Phase::Open { .. } | Phase::Proving | Phase::HalfOpen) {
            self.trips = 0;
        }
    }

    fn look(&mut self) {
        if matches!(self.phase, Phase::Open { until } if until <= self.now) {
            self.begin(if self.first == First::Read { Phase::Proving } else { Phase::HalfOpen });
        }
    }

    /// Whether the read of this phase may be made now.
    fn reads(&self, phase: Phase) -> bool {
        let free = || !self.held.iter().any(|held| held.is_read && held.phase == self.number);
        self.phase == phase && free()
    }

    fn admits(&self, guard: Guard) -> bool {
        guard == Guard::Overruled
            || match self.phase {
                Phase::Closed => true,
                Phase::HalfOpen => {
                    self.held.iter().filter(|held| held.place && held.phase == self.number).count() < 3
                }
                Phase::Open { .. } | Phase::Proving | Phase::Misconfigured => false,
            }
    }

    /// Whether the list of calls says that the breaker must trip.
    fn is_bad(&self) -> bool {
        let second = |at: Duration| at.checked_sub(self.began).unwrap().as_secs();
        let recent: Vec<_> =
            self.ended.iter().filter(|(at, ..)| second(*at) + 30 > second(self.now)).collect();
        let failed = recent.iter().filter(|(_, failed, _)| *failed).count();
        let slow = recent.iter().filter(|(_, _, slow)| *slow).count();
        let in_a_row = self.ended.iter().rev().take_while(|(_, failed, _)| *failed).count();
        let enough = recent.len() >= 10;
        in_a_row >= 5 || enough && (failed * 2 >= recent.len() || slow * 5 >= recent.len() * 4)
    }

    /// Ends a held call; answers whether the breaker must have opened.
    fn finish(&mut self, held: Held, end: End) -> bool {
        let (failed, slow) = match end {
            End::Success => (false, false),
            End::SlowSuccess => (false, true),
            End::Failure => (true, false),
            End::SlowFailure => (true, true),
            End::Ignored | End::Throttled | End::Dropped => return false,
            End::Misconfigured => {
                if held.phase == self.number && self.phase != Phase::Misconfigured {
                    self.begin(Phase::Misconfigured);
                }
                return false;
            }
        };
        if held.phase != self.number {
            return false;
        }
        match self.phase {
            Phase::Closed => {
                self.ended.push((self.now, failed, slow));
                self.is_bad()
            }
            Phase::Proving | Phase::HalfOpen if failed => true,
            Phase::Proving | Phase::HalfOpen if slow => false,
            Phase::Misconfigured if failed => false,
            Phase::Proving | Phase::HalfOpen | Phase::Misconfigured => {
                self.begin(if held.is_read { Phase::HalfOpen } else { Phase::Closed });
                false
            }
            Phase::Open { .. } => false,
        }
    }
}

/// Machine and model side by side.
struct Pair {
    start: Instant,
    machine: Machine,
    model: Model,
    held: Vec<Admission>,
    draw: u64,
}

impl Pair {
    fn new(first: First, draw: u64) -> Self {
        let start = Instant::now();
        let machine = Machine::new(BreakerSettings::default(), first, start);
        Self { start, machine, model: Model::new(first), held: vec![], draw }
    }

    fn now(&self) -> Instant {
        self.start + self.model.now
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Advance { millis } => self.model.now += Duration::from_millis(millis),
            Step::Acquire(guard) => {
                self.acquire(guard)?;
            }
            Step::Prove => {
                self.model.look();
                let wanted = self.model.reads(Phase::Proving);
                let admitted = self.machine.prove(self.now());
                self.reads(wanted, admitted)?;
            }
            Step::Recheck => {
                let due = self.model.now >= self.model.rechecked + Duration::from_secs(10);
                let wanted = due && self.model.reads(Phase::Misconfigured);
                let admitted = self.machine.recheck(self.now());
                self.reads(wanted, admitted)?;
                if wanted {
                    self.model.rechecked = self.model.now;
                }
            }
            Step::Finish { which, end } => {
                if !self.held.is_empty() {
                    self.finish(which % self.held.len(), end)?;
                }
            }
            Step::Burst { times, guard, end } => {
                for _ in 0..times {
                    if self.acquire(guard)? {
                        self.finish(self.held.len() - 1, end)?;
                    }
                }
            }
        }
        self.agree()
    }

    fn reads(&mut self, wanted: bool, admitted: Option<Admission>) -> Result<(), TestCaseError> {
        prop_assert_eq!(admitted.is_some(), wanted);
        if let Some(admission) = admitted {
            self.held.push(admission);
            self.model.held.push(Held { phase: self.model.number, place: false, is_read: true });
        }
        Ok(())
    }

    fn acquire(&mut self, guard: Guard) -> Result<bool, TestCaseError> {
        self.model.look();
        let admitted = self.machine.admit(self.now(), guard);
        prop_assert_eq!(admitted.is_ok(), self.model.admits(guard));
        match admitted {
            Ok(admission) => {
                self.held.push(admission);
                let place = guard == Guard::Heeded;
                self.model.held.push(Held { phase: self.model.number, place, is_read: false });
                Ok(true)
            }
            Err(refusal) => {
                let fits = match (refusal, self.model.phase) {
                    (Refusal::BreakerOpen { until }, Phase::Open { until: modelled }) => {
                        until == self.start + modelled
                    }
                    (Refusal::BreakerProbing, Phase::Proving | Phase::HalfOpen)
                    | (Refusal::Misconfigured, Phase::Misconfigured) => true,
                    _ => false,
                };
                prop_assert!(fits, "{:?} in {:?}", refusal, self.model.phase);
                Ok(false)
            }
        }
    }

    fn finish(&mut self, which: usize, end: End) -> Result<(), TestCaseError> {
        let admission = self.held.remove(which);
        let held = self.model.held.remove(which);
        let (fast, slow) = (Duration::from_millis(9_999), Duration::from_secs(10));
        let (verdict, took) = match end {
            End::Success => (Verdict::Success, fast),
            End::SlowSuccess => (Verdict::Success, slow),
            End::Failure => (Verdict::Failure, fast),
            End::SlowFailure => (Verdict::Failure, slow),
            End::Ignored => (Verdict::Ignored, fast),
            End::Throttled => (Verdict::Throttled { retry_after: None }, slow),
            End::Misconfigured => (Verdict::Misconfigured, fast),
            End::Dropped => {
                drop(admission);
                return Ok(());
            }
        };
        let draw = self.draw;
        self.machine.record(self.now(), admission, verdict, took, || draw);
        if self.model.finish(held, end) {
            // The model knows the bounds of the open time; within them the machine chooses.
            let Availability::Open { until } = self.machine.available() else {
                return Err(TestCaseError::fail(format!("did not open: {:?}", self.machine)));
            };
            self.model.trips += 1;
            let middle = (10_u64 << (self.model.trips - 1).min(10)).min(120) * 1_000;
            let time = u64::try_from((until - self.now()).as_millis()).unwrap();
            prop_assert!(time >= middle * 8 / 10 && time <= middle * 12 / 10, "{} for {}", time, middle);
            let until = self.model.now + (until - self.now());
            self.model.begin(Phase::Open { until });
        }
        Ok(())
    }

    fn agree(&mut self) -> Result<(), TestCaseError> {
        self.model.look();
        let expected = match self.model.phase {
            Phase::Closed => Availability::Closed,
            Phase::Open { until } => Availability::Open { until: self.start + until },
            Phase::Proving => Availability::Proving,
            Phase::HalfOpen => Availability::HalfOpen,
            Phase::Misconfigured => Availability::Misconfigured,
        };
        prop_assert_eq!(self.machine.availability(self.now()), expected);
        Ok(())
    }
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        6 => Just(End::Success),
        3 => Just(End::SlowSuccess),
        6 => Just(End::Failure),
        2 => Just(End::SlowFailure),
        2 => Just(End::Ignored),
        1 => Just(End::Throttled),
        1 => Just(End::Misconfigured),
        3 => Just(End::Dropped),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let guard = || prop_oneof![4 => Just(Guard::Heeded), 1 => Just(Guard::Overruled)];
    prop_oneof![
        6 => (0_u64..4_000).prop_map(|millis| Step::Advance { millis }),
        3 => (0_u64..40_000).prop_map(|millis| Step::Advance { millis }),
        1 => (0_u64..400_000).prop_map(|millis| Step::Advance { millis }),
        8 => guard().prop_map(Step::Acquire),
        4 => Just(Step::Prove),
        2 => Just(Step::Recheck),
        6 => (0_usize..16, end()).prop_map(|(which, end)| Step::Finish { which, end }),
        12 => (1_u32..9, guard(), end()).prop_map(|(times, guard, end)| Step::Burst { times, guard, end }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_machine_does_what_a_list_of_all_calls_says(
        draw: u64,
        first in prop_oneof![Just(First::Call), Just(First::Read)],
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut pair = Pair::new(first, draw);
        for step in &steps {
            pair.step(step)?;
        }
    }
}
