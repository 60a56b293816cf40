//! What operators said of partner accounts, as each replica knows it: read again every second.
//!
//! A mode is a store's word on its own calls, and is kept here, as data: the breakers of an account are shared by
//! all its stores, and are never told. They go on counting whatever is said.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::domain::ids::{AccountId, StoreId};
use crate::domain::payment::NotSent;
use crate::ports::gateway::Guard;
use crate::ports::{Mode, PartnerMode};

/// The modes by store and account; absent means [`Mode::Auto`].
#[derive(Debug, Default)]
pub struct Modes {
    known: RwLock<BTreeMap<(StoreId, AccountId), Mode>>,
}

impl Modes {
    /// The mode of an account in a store.
    pub fn of(&self, store: &StoreId, account: &AccountId) -> Mode {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&(store.clone(), account.clone())).copied().unwrap_or_default()
    }

    /// Takes one mode in, at once on the replica where the operator spoke.
    pub fn set(&self, mode: PartnerMode) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert((mode.store, mode.account), mode.mode);
    }

    /// Whether a call of the store may go out to the account, and whether the account's breakers have a say in it;
    /// `begins` tells that it is a new authorisation.
    pub fn admit(&self, store: &StoreId, account: &AccountId, begins: bool) -> Result<Guard, NotSent> {
        admitted(self.of(store, account), begins)
    }
}

/// Whether a mode lets a call out, and whether the account's breakers have a say in it.
pub fn admitted(mode: Mode, begins: bool) -> Result<Guard, NotSent> {
    match mode {
        Mode::ForceOpen => Err(NotSent::ForcedOpen),
        Mode::Drain if begins => Err(NotSent::Drained),
        Mode::Drain | Mode::Auto => Ok(Guard::Heeded),
        Mode::ForceClosed => Ok(Guard::Overruled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_one_stores_and_changes_nothing_for_another_store_of_the_account() {
        let (drained, forced) = (Err(NotSent::Drained), Err(NotSent::ForcedOpen));
        for (mode, begins, goes_on) in [
            (Mode::Auto, Ok(Guard::Heeded), Ok(Guard::Heeded)),
            (Mode::Drain, drained, Ok(Guard::Heeded)),
            (Mode::ForceOpen, forced, forced),
            (Mode::ForceClosed, Ok(Guard::Overruled), Ok(Guard::Overruled)),
        ] {
            let modes = Modes::default();
            let (one, other): (StoreId, StoreId) = ("one".parse().unwrap(), "other".parse().unwrap());
            let account: AccountId = "primary".parse().unwrap();
            modes.set(PartnerMode { store: one.clone(), account: account.clone(), mode });
            let said = |store| [true, false].map(|begins| modes.admit(store, &account, begins));
            assert_eq!(said(&one), [begins, goes_on], "{mode:?}");
            assert_eq!(said(&other), [Ok(Guard::Heeded); 2], "{mode:?}");
        }
    }
}
