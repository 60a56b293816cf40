//! A partner and its backups, for what may be asked of anybody: quotes of delivery and tax.
//!
//! What happens while a partner fails (its degraded mode) follows from the shape: alone it is FAIL, with backups
//! FALLBACK. A mode beside the list could contradict it.

use super::shopper::word_enum;
use crate::domain::ids::AccountId;

/// The most accounts of a chain: each that fails costs the waiting shopper about a second.
pub const MAX_CHAIN: usize = 3;

word_enum!(
    /// What happens while a partner fails.
    DegradedMode {
        /// Its part fails: a carrier's options are missing, a tax is not known and nothing can be placed.
        Fail = "fail",
        /// The next account is asked, and the order records it.
        Fallback = "fallback",
    }
);

/// Accounts in the order in which they are asked: the primary and its backups. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    first: AccountId,
    backups: Vec<AccountId>,
}

/// The accounts do not make a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadChain {
    /// There are more than [`MAX_CHAIN`].
    #[error("more than {} backups", MAX_CHAIN - 1)]
    TooMany,
    /// One is named twice: a backup must be another account.
    #[error("{0} is named twice")]
    Twice(AccountId),
}

impl Chain {
    /// An account without backups.
    pub const fn alone(account: AccountId) -> Self {
        Self { first: account, backups: Vec::new() }
    }

    /// An account and those that stand in for it, in order.
    pub fn new(first: AccountId, backups: Vec<AccountId>) -> Result<Self, BadChain> {
        if backups.len() >= MAX_CHAIN {
            return Err(BadChain::TooMany);
        }
        for (index, account) in backups.iter().enumerate() {
            if *account == first || backups.iter().take(index).any(|earlier| earlier == account) {
                return Err(BadChain::Twice(account.clone()));
            }
        }
        Ok(Self { first, backups })
    }

    /// The account that is asked first.
    pub const fn first(&self) -> &AccountId {
        &self.first
    }

    /// Every account, in the order in which they are asked.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountId> {
        std::iter::once(&self.first).chain(&self.backups)
    }

    /// What happens while the first account fails.
    pub const fn mode(&self) -> DegradedMode {
        if self.backups.is_empty() { DegradedMode::Fail } else { DegradedMode::Fallback }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(accounts: &[&str]) -> Result<Chain, BadChain> {
        let mut accounts: Vec<AccountId> = accounts.iter().map(|name| name.parse().unwrap()).collect();
        let first = accounts.remove(0);
        Chain::new(first, accounts)
    }

    #[test]
    fn a_backup_is_another_account_and_there_are_two_at_most() {
        assert_eq!(chain(&["a", "a"]), Err(BadChain::Twice("a".parse().unwrap())));
        assert_eq!(chain(&["a", "b", "b"]), Err(BadChain::Twice("b".parse().unwrap())));
        assert_eq!(chain(&["a", "b", "c", "d"]), Err(BadChain::TooMany));
        let names: Vec<_> = chain(&["a", "b", "c"]).unwrap().accounts().map(ToString::to_string).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn an_account_alone_fails_and_one_with_a_backup_falls_back() {
        assert_eq!(chain(&["a"]).unwrap().mode(), DegradedMode::Fail);
        assert_eq!(chain(&["a", "b"]).unwrap().mode(), DegradedMode::Fallback);
    }
}
