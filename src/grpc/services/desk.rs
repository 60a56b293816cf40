//! What every service works with, and the steps that all of them take.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use prost::Message;

use crate::app::{Error, House, Mutation, Reach, Reason, StoreSettings};
use crate::domain::ids::{AccountId, StoreId};
use crate::grpc::auth::Caller;
use crate::grpc::capability::Capabilities;
use crate::grpc::fingerprint::{self, Keyed};
use crate::grpc::paging::{self, Page};
use crate::ports::gateway::{BreakerView, Operable};

/// What is known of partner accounts beside what their ports say.
#[derive(Default)]
pub struct Partners {
    /// The kind of adapter that speaks to each account: `stripe`, `adyen`, `paypal`. It tells storefronts whose tokeniser to load.
    pub adapters: BTreeMap<AccountId, String>,
    /// The gateways whose breakers operators may look at.
    pub operable: BTreeMap<AccountId, Arc<dyn Operable>>,
}

impl Partners {
    /// The adapter of an account; empty where it is not known.
    pub fn adapter(&self, account: &AccountId) -> &str {
        self.adapters.get(account).map(String::as_str).unwrap_or_default()
    }

    /// The breakers of an account.
    pub fn breakers(&self, account: &AccountId) -> Vec<BreakerView> {
        self.operable.get(account).map(|gateway| gateway.breakers()).unwrap_or_default()
    }
}

/// What every service works with. Clones share it.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    house: Arc<House>,
    capabilities: Capabilities,
    partners: Partners,
}

impl Desk {
    /// Serves the use cases of `house`.
    pub fn new(house: Arc<House>, capabilities: Capabilities, partners: Partners) -> Self {
        Self(Arc::new(Inner { house, capabilities, partners }))
    }

    pub(super) fn house(&self) -> &Arc<House> {
        &self.0.house
    }

    pub(super) fn partners(&self) -> &Partners {
        &self.0.partners
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.house.engine.clock.now()
    }

    /// Lets a caller into a store that exists.
    pub(super) fn enter(&self, caller: &Caller, store: &StoreId) -> Result<&StoreSettings, Error> {
        caller.enter(store)?;
        self.0.house.store(store)
    }

    /// Lets a caller into a store and to a resource of it, by the resource's full name alone.
    pub(super) fn admit(
        &self,
        caller: &Caller,
        store: &StoreId,
        resource: &str,
    ) -> Result<&StoreSettings, Error> {
        let settings = self.enter(caller, store)?;
        caller.must_hold(&self.0.capabilities, resource)?;
        Ok(settings)
    }

    /// Lets a caller into a store and, as far as its name tells, to a cart, checkout or order of it. Where the
    /// caller stands for a customer, whose the row is decides: it is within the reach that comes back, or it is
    /// not there.
    pub(super) fn admit_owner(
        &self,
        caller: &Caller,
        store: &StoreId,
        resource: &str,
    ) -> Result<(&StoreSettings, Reach), Error> {
        let settings = self.enter(caller, store)?;
        if caller.customer.is_none() {
            caller.must_hold(&self.0.capabilities, resource)?;
        }
        Ok((settings, caller.reach(caller.holds(&self.0.capabilities, resource))))
    }

    /// The capability token of a resource, by its full name.
    pub(super) fn token(&self, resource: &str) -> String {
        self.0.capabilities.token(resource)
    }

    /// Who changes what, under which key.
    pub(super) fn mutation<R: Keyed>(
        &self,
        caller: &Caller,
        store: &StoreId,
        request: &R,
    ) -> Result<Mutation, Error> {
        fingerprint::mutation(self.0.house.engine.vault.as_ref(), caller, store, request)
    }

    /// What page of a list is asked for.
    pub(super) fn page(&self, binding: &[&str], size: i32, token: &str) -> Result<Page<'_>, Error> {
        paging::page(self.0.house.engine.vault.as_ref(), binding, size, token)
    }
}

/// A response out of the bytes that a use case answered with.
pub(super) fn decoded<M: Message + Default>(body: &Bytes) -> Result<M, Error> {
    M::decode(body.as_ref()).map_err(|error| {
        tracing::error!(%error, "a reply of ours cannot be read");
        Error::new(Reason::Internal, "the reply cannot be read: operators find it in the log")
    })
}

/// The bytes of a response.
pub(super) fn encoded(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}
