//! The port's implementation: accounts by name, and chains that are asked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tower::ServiceExt as _;

use super::account::{Account, Stack};
use super::call::{Call, Delivery, Failure, Reply, Sort, Tax};
use super::settings::{LONGEST, QuoteSettings};
use crate::domain::address::{Country, TaxLocation};
use crate::domain::checkout::{Degraded, DegradedReason, Dependency};
use crate::domain::currency::Currency;
use crate::domain::flow::Chain;
use crate::domain::ids::AccountId;
use crate::ports::carrier::{Carrier, DeliveryOption, DeliveryRequest};
use crate::ports::quotes::{Asked, Given, Nobody, Quotes};
use crate::ports::tax::{TaxAnswer, TaxProvider, TaxRequest};
use crate::resilience::{Answered, Entropy, Failover};

/// Another partner is not asked with less time than this: it could not answer over a network.
const BACKUP_FLOOR: Duration = Duration::from_millis(100);

/// The accounts that quote, each behind its layers.
pub struct QuoteDesk {
    carriers: BTreeMap<AccountId, Account<Delivery>>,
    taxes: BTreeMap<AccountId, Account<Tax>>,
    entropy: Entropy,
}

impl QuoteDesk {
    /// A desk without accounts; `entropy` only spreads waits.
    pub fn new(entropy: Entropy) -> Self {
        Self { carriers: BTreeMap::new(), taxes: BTreeMap::new(), entropy }
    }

    /// The same with a carrier, or a place of collection.
    #[must_use]
    pub fn with_carrier(
        mut self,
        account: AccountId,
        carrier: Arc<dyn Carrier>,
        settings: &QuoteSettings,
    ) -> Self {
        let behind = Account::new(&account, carrier, settings, &self.entropy);
        self.carriers.insert(account, behind);
        self
    }

    /// The same with a tax provider.
    #[must_use]
    pub fn with_tax(
        mut self,
        account: AccountId,
        provider: Arc<dyn TaxProvider>,
        settings: &QuoteSettings,
    ) -> Self {
        let behind = Account::new(&account, provider, settings, &self.entropy);
        self.taxes.insert(account, behind);
        self
    }
}

type Failed = Vec<(AccountId, DegradedReason, String)>;

async fn ask<S: Sort>(
    accounts: &BTreeMap<AccountId, Account<S>>,
    chain: &Chain,
    request: Arc<S::Request>,
) -> Asked<S::Answer> {
    let mut failed = Failed::new();
    let mut services: Vec<(AccountId, Stack<S>)> = Vec::new();
    let mut time = Duration::ZERO;
    for account in chain.accounts() {
        if let Some(behind) = accounts.get(account) {
            services.push((account.clone(), behind.stack.clone()));
            time = time.saturating_add(behind.share).min(LONGEST);
        } else {
            // A flow that was loaded without a look at the accounts: its others may still serve.
            let cause = "the configuration has no such account".to_owned();
            failed.push((account.clone(), DegradedReason::Misconfigured, cause));
        }
    }
    let mut services = services.into_iter();
    let Some(first) = services.next() else { return Err(nobody::<S>(failed)) };
    let failing = |reply: &Reply<S::Answer>| matches!(reply, Reply::Failed(_));
    let failover = Failover::new(first, services.collect(), failing, BACKUP_FLOOR);
    let Ok(answered) = failover.oneshot(Call::within(request, time)).await;
    let Answered { by, failed: before, response } = answered;
    let said = |(account, reply): (AccountId, Reply<S::Answer>)| match reply {
        Reply::Failed(Failure { reason, cause, .. }) => Some((account, reason, cause)),
        Reply::Given(_) => None,
    };
    failed.extend(before.into_iter().filter_map(said));
    match response {
        Reply::Given(answer) => {
            told::<S>(&by, "answered");
            for (account, reason, cause) in &failed {
                told::<S>(account, reason.as_str());
                tracing::warn!(%account, backup = %by, reason = reason.as_str(), cause, "a backup quoted");
            }
            let degraded = failed.into_iter().map(|(from, reason, _)| Degraded {
                dependency: S::DEPENDENCY,
                from,
                to: by.clone(),
                reason,
            });
            Ok(Given { answer, degraded: degraded.collect(), by })
        }
        Reply::Failed(Failure { reason, cause, .. }) => {
            failed.push((by, reason, cause));
            Err(nobody::<S>(failed))
        }
    }
}

fn nobody<S: Sort>(failed: Failed) -> Nobody {
    for (account, reason, cause) in &failed {
        told::<S>(account, reason.as_str());
        tracing::warn!(%account, reason = reason.as_str(), cause, "no quote, and nobody stands in");
    }
    Nobody { failed }
}

fn told<S: Sort>(account: &AccountId, outcome: &'static str) {
    metrics::counter!(
        "cashwrap_quotes_total",
        "account" => account.to_string(), "dependency" => S::DEPENDENCY.as_str(), "outcome" => outcome,
    )
    .increment(1);
}

#[async_trait::async_trait]
impl Quotes for QuoteDesk {
    async fn delivery(&self, chain: &Chain, request: Arc<DeliveryRequest>) -> Asked<Vec<DeliveryOption>> {
        ask(&self.carriers, chain, request).await
    }

    async fn tax(&self, chain: &Chain, request: Arc<TaxRequest>) -> Asked<TaxAnswer> {
        ask(&self.taxes, chain, request).await
    }

    fn accounts(&self) -> Vec<(AccountId, Dependency)> {
        let carriers = self.carriers.keys().map(|account| (account.clone(), Dependency::Carrier));
        carriers.chain(self.taxes.keys().map(|account| (account.clone(), Dependency::Tax))).collect()
    }

    fn may_tax(&self, account: &AccountId, place: &TaxLocation) -> bool {
        self.taxes.get(account).is_some_and(|behind| behind.partner.may_know(place))
    }

    fn may_deliver(&self, account: &AccountId, currency: Currency, country: Option<Country>) -> bool {
        self.carriers.get(account).is_some_and(|behind| behind.partner.serves(currency, country))
    }
}
