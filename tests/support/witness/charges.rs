//! What the gateways' ledgers say of each payment.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::binary::Sandbox;

/// One intent at one gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Charge {
    /// The gateway.
    pub account: String,
    /// Our payment.
    pub reference: String,
    pub authorised: i64,
    pub captured: i64,
    pub refunded: i64,
    /// What is still held on the card.
    pub held: i64,
    /// How many entries of each kind the ledger has of it.
    pub entries: BTreeMap<String, usize>,
}

impl Charge {
    /// Whether an entry of one of these kinds exists.
    pub fn has(&self, kinds: &[&str]) -> bool {
        kinds.iter().any(|kind| self.entries.contains_key(*kind))
    }

    /// How often it was captured.
    pub fn captures(&self) -> usize {
        self.entries.get("captured").copied().unwrap_or_default()
    }
}

/// Everything that these gateways know.
pub async fn charges(gateways: &[&Sandbox]) -> Vec<Charge> {
    let mut all = Vec::new();
    for gateway in gateways {
        all.extend(read(gateway.account(), &gateway.witness(None).await));
    }
    all
}

/// What one gateway knows of one payment.
pub async fn charges_of(gateway: &Sandbox, reference: &str) -> Vec<Charge> {
    read(gateway.account(), &gateway.witness(Some(reference)).await)
}

fn read(account: &str, ledger: &Value) -> Vec<Charge> {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut entries: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for entry in ledger["entries"].as_array().unwrap() {
        *entries.entry(text(entry, "intent")).or_default().entry(text(entry, "kind")).or_default() += 1;
    }
    let intents = ledger["intents"].as_array().unwrap().iter();
    intents
        .map(|intent| Charge {
            account: account.to_owned(),
            reference: text(intent, "reference"),
            authorised: intent["authorised"].as_i64().unwrap(),
            captured: intent["captured"].as_i64().unwrap(),
            refunded: intent["refunded"].as_i64().unwrap(),
            held: intent["held"].as_i64().unwrap(),
            entries: entries.remove(&text(intent, "id")).unwrap_or_default(),
        })
        .collect()
}
