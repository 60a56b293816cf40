//! Whether the database answers, told once when it is lost and once when it is back.
//!
//! Many tasks ask it many times a second; a line for each of their failures would bury the one that matters.

use std::sync::atomic::{AtomicBool, Ordering};

/// Contact with the database as the log knows it.
#[derive(Debug, Default)]
pub(super) struct Contact {
    /// Where the database is, without user or password.
    servers: String,
    lost: AtomicBool,
}

impl Contact {
    pub(super) fn new(servers: String) -> Self {
        Self { servers, lost: AtomicBool::new(false) }
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
        }
        told
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
}
