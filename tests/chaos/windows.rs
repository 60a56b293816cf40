//! How often each window was hit.
//!
//! A window is what lies between two steps of a placement. What a strike met there is found out afterwards, so
//! that no run can claim to have struck where it did not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// Between which two steps a placement stood when its process died.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Window {
    /// Asked for, and no row of it.
    BeforeCommit1,
    /// The intent is durable; the gateway did not execute it.
    Commit1ToSend,
    /// The gateway has the object; no row says so.
    BetweenTheSteps,
    /// The gateway decided; no row says so.
    EffectToCommit2,
    /// The end is durable; its caller did not hear it.
    Commit2ToReply,
    /// The order is durable; its capture was not begun.
    Commit2ToCapture,
    /// The capture's intent is durable; its outcome is not.
    DuringCapture,
}

impl Window {
    /// Those that the proof asks for. What lies between the two steps of one vendor comes on top.
    const ASKED_FOR: [Self; 6] = [
        Self::BeforeCommit1,
        Self::Commit1ToSend,
        Self::EffectToCommit2,
        Self::Commit2ToReply,
        Self::Commit2ToCapture,
        Self::DuringCapture,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::BeforeCommit1 => "before_commit_1",
            Self::Commit1ToSend => "commit_1_to_send",
            Self::BetweenTheSteps => "between_the_steps",
            Self::EffectToCommit2 => "effect_to_commit_2",
            Self::Commit2ToReply => "commit_2_to_reply",
            Self::Commit2ToCapture => "commit_2_to_capture",
            Self::DuringCapture => "during_capture",
        }
    }
}

/// What was under way when the process died.
#[derive(Debug, Default)]
pub struct Scene {
    /// Whether a placement was under way.
    pub in_flight: bool,
    /// Whether a request may have been on its way to a gateway.
    pub sending: bool,
    /// What stood in which window, by its id.
    pub found: BTreeSet<(Window, String)>,
}

/// The count over all kills.
#[derive(Debug, Default)]
pub struct Windows {
    pub kills: u64,
    in_flight: u64,
    sending: u64,
    hits: BTreeMap<Window, u64>,
    /// What a later kill finds in the same window was not brought there by that kill.
    seen: BTreeSet<(Window, String)>,
}

impl Windows {
    /// Counts a kill: once for each window in which it met something anew.
    pub fn add(&mut self, scene: Scene) {
        self.kills += 1;
        self.in_flight += u64::from(scene.in_flight);
        self.sending += u64::from(scene.sending);
        let fresh: BTreeSet<_> = scene.found.difference(&self.seen).cloned().collect();
        for window in fresh.iter().map(|(window, _)| *window).collect::<BTreeSet<_>>() {
            *self.hits.entry(window).or_default() += 1;
        }
        self.seen.extend(fresh);
    }

    /// How often each window was hit, by its name.
    pub fn by_window(&self) -> Value {
        let by_window: BTreeMap<&str, u64> =
            self.hits.iter().map(|(window, hits)| (window.as_str(), *hits)).collect();
        json!(by_window)
    }

    /// The counts, as the proof prints them.
    pub fn json(&self) -> Value {
        json!({
            "kills": self.kills,
            "in_flight": self.in_flight,
            "sending": self.sending,
            "by_window": self.by_window(),
        })
    }

    /// What the kills missed that would prove something. Few kills may miss a window.
    pub fn missed(&self) -> Vec<String> {
        if self.kills < 200 {
            return Vec::new();
        }
        let least = |of_two_hundred: u64| of_two_hundred * self.kills / 200;
        let mut counts =
            vec![("in_flight", self.in_flight, least(100)), ("sending", self.sending, least(40))];
        counts.extend(
            Window::ASKED_FOR.map(|window| {
                (window.as_str(), self.hits.get(&window).copied().unwrap_or_default(), least(10))
            }),
        );
        counts.retain(|(_, hits, least)| hits < least);
        counts
            .iter()
            .map(|(what, hits, least)| format!("too few kills met {what}: {hits} < {least}"))
            .collect()
    }
}
