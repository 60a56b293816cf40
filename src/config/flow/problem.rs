//! What is wrong with flow documents, each mistake with its place.

use std::fmt;

/// Where in the files something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// From 1; 0 when the whole file is meant.
    pub line: u32,
    /// From 1, in characters; 0 when the whole file is meant.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => out.write_str(&self.file),
            line => write!(out, "{}:{line}:{}", self.file, self.column),
        }
    }
}

/// One mistake, or one thing that is probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowProblem {
    /// Where it stands.
    pub place: Place,
    /// The full key, such as `backend.gateways[1]`; empty when the whole document is meant.
    pub key: String,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for FlowProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ", self.place)?;
        if !self.key.is_empty() {
            write!(out, "{}: ", self.key)?;
        }
        write!(out, "{}; {}", self.reason, self.remedy)
    }
}

/// The flows cannot be served. Holds every mistake, in the order of files and lines; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FlowsRefused(pub Vec<FlowProblem>);

impl fmt::Display for FlowsRefused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        out.write_str(&lines.join("\n"))
    }
}
