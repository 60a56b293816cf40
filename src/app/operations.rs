//! What operators do: look at partners and set their modes.

use std::sync::Arc;

use bytes::Bytes;

use super::error::{Error, Reason};
use super::house::House;
use super::mutation::{Change, Mutation, Versioned};
use crate::domain::checkout::Dependency;
use crate::domain::ids::{AccountId, StoreId};
use crate::domain::payment::NotSent;
use crate::ports::store::{Key, Kind, Snapshot};
use crate::ports::{Mode, PartnerMode, Record};

/// A partner account as operators see it.
#[derive(Debug, Clone)]
pub struct PartnerView {
    /// The account.
    pub account: AccountId,
    /// What operators want of it in this store.
    pub mode: Mode,
    /// Why it takes no new authorisation now, if so.
    pub unavailable: Option<NotSent>,
    /// What it does.
    pub kind: PartnerKind,
}

/// What a partner does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerKind {
    /// Takes payments.
    Gateway,
    /// Delivers goods, or hands them out.
    Carrier,
    /// Computes tax.
    Tax,
}

impl PartnerView {
    /// Changes with the mode only, of which it is made.
    pub fn etag(&self) -> String {
        etag(self.mode)
    }
}

fn etag(mode: Mode) -> String {
    format!("\"{}\"", mode.as_str())
}

/// Encodes the reply that shows a partner.
pub type EncodePartner<'a> = &'a (dyn Fn(&PartnerView) -> Bytes + Sync);

impl House {
    /// The partner accounts, by name.
    pub fn list_partners(&self, store: &StoreId) -> Result<Vec<PartnerView>, Error> {
        self.store(store)?;
        let gateways = self.engine.gateways.keys().map(|account| (account.clone(), PartnerKind::Gateway));
        let quoting = self.quotes.accounts().into_iter().map(|(account, dependency)| match dependency {
            Dependency::Carrier => (account, PartnerKind::Carrier),
            Dependency::Tax => (account, PartnerKind::Tax),
        });
        let mut partners: Vec<PartnerView> =
            gateways.chain(quoting).map(|(account, kind)| self.partner(store, &account, kind)).collect();
        partners.sort_by(|left, right| left.account.cmp(&right.account));
        Ok(partners)
    }

    /// Sets the mode of a gateway account in a store; every replica takes it in within a second.
    pub async fn set_partner_mode(
        &self,
        mutation: &Mutation,
        account: &AccountId,
        mode: Mode,
        encode: EncodePartner<'_>,
    ) -> Result<Bytes, Error> {
        self.store(&mutation.store)?;
        if !self.engine.gateways.contains_key(account) {
            let known: Vec<&str> = self.engine.gateways.keys().map(AccountId::as_str).collect();
            return Err(Error::field(
                "name",
                format!(
                    "is not a gateway account, the only ones with a mode: use one of {}",
                    known.join(", ")
                ),
            ));
        }
        let key = &Key::new(&mutation.store, Kind::PartnerMode, account);
        let row = &PartnerMode { store: mutation.store.clone(), account: account.clone(), mode };
        let step = |snapshot: Arc<Snapshot<Record>>| async move {
            let snapshot = &*snapshot;
            let held = match snapshot.rows.get(key).map(|held| &held.row) {
                Some(Record::PartnerMode(held)) => held.mode,
                _ => Mode::default(),
            };
            if mutation.etag.as_ref().is_some_and(|given| *given != etag(held)) {
                return Err(Error::of_field(
                    Reason::EtagMismatch,
                    "etag",
                    "is not the current one: list the partners again and decide on what it is now",
                ));
            }
            Ok(Change { records: vec![Record::PartnerMode(row.clone())], ..Change::default() })
        };
        let unavailable = self.engine.unavailable(account, mode);
        let view = PartnerView { account: account.clone(), mode, unavailable, kind: PartnerKind::Gateway };
        let keys = [key.clone()];
        // A mode's etag is of the mode itself, not of its row, and was checked above.
        let checked = Mutation { etag: None, ..mutation.clone() };
        let body = self.mutate(&checked, &keys, step, |_: &[Versioned<Record>]| encode(&view)).await?;
        self.engine.modes.set(row.clone());
        Ok(body)
    }

    fn partner(&self, store: &StoreId, account: &AccountId, kind: PartnerKind) -> PartnerView {
        let mode = self.engine.modes.of(store, account);
        PartnerView {
            account: account.clone(),
            mode,
            unavailable: self.engine.unavailable(account, mode),
            kind,
        }
    }
}
