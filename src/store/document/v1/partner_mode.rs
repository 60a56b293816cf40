//! The mode that operators gave a partner account.

use serde::{Deserialize, Serialize};

use super::scalar::{Text, Version, Word};
use crate::domain::ids::{AccountId, StoreId};
use crate::ports::record::{Mode, PartnerMode};

/// A partner's mode.
#[derive(Serialize, Deserialize)]
pub(super) struct PartnerModeShape {
    v: Version,
    store: Text<StoreId>,
    account: Text<AccountId>,
    mode: Word<Mode>,
}

impl From<&PartnerMode> for PartnerModeShape {
    fn from(row: &PartnerMode) -> Self {
        let PartnerMode { store, account, mode } = row.clone();
        Self { v: Version, store: Text(store), account: Text(account), mode: Word(mode) }
    }
}

impl From<PartnerModeShape> for PartnerMode {
    fn from(shape: PartnerModeShape) -> Self {
        Self { store: shape.store.0, account: shape.account.0, mode: shape.mode.0 }
    }
}
