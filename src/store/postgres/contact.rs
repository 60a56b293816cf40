//! Whether the database answers, told once when it is lost and once when it is back.
//!
//! Many tasks ask it many times a second; a line for each of their failures would bury the one that matters.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::shape::Standing;

/// Contact with the database as the log knows it.
#[derive(Debug, Default)]
pub(super) struct Contact {
    /// Where the database is, without user or password.
    servers: String,
    lost: AtomicBool,
    /// The standing refusals that were told since there is contact: few, because only some codes stand.
    told: Mutex<BTreeSet<String>>,
}

impl Contact {
    pub(super) fn new(servers: String) -> Self {
        Self { servers, lost: AtomicBool::new(false), told: Mutex::default() }
    }

    /// There is no connection; answers whether that was told, which is so for the first of a row.
    pub(super) fn lost(&self, cause: &str) -> bool {
        let told = !self.lost.swap(true, Ordering::Relaxed);
        if told {
            tracing::warn!(
                servers = self.servers,
                cause,
                "the database cannot be reached: calls are answered STORE_UNAVAILABLE until it is back"
            );
        }
        told
    }

    /// There is a connection; answers whether that was told, which is so where it was lost before.
    pub(super) fn found(&self) -> bool {
        let told = self.lost.swap(false, Ordering::Relaxed);
        if told {
            tracing::info!(servers = self.servers, "the database is reached again");
            // It may be another one by now.
            self.told.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        told
    }

    /// Tells a refusal that stands until somebody acts, once for each code; answers whether this is one.
    pub(super) fn refused(&self, error: &Error) -> bool {
        error.code().is_some_and(|code| self.refused_with(code).is_some())
    }

    /// `None` for a code that does not stand, or else whether it was told now.
    fn refused_with(&self, code: &SqlState) -> Option<bool> {
        let standing = Standing::of(code)?;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let first = told.insert(code.code().to_owned());
        if first {
            tracing::error!(
                servers = self.servers,
                code = code.code(),
                remedy = standing.remedy(),
                "the database refuses what this version asks of it: calls are answered STORE_UNAVAILABLE until then"
            );
        }
        Some(first)
    }

    /// Where the database is, without user or password.
    pub(super) fn servers(&self) -> &str {
        &self.servers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_told_once_and_so_is_the_return() {
        let contact = Contact::new("db:5432".to_owned());
        assert!(!contact.found());
        assert_eq!([contact.lost("refused"), contact.lost("refused")], [true, false]);
        assert_eq!([contact.found(), contact.found()], [true, false]);
        assert!(contact.lost("refused"));
    }

    #[test]
    fn a_standing_refusal_is_told_once_for_each_code_and_again_after_a_loss() {
        let contact = Contact::new("db:5432".to_owned());
        let refused = |code| contact.refused_with(&SqlState::from_code(code));
        assert_eq!(
            ["42P01", "42P01", "42501", "57014"].map(refused),
            [Some(true), Some(false), Some(true), None]
        );
        contact.lost("refused");
        contact.found();
        assert_eq!(refused("42P01"), Some(true));
    }
}
