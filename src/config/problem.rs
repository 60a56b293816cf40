//! What is wrong with the settings: the full key, the reason, and what is allowed.

use std::fmt;

/// One mistake in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingProblem {
    /// The key's full path: `partners.gateways.primary.timeout_ms`; empty when the whole file is meant.
    pub key: String,
    /// What is wrong. Never holds the value of a secret.
    pub reason: String,
    /// What is allowed, or what to do.
    pub remedy: String,
    /// The environment variable that set the value, where one did.
    pub variable: Option<String>,
}

impl SettingProblem {
    /// A mistake at `key`.
    pub fn new(key: impl Into<String>, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { key: key.into(), reason: reason.into(), remedy: remedy.into(), variable: None }
    }
}

impl fmt::Display for SettingProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.key.is_empty() {
            write!(out, "{}: ", self.key)?;
        }
        write!(out, "{}; {}", self.reason, self.remedy)?;
        match &self.variable {
            Some(variable) => write!(out, " (set by {variable})"),
            None => Ok(()),
        }
    }
}

/// The settings cannot be used. Holds every mistake that could be found at once; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsRefused {
    /// The file that was read, or what stood in for it.
    pub source_name: String,
    /// The mistakes.
    pub problems: Vec<SettingProblem>,
}

impl fmt::Display for SettingsRefused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> =
            self.problems.iter().map(|problem| format!("{}: {problem}", self.source_name)).collect();
        out.write_str(&lines.join("\n"))
    }
}

/// Collects mistakes, so that one start shows all of them.
#[derive(Debug, Default)]
pub(super) struct Problems(pub(super) Vec<SettingProblem>);

impl Problems {
    /// The value, or `None` when it was a mistake, which is kept.
    pub(super) fn take<T>(&mut self, result: Result<T, SettingProblem>) -> Option<T> {
        result.map_err(|problem| self.0.push(problem)).ok()
    }

    /// The same for many mistakes at once.
    pub(super) fn take_all<T>(&mut self, result: Result<T, Vec<SettingProblem>>) -> Option<T> {
        result.map_err(|problems| self.0.extend(problems)).ok()
    }
}
