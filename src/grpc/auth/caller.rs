//! What a handler knows of its caller.
//!
//! The auth layer puts a [`Caller`] into the request's extensions once the table of scopes let the call pass.
//! What is refused here looks like absence, so that nobody can find out what exists in another's store.

use std::collections::BTreeSet;

use tokio::time::Instant;

use crate::app::{Error, Reach, Reason};
use crate::domain::ids::StoreId;
use crate::grpc::capability::Capabilities;
use crate::grpc::limits::deadline::AnswerBy;

use super::Scope;

/// The stores that a caller may speak for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stores {
    /// Every store.
    All,
    /// These.
    Some(BTreeSet<StoreId>),
}

/// Whose customer id counts as verified when a caller states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouching<'a> {
    /// Nobody's: a shopper may type anything.
    Nobody,
    /// Anybody's: services and staff know their customers.
    Anybody,
    /// That of the customer that the key stands for, whether it is stated or not.
    Only(&'a str),
}

/// Who calls. Its `Debug` hides the capability.
#[derive(Clone, PartialEq, Eq)]
pub struct Caller {
    /// The key's id, for fingerprints and histories; never the key.
    pub id: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// Where it may do it.
    pub stores: Stores,
    /// The customer that its key stands for, which counts as verified.
    pub customer: Option<String>,
    /// The capability token that came with the call, unchecked.
    pub capability: Option<String>,
    /// When it stops waiting for an answer; `None` where nothing bounds the call.
    pub answer_by: Option<Instant>,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Caller")
            .field("id", &self.id)
            .field("scopes", &self.scopes)
            .field("stores", &self.stores)
            .field("customer", &self.customer)
            .field("capability", &self.capability.as_ref().map(|_| "[hidden]"))
            .field("answer_by", &self.answer_by)
            .finish()
    }
}

/// The caller of a request, if it still waits: a call whose time ran out on its way here is refused before any work.
pub fn caller<T>(request: &tonic::Request<T>) -> Result<Caller, Error> {
    let extensions = request.extensions();
    let known = extensions.get::<Caller>().cloned().ok_or_else(|| {
        Error::new(Reason::Internal, "the call reached its handler without being authorised: report this")
    })?;
    let answer_by = extensions.get::<AnswerBy>().map(|by| by.0);
    if answer_by.is_some_and(|by| Instant::now() >= by) {
        return Err(Error::too_late());
    }
    Ok(Caller { answer_by, ..known })
}

impl Caller {
    /// Enters a store: the one place where that is allowed or refused. A foreign store looks like one that
    /// does not exist.
    pub fn enter(&self, store: &StoreId) -> Result<(), Error> {
        let may = match &self.stores {
            Stores::All => true,
            Stores::Some(stores) => stores.contains(store),
        };
        if may { Ok(()) } else { Err(Error::not_found("store")) }
    }

    /// Asks a caller that speaks for a shopper, or for one customer, for the capability of `resource`, the full
    /// name of a cart, checkout or order. Staff and services need none.
    pub fn must_hold(&self, capabilities: &Capabilities, resource: &str) -> Result<(), Error> {
        if self.holds(capabilities, resource) || self.is_trusted() {
            return Ok(());
        }
        let remedy = match self.capability {
            Some(_) => "send the capability_token that came with this very resource as cashwrap-capability",
            // Says the same of what exists and of what does not.
            None => "a shopper also sends its capability_token as cashwrap-capability",
        };
        let message = format!("there is no such resource, or it is not yours: {remedy}");
        Err(Error::at(Reason::NotFound, Some("name".to_owned()), message))
    }

    /// Whether the capability of `resource` came with the call.
    pub fn holds(&self, capabilities: &Capabilities, resource: &str) -> bool {
        self.capability.as_deref().is_some_and(|token| capabilities.holds(token, resource))
    }

    /// Whose rows it may touch: a customer's own where it stands for one, and a guest's where it holds the
    /// capability.
    pub fn reach(&self, holds: bool) -> Reach {
        match &self.customer {
            None => Reach::Anybodys,
            Some(id) => Reach::Customer { id: id.clone(), guests: holds },
        }
    }

