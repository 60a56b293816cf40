//! The keys of callers, as the configuration has them: hashes only.
//!
//! A bearer key is hashed and its hash compared with every configured one, each in constant time, so that
//! neither the time nor the order of the keys tells how near a guess was.

use std::collections::BTreeSet;
use std::fmt;

use http::{HeaderMap, HeaderValue, header};

use super::caller::{Caller, Stores};
use super::constant::same;
use crate::config::{ApiKey, Scope};

/// The metadata in which a guest's token comes.
const CAPABILITY: &str = "cashwrap-capability";

/// The id of a caller that development mode lets in without a key.
const DEVELOPER: &str = "dev";

/// Why a call has no caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// It brought no credentials.
    #[error("no key: send the metadata `authorization: Bearer KEY`")]
    NoKey,
    /// What it brought is no bearer key.
    #[error("not one bearer key: send the metadata `authorization: Bearer KEY` once")]
    NotBearer,
    /// No configured key has this hash.
    #[error("this key is not known here: ask the operators for one")]
    UnknownKey,
}

/// Who may call.
#[derive(Clone)]
pub struct Keys {
    known: Vec<ApiKey>,
    /// Calls without credentials may come in, with every scope: development mode, asked for by name.
    open: bool,
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Keys").field("known", &self.known.len()).field("open", &self.open).finish()
    }
}

impl Keys {
    /// The configured keys.
    pub fn new(known: Vec<ApiKey>) -> Self {
        Self { known, open: false }
    }

    /// The same, and everybody without credentials: development mode.
    pub fn open_to_all(known: Vec<ApiKey>) -> Self {
        Self { known, open: true }
    }

    /// The caller of a request with these headers.
    pub fn caller(&self, headers: &HeaderMap) -> Result<Caller, Unauthenticated> {
        let capability = headers.get(CAPABILITY).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        match (given.next(), given.next()) {
            (None, _) if self.open => Ok(developer(capability)),
            (None, _) => Err(Unauthenticated::NoKey),
            (Some(one), None) => self.holder(bearer(one)?, capability),
            (Some(_), Some(_)) => Err(Unauthenticated::NotBearer),
        }
    }

    fn holder(&self, key: &str, capability: Option<String>) -> Result<Caller, Unauthenticated> {
        let hash = sha256(key.as_bytes());
        // Every key is looked at, whichever fits.
        let found = self
            .known
            .iter()
            .fold(None, |found, known| if same(&known.sha256, &hash) { Some(known) } else { found });
        let known = found.ok_or(Unauthenticated::UnknownKey)?;
        Ok(Caller {
            id: known.id.clone(),
            scopes: known.scopes.clone(),
            stores: Stores::Some(known.stores.clone()),
            customer: known.customer.clone(),
            capability,
            answer_by: None,
        })
    }
}

fn developer(capability: Option<String>) -> Caller {
    let scopes = BTreeSet::from([Scope::Shopper, Scope::Service, Scope::Backoffice, Scope::Operator]);
    Caller {
        id: DEVELOPER.to_owned(),
        scopes,
        stores: Stores::All,
        customer: None,
        capability,
        answer_by: None,
    }
}

fn bearer(value: &HeaderValue) -> Result<&str, Unauthenticated> {
    let text = value.to_str().map_err(|_| Unauthenticated::NotBearer)?;
    let (scheme, key) = text.split_once(' ').ok_or(Unauthenticated::NotBearer)?;
    let key = key.trim();
    if scheme.eq_ignore_ascii_case("bearer") && !key.is_empty() {
        Ok(key)
    } else {
        Err(Unauthenticated::NotBearer)
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<ApiKey> {
        ["hello", "there"]
            .map(|key| ApiKey {
                id: format!("id of {key}"),
                sha256: sha256(key.as_bytes()),
                stores: BTreeSet::from(["demo".parse().unwrap()]),
                scopes: BTreeSet::from([Scope::Shopper]),
                customer: (key == "there").then(|| "cus-1".to_owned()),
            })
            .into()
    }

    fn headers(given: &[(&'static str, &str)]) -> HeaderMap {
        given.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).fold(
            HeaderMap::new(),
            |mut headers, (name, value): (http::HeaderName, HeaderValue)| {
                headers.append(name, value);
                headers
            },
        )
    }

    #[test]
    fn the_hash_is_the_one_that_sha256sum_prints() {
        let hash = sha256(b"hello");
        assert_eq!((hash[0], hash[1], hash[30], hash[31]), (0x2c, 0xf2, 0x98, 0x24));
    }

    #[test]
    fn a_key_is_found_by_its_hash_wherever_it_stands() {
        let keys = Keys::new(keys());
        for key in ["hello", "there"] {
            let given = headers(&[("authorization", &format!("bearer {key}")), (CAPABILITY, "cap_x")]);
            let caller = keys.caller(&given).unwrap();
            assert_eq!(caller.id, format!("id of {key}"));
            assert_eq!(caller.capability.as_deref(), Some("cap_x"));
            assert_eq!(caller.customer.as_deref(), (key == "there").then_some("cus-1"));
        }
    }

    #[test]
    fn what_is_not_one_known_bearer_key_is_refused() {
        use Unauthenticated::{NoKey, NotBearer, UnknownKey};
        let refused = |given: &[(&'static str, &str)]| Keys::new(keys()).caller(&headers(given)).unwrap_err();
        assert_eq!(refused(&[]), NoKey);
        assert_eq!(refused(&[("authorization", "Basic aGVsbG8=")]), NotBearer);
        assert_eq!(refused(&[("authorization", "Bearer ")]), NotBearer);
        assert_eq!(refused(&[("authorization", "hello")]), NotBearer);
        assert_eq!(refused(&[("authorization", "Bearer hell")]), UnknownKey);
        let twice = [("authorization", "Bearer hello"), ("authorization", "Bearer there")];
        assert_eq!(refused(&twice), NotBearer);
    }

    #[test]
    fn development_mode_lets_in_who_has_no_key_but_nobody_with_a_wrong_one() {
        let keys = Keys::open_to_all(keys());
        let caller = keys.caller(&HeaderMap::new()).unwrap();
        assert_eq!((caller.id.as_str(), caller.stores, caller.scopes.len()), ("dev", Stores::All, 4));
        let wrong = headers(&[("authorization", "Bearer guess")]);
        assert_eq!(keys.caller(&wrong), Err(Unauthenticated::UnknownKey));
    }

    #[test]
    fn keys_print_no_hash() {
        assert_eq!(format!("{:?}", Keys::new(keys())), "Keys { known: 2, open: false }");
    }
}
