//! `[auth]`: who may call, and the keys with which the service signs and seals.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny};

use super::leaf;
use super::problem::Problems;
use super::raw::RawTable;
use super::secret::Secret;
use crate::domain::ids::StoreId;
use crate::domain::text;

/// The least that a key for signing or sealing must have: what HMAC-SHA-256 and AES-256 use of it.
const MIN_KEY_BYTES: usize = 32;

/// The longest id of a customer, as the API has it.
const MAX_CUSTOMER_BYTES: usize = 128;

/// Who may call, and the keys with which the service signs and seals.
#[derive(Debug, Clone)]
pub struct AuthSettings {
    /// Callers by key.
    pub keys: Vec<ApiKey>,
    /// Signs the capability tokens of carts, checkouts and orders; at least 32 bytes.
    pub capability_key: Secret,
    /// Seal personal data, the newest first: it seals, all of them open. Never empty.
    pub data_keys: Vec<DataKey>,
}

/// A caller and what it may do.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// What the caller is called in logs and histories.
    pub id: String,
    /// SHA-256 of the key, in the file as 64 hexadecimal digits. The key itself is nowhere.
    #[serde(deserialize_with = "sha256")]
    pub sha256: [u8; 32],
    /// The stores that it may speak for.
    #[serde(deserialize_with = "leaf::parsed_list")]
    pub stores: BTreeSet<StoreId>,
    /// What it may do there.
    pub scopes: BTreeSet<Scope>,
    /// The customer that it stands for, where it stands for one: what it makes is that customer's, and it has
    /// no rows but that one's and those of guests whose capability it holds.
    pub customer: Option<String>,
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ApiKey")
            .field("id", &self.id)
            .field("sha256", &format_args!("[hidden]"))
            .field("stores", &self.stores)
            .field("scopes", &self.scopes)
            .field("customer", &self.customer)
            .finish()
    }
}

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// What a storefront does for a shopper.
    Shopper,
    /// What a trusted service does; a customer that it names counts as verified.
    Service,
    /// What staff do with orders and payments.
    Backoffice,
    /// What those do who run the service.
    Operator,
}

/// A key that seals personal data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataKey {
    /// Stands beside what the key sealed, so that it is found again.
    pub id: String,
    /// The key; at least 32 bytes.
    pub secret: Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    capability_key: Secret,
    #[expect(dead_code, reason = "taken out before; serde names it among the keys that there are")]
    keys: Option<IgnoredAny>,
    #[expect(dead_code, reason = "taken out before; serde names it among the keys that there are")]
    data_keys: Option<IgnoredAny>,
}

impl AuthSettings {
    pub(super) fn read(mut raw: RawTable, problems: &mut Problems) -> Option<Self> {
        let keys = read_keys(&mut raw, problems);
        let data_keys = read_data_keys(&mut raw, problems);
        let given: Given = problems.take_all(raw.read(&["capability_key"]))?;
        short(&raw, "capability_key", &given.capability_key, problems);
        Some(Self { keys, capability_key: given.capability_key, data_keys })
    }
}

fn read_keys(raw: &mut RawTable, problems: &mut Problems) -> Vec<ApiKey> {
    let mut keys: Vec<ApiKey> = Vec::new();
    for table in problems.take(raw.take_list("keys")).unwrap_or_default() {
        let Some(key) = problems.take_all(table.read::<ApiKey>(&[])) else { continue };
        if key.id.is_empty() {
            problems.0.push(table.problem("id", "is empty", "name the caller"));
        }
        if keys.iter().any(|earlier| earlier.id == key.id) {
            problems.0.push(table.problem(
                "id",
                format!("{} is given twice", key.id),
                "give each key its own id",
            ));
        }
        if keys.iter().any(|earlier| earlier.sha256 == key.sha256) {
            problems.0.push(table.problem("sha256", "is given twice", "give each caller its own key"));
        }
        if key.stores.is_empty() {
            problems.0.push(table.problem(
                "stores",
                "is empty",
                "name the stores that the key may speak for",
            ));
        }
        if key.scopes.is_empty() {
            let remedy = "name one of shopper, service, backoffice, operator";
            problems.0.push(table.problem("scopes", "is empty", remedy));
        }
        check_customer(&key, &table, problems);
        keys.push(key);
    }
    keys
}

/// Staff and operators stand for nobody: what they may do is no single customer's.
fn check_customer(key: &ApiKey, table: &RawTable, problems: &mut Problems) {
    let Some(customer) = &key.customer else { return };
    if customer.is_empty() || text::check(customer, MAX_CUSTOMER_BYTES).is_err() {
        let remedy = format!("give the customer's own id, of 1 to {MAX_CUSTOMER_BYTES} bytes on one line");
        problems.0.push(table.problem("customer", "is not an id", remedy));
    }
    if key.scopes.iter().any(|scope| matches!(scope, Scope::Backoffice | Scope::Operator)) {
        let remedy = "leave it out, or give the key the scopes shopper or service only";
        problems.0.push(table.problem("customer", "stands beside a scope of staff", remedy));
    }
}

fn read_data_keys(raw: &mut RawTable, problems: &mut Problems) -> Vec<DataKey> {
    let mut keys: Vec<DataKey> = Vec::new();
    let before = problems.0.len();
    for table in problems.take(raw.take_list("data_keys")).unwrap_or_default() {
        let Some(key) = problems.take_all(table.read::<DataKey>(&["secret"])) else { continue };
        if keys.iter().any(|earlier| earlier.id == key.id) {
            problems.0.push(table.problem(
                "id",
                format!("{} is given twice", key.id),
                "give each key its own id",
            ));
        }
        short(&table, "secret", &key.secret, problems);
        keys.push(key);
    }
    if keys.is_empty() && problems.0.len() == before {
        let remedy = "add [[auth.data_keys]] with an id and a secret_file";
        problems.0.push(raw.problem("data_keys", "missing", remedy));
    }
    keys
}

fn short(raw: &RawTable, key: &str, secret: &Secret, problems: &mut Problems) {
    if secret.expose().len() < MIN_KEY_BYTES {
        let remedy = format!("give at least {MIN_KEY_BYTES} bytes, such as `openssl rand -base64 48` makes");
        problems.0.push(raw.problem(key, "is too short", remedy));
    }
}

fn sha256<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(deserializer)?;
    let refused = || de::Error::custom("is not a SHA-256; write 64 hexadecimal digits, as sha256sum prints");
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(refused());
    }
    let mut hash = [0; 32];
    for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).map_err(|_| refused())?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| refused())?;
    }
    Ok(hash)
}
