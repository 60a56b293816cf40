//! Quotes of delivery and tax, asked of a partner and, while it fails, of its backups.
//!
//! Use cases ask here and never a [`Carrier`](super::carrier::Carrier) or a
//! [`TaxProvider`](super::tax::TaxProvider) itself: deadlines, breakers and the order of asking are not theirs.

use std::sync::Arc;

use super::carrier::{DeliveryOption, DeliveryRequest};
use super::tax::{TaxAnswer, TaxRequest};
use crate::domain::address::{Country, TaxLocation};
use crate::domain::checkout::{Degraded, DegradedReason, Dependency};
use crate::domain::currency::Currency;
use crate::domain::flow::Chain;
use crate::domain::ids::AccountId;

/// An answer, whose it is, and whom it stands in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given<T> {
    /// The answer.
    pub answer: T,
    /// The account that gave it.
    pub by: AccountId,
    /// The accounts that should have, in the order in which they failed; empty when the first one answered.
    pub degraded: Vec<Degraded>,
}

/// Nobody of a chain answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nobody {
    /// Every account that was asked, with what is known of its failure, for people to read.
    pub failed: Vec<(AccountId, DegradedReason, String)>,
}

/// What was asked for, or that nobody answered.
pub type Asked<T> = Result<Given<T>, Nobody>;

/// Asks the partners of a chain.
///
/// An implementation MUST:
/// - ask the accounts in the order of the chain, and the next one only once the one before has failed, was
///   refused or had its time;
/// - answer within seconds, whatever the partners do;
/// - take an answer with a meaning (an empty list, an exemption) for an answer;
/// - name every account that failed before the one that answered.
#[async_trait::async_trait]
pub trait Quotes: Send + Sync + 'static {
    /// The ways to deliver.
    async fn delivery(&self, chain: &Chain, request: Arc<DeliveryRequest>) -> Asked<Vec<DeliveryOption>>;

    /// What is taxed how.
    async fn tax(&self, chain: &Chain, request: Arc<TaxRequest>) -> Asked<TaxAnswer>;

    /// The accounts that it can ask, for operators: carriers with places of collection, then tax providers.
    fn accounts(&self) -> Vec<(AccountId, Dependency)>;

    /// Whether the account could offer anything at all for a cart in `currency` that goes to `country`: asked of
    /// its settings, never of the world.
    fn may_deliver(&self, account: &AccountId, currency: Currency, country: Option<Country>) -> bool;

    /// Whether the account could know the tax of a place: asked of its settings, never of the world.
    fn may_tax(&self, account: &AccountId, place: &TaxLocation) -> bool;
}
