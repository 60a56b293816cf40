//! What operators do: look at partners and set their modes.

use bytes::Bytes;

use super::error::Error;
use super::house::House;
use super::mutation::{Change, Mutation, Versioned};
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
    /// Whether it is a gateway; else a carrier or tax provider.
    pub gateway: bool,
}

/// Encodes the reply that shows a partner.
pub type EncodePartner<'a> = &'a (dyn Fn(&PartnerView) -> Bytes + Sync);

impl House {
    /// The partner accounts that the store's flows name.
    pub fn list_partners(&self, store: &StoreId) -> Result<Vec<PartnerView>, Error> {
        self.store(store)?;
        let gateways = self.engine.gateways.keys().map(|account| self.partner(store, account, true));
        let others = self.carriers.keys().chain(self.taxes.keys());
        Ok(gateways.chain(others.map(|account| self.partner(store, account, false))).collect())
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
                format!("is not a gateway account: the accounts are {}", known.join(", ")),
            ));
        }
        let key = Key::new(&mutation.store, Kind::PartnerMode, account);
        let row = PartnerMode { store: mutation.store.clone(), account: account.clone(), mode };
        let step = async |_: &Snapshot<Record>| {
            Ok(Change { records: vec![Record::PartnerMode(row.clone())], ..Change::default() })
        };
        let view = PartnerView { mode, ..self.partner(&mutation.store, account, true) };
        let body = self.mutate(mutation, &[key], step, |_: &[Versioned<Record>]| encode(&view)).await?;
        self.engine.modes.set(row.clone());
        Ok(body)
    }

    fn partner(&self, store: &StoreId, account: &AccountId, gateway: bool) -> PartnerView {
        let unavailable =
            self.engine.gateway_facts(store).remove(account).and_then(|known| known.unavailable);
        PartnerView {
            account: account.clone(),
            mode: self.engine.modes.of(store, account),
            unavailable,
            gateway,
        }
    }
}
