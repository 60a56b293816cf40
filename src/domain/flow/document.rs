//! The flow itself: four sections under an id and a version.

use super::backend::Backend;
use super::criteria::Criteria;
use super::frontend::Frontend;
use super::interface::Interface;
use super::names::FlowId;

/// A way through the checkout: who gets it, how it is laid out, what it offers, whom it works with.
///
/// A version never changes once sessions run on it: they are pinned to it. Of several versions of one id only
/// the newest takes new sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The flow's name.
    pub id: FlowId,
    /// Its version, from 1 up.
    pub version: u32,
    /// The higher is tried first; flows of one priority are tried by their id.
    pub priority: i32,
    /// Who gets it.
    pub criteria: Criteria,
    /// How it is laid out.
    pub interface: Interface,
    /// What it offers.
    pub frontend: Frontend,
    /// Whom it works with.
    pub backend: Backend,
}
