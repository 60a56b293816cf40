//! The partner accounts that a flow may name, so that a dangling name is found at start and not at a sale.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ids::AccountId;

/// The partner accounts of the server's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownAccounts {
    /// Payment gateways.
    pub gateways: BTreeSet<AccountId>,
    /// Carriers that send goods.
    pub carriers: BTreeSet<AccountId>,
    /// Carriers at which goods are collected.
    pub pickup: BTreeSet<AccountId>,
    /// Tax providers.
    pub tax: BTreeSet<AccountId>,
    /// The codes of the delivery options of each carrier whose options the configuration lists.
    pub options: BTreeMap<AccountId, BTreeSet<String>>,
}