    /// Whose customer id counts as verified when it states one.
    pub fn vouches(&self) -> Vouching<'_> {
        match &self.customer {
            Some(own) => Vouching::Only(own),
            None if self.scopes.contains(&Scope::Service) || self.scopes.contains(&Scope::Backoffice) => {
                Vouching::Anybody
            }
            None => Vouching::Nobody,
        }
    }

    /// Whether it has any scope beyond the shopper's, and stands for nobody in particular.
    fn is_trusted(&self) -> bool {
        let beyond = self.scopes.iter().any(|scope| match scope {
            Scope::Shopper => false,
            Scope::Service | Scope::Backoffice | Scope::Operator => true,
        });
        beyond && self.customer.is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::grpc::capability::testing::Xor;

    fn with(scopes: &[Scope], capability: Option<String>) -> Caller {
        Caller {
            id: "someone".to_owned(),
            scopes: scopes.iter().copied().collect(),
            stores: Stores::Some(BTreeSet::from(["demo".parse().unwrap()])),
            customer: None,
            capability,
            answer_by: None,
        }
    }

    #[test]
    fn a_foreign_store_looks_like_one_that_does_not_exist() {
        let caller = with(&[Scope::Operator], None);
        assert_eq!(caller.enter(&"demo".parse().unwrap()), Ok(()));
        let refused = caller.enter(&"other".parse().unwrap()).unwrap_err();
        assert_eq!(refused, Error::not_found("store"));
    }

    #[test]
    fn a_shopper_must_hold_the_capability_of_this_very_resource() {
        let capabilities = Capabilities::new(Arc::new(Xor));
        let token = capabilities.token("stores/demo/carts/crt_1");
        let holder = with(&[Scope::Shopper], Some(token));
        assert_eq!(holder.must_hold(&capabilities, "stores/demo/carts/crt_1"), Ok(()));
        assert!(holder.must_hold(&capabilities, "stores/demo/carts/crt_2").is_err());
        assert!(with(&[Scope::Shopper], None).must_hold(&capabilities, "stores/demo/carts/crt_1").is_err());
    }

    #[test]
    fn only_services_and_staff_vouch_for_a_customer_and_none_beyond_the_shopper_needs_a_capability() {
        let capabilities = Capabilities::new(Arc::new(Xor));
        for (scope, vouches) in [
            (Scope::Shopper, Vouching::Nobody),
            (Scope::Service, Vouching::Anybody),
            (Scope::Backoffice, Vouching::Anybody),
            (Scope::Operator, Vouching::Nobody),
        ] {
            let caller = with(&[scope], None);
            assert_eq!(caller.vouches(), vouches, "{scope:?}");
            let free = caller.must_hold(&capabilities, "stores/demo/carts/crt_1").is_ok();
            assert_eq!(free, scope != Scope::Shopper, "{scope:?}");
        }
    }

    #[test]
    fn who_stands_for_a_customer_vouches_for_that_one_alone_and_needs_the_capability_of_what_is_not_its_own()
    {
        let capabilities = Capabilities::new(Arc::new(Xor));
        for scope in [Scope::Shopper, Scope::Service] {
            let caller = Caller { customer: Some("ada".to_owned()), ..with(&[scope], None) };
            assert_eq!(caller.vouches(), Vouching::Only("ada"), "{scope:?}");
            assert!(caller.must_hold(&capabilities, "stores/demo/payments/pay_1").is_err(), "{scope:?}");
            assert_eq!(caller.reach(true), Reach::Customer { id: "ada".to_owned(), guests: true });
        }
        assert_eq!(with(&[Scope::Shopper], None).reach(false), Reach::Anybodys);
    }

    #[test]
    fn a_capability_does_not_print() {
        let text = format!("{:?}", with(&[Scope::Shopper], Some("cap_secret".to_owned())));
        assert!(!text.contains("cap_secret"), "{text}");
    }
}
