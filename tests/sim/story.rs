//! The story of a seed, for people: when, who, for whom, which effect, what struck it, and where the placement
//! stood. The same seed tells the same story, byte for byte.

use std::fmt::Write as _;

use tokio::time::Instant;

/// What happened, line by line, or nothing where nobody wants to read it.
#[derive(Debug)]
pub struct Story {
    begun: Option<Instant>,
    text: String,
}

impl Story {
    /// A story that is told, or not.
    pub fn new(tell: bool) -> Self {
        Self { begun: tell.then(Instant::now), text: String::new() }
    }

    /// One line.
    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(begun) = self.begun {
            let millis = begun.elapsed().as_millis();
            let _written = writeln!(self.text, "{:>6}.{:03} {}", millis / 1_000, millis % 1_000, line());
        }
    }

    /// What comes after is nobody's concern.
    pub fn end(&mut self) {
        self.begun = None;
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The part of an id that tells ids of a run apart.
    pub fn short(id: &str) -> String {
        match id.split_once('_') {
            Some((kind, digits)) => format!("{kind}_{}", digits.trim_start_matches(['0', '1'])),
            None => id.to_owned(),
        }
    }
}
