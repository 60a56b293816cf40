//! What operators said of partner accounts, as each replica knows it: read again every second.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::domain::ids::{AccountId, StoreId};
use crate::domain::payment::NotSent;
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

    /// Why a new authorisation must not begin at the account, if an operator said so.
    pub fn forbids(&self, store: &StoreId, account: &AccountId) -> Option<NotSent> {
        match self.of(store, account) {
            Mode::Auto | Mode::ForceClosed => None,
            Mode::Drain | Mode::ForceOpen => Some(NotSent::Drained),
        }
    }
}
