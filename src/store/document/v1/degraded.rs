//! Partners that backups stood in for.

use serde::{Deserialize, Serialize};

use super::scalar::{Text, Word};
use crate::domain::checkout::{Degraded, DegradedReason, Dependency};
use crate::domain::ids::AccountId;

/// One partner.
#[derive(Serialize, Deserialize)]
pub(super) struct DegradedShape {
    dependency: Word<Dependency>,
    from: Text<AccountId>,
    to: Text<AccountId>,
    reason: Word<DegradedReason>,
}

impl From<&Degraded> for DegradedShape {
    fn from(degraded: &Degraded) -> Self {
        let Degraded { dependency, from, to, reason } = degraded.clone();
        Self { dependency: Word(dependency), from: Text(from), to: Text(to), reason: Word(reason) }
    }
}

impl From<DegradedShape> for Degraded {
    fn from(shape: DegradedShape) -> Self {
        Self { dependency: shape.dependency.0, from: shape.from.0, to: shape.to.0, reason: shape.reason.0 }
    }
}
