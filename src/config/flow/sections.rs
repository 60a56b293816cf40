//! Reads the `interface`, `frontend` and `backend` sections.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::time::Duration;

use super::accounts::KnownAccounts;
use super::node::{Node, Value};
use super::reader::{Reader, Section};
use super::routing;
use crate::domain::flow::{
    Backend, BadChain, BadGateways, CapturePolicy, Chain, DegradedMode, DeliveryOffer, Frontend, Gateways,
    IdentityOption, Interface, Layout, MAX_ACTION_WINDOW, MIN_ACTION_WINDOW, OptionCode, Suppressed,
};
use crate::domain::ids::AccountId;

pub(super) fn interface(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Interface> {
    let section = reader.section(node, path, &["layout", "ui_hints", "primary_action_label"])?;
    let layout = reader
        .required(&section, "layout", &format!("write one of {}", listed(Layout::ALL)))
        .and_then(|node| reader.word(node, &section.path("layout"), Layout::ALL));
    let suppress = section
        .get("ui_hints")
        .and_then(|node| reader.section(node, &section.path("ui_hints"), &["suppress"]))
        .map(|hints| {
            reader.each(&hints, "suppress", |reader, node, path| reader.word(node, path, Suppressed::ALL))
        })
        .unwrap_or_default();
    let primary_action_label = section
        .get("primary_action_label")
        .and_then(|node| reader.parsed(node, &section.path("primary_action_label")));
    Some(Interface { layout: layout?, suppress: suppress.into_iter().collect(), primary_action_label })
}

pub(super) fn frontend(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Frontend> {
    let section =
        reader.section(node, path, &["delivery_options", "click_and_collect", "coupons", "identity"])?;
    let click_and_collect = reader.flag(&section, "click_and_collect", false);
    let coupons = reader.flag(&section, "coupons", true);
    let identity: BTreeSet<IdentityOption> = reader
        .each(&section, "identity", |reader, node, path| reader.word(node, path, IdentityOption::ALL))
        .into_iter()
        .collect();
    let identity = match section.get("identity") {
        None => IdentityOption::ALL.iter().copied().collect(),
        Some(node) if node.value == Value::List(Vec::new()) => {
            let remedy = format!("name at least one of {}", listed(IdentityOption::ALL));
            reader.refuse(node, &section.path("identity"), "nobody can buy", remedy);
            return None;
        }
        Some(_) => identity,
    };
    Some(Frontend {
        delivery_options: delivery_options(reader, &section),
        click_and_collect,
        coupons,
        identity,
    })
}

fn delivery_options(reader: &mut Reader<'_>, section: &Section<'_>) -> DeliveryOffer {
    let key = "delivery_options";
    let Some(node) = section.get(key) else { return DeliveryOffer::All };
    match &node.value {
        Value::Text(text) if text == "all" => DeliveryOffer::All,
        Value::List(items) if !items.is_empty() => {
            let codes: Vec<OptionCode> = reader.each(section, key, Reader::parsed);
            DeliveryOffer::Only(codes.into_iter().collect())
        }
        other => {
            let reason = match other {
                Value::List(_) => "no option is offered".to_owned(),
                Value::Text(text) => format!("`{text}` is not known"),
                other => format!("is {}", other.what()),
            };
            reader.refuse(
                node,
                &section.path(key),
                reason,
                "write all, or a list such as [standard, express]",
            );
            DeliveryOffer::All
        }
    }
}

pub(super) fn backend(
    reader: &mut Reader<'_>,
    node: &Node,
    path: &str,
    known: Option<&KnownAccounts>,
) -> Option<Backend> {
    let keys = ["gateways", "routing", "carriers", "pickup", "tax", "capture", "action_window_seconds"];
    let section = reader.section(node, path, &keys)?;
    let takes_money = known.map(|known| &known.gateways);
    let gateways = gateways(reader, &section, takes_money);
    let routing = routing::rules(reader, &section, takes_money);
    let carriers = reader.each(&section, "carriers", |reader, node, path| {
        chain(reader, node, path, ("partners.carriers", known.map(|known| &known.carriers)))
    });
    let pickup = accounts(reader, &section, "pickup", known.map(|known| &known.pickup));
    let tax = reader.required(&section, "tax", "name a tax provider of partners.tax").and_then(|node| {
        chain(reader, node, &section.path("tax"), ("partners.tax", known.map(|known| &known.tax)))
    });
    let capture = section.get("capture").map_or(Some(CapturePolicy::ByKind), |node| {
        reader.word(node, &section.path("capture"), CapturePolicy::ALL)
    });
    let action_window = section
        .get("action_window_seconds")
        .and_then(|node| action_window(reader, node, &section.path("action_window_seconds")));
    Some(Backend {
        gateways: gateways?,
        routing,
        carriers,
        pickup,
        tax: tax?,
        capture: capture?,
        action_window,
    })
}

/// `None` where a mistake was noted, too: the document is refused then.
fn action_window(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Duration> {
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    let bounds = seconds(MIN_ACTION_WINDOW)..=seconds(MAX_ACTION_WINDOW);
    let value = reader.integer(node, path, bounds)?;
    u64::try_from(value).ok().map(Duration::from_secs)
}

/// Reads the accounts under `gateways`, of the section itself or of a rule.
pub(super) fn gateways(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    known: Option<&BTreeSet<AccountId>>,
) -> Option<Gateways> {
    let remedy = "name the primary account of partners.gateways, then its backups";
    let node = reader.required(section, "gateways", remedy)?;
    let before = reader.problems.len();
    let named = accounts(reader, section, "gateways", known);
    if reader.problems.len() > before {
        return None;
    }
    match Gateways::new(named) {
        Ok(gateways) => Some(gateways),
        Err(error) => {
            let remedy = match &error {
                BadGateways::None => remedy,
                BadGateways::TooMany => "keep the best ones",
                BadGateways::Twice(_) => "name another account as the backup",
            };
            reader.refuse(node, &section.path("gateways"), error.to_string(), remedy);
            None
        }
    }
}

fn accounts(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    key: &'static str,
    known: Option<&BTreeSet<AccountId>>,
) -> Vec<AccountId> {
    let table = if key == "gateways" { "partners.gateways" } else { "partners.carriers" };
    reader.each(section, key, |reader, node, path| account(reader, node, path, (table, known)))
}

/// Reads an account that quotes: its name, or a map with its backups.
fn chain(
    reader: &mut Reader<'_>,
    node: &Node,
    path: &str,
    table: (&str, Option<&BTreeSet<AccountId>>),
) -> Option<Chain> {
    if !matches!(node.value, Value::Map(_)) {
        return account(reader, node, path, table).map(Chain::alone);
    }
    let section = reader.section(node, path, &["account", "backups", "degraded"])?;
    let before = reader.problems.len();
    let first = reader
        .required(&section, "account", "name the account that is asked first")
        .and_then(|node| account(reader, node, &section.path("account"), table));
    let backups = reader.each(&section, "backups", |reader, node, path| account(reader, node, path, table));
    if reader.problems.len() > before {
        return None;
    }
    let chain = match Chain::new(first?, backups) {
        Ok(chain) => chain,
        Err(error) => {
            let remedy = match &error {
                BadChain::TooMany => "keep the best ones",
                BadChain::Twice(_) => "name another account as the backup",
            };
            let place = section.get("backups").unwrap_or(node);
            reader.refuse(place, &section.path("backups"), error.to_string(), remedy);
            return None;
        }
    };
    let Some(stated) = section.get("degraded") else { return Some(chain) };
    let key = section.path("degraded");
    let (reason, remedy) = match (reader.word(stated, &key, DegradedMode::ALL)?, chain.mode()) {
        (DegradedMode::Fallback, DegradedMode::Fail) => {
            ("there is nobody to fall back to", "name backups, or write degraded: fail")
        }
        (DegradedMode::Fail, DegradedMode::Fallback) => {
            ("the backups would never be asked", "remove them, or write degraded: fallback")
        }
        (DegradedMode::Fail, DegradedMode::Fail) | (DegradedMode::Fallback, DegradedMode::Fallback) => {
            return Some(chain);
        }
    };
    reader.refuse(stated, &key, reason, remedy);
    None
}

/// Reads the name of an account, which must stand in the configuration where that is known.
fn account(
    reader: &mut Reader<'_>,
    node: &Node,
    path: &str,
    (table, known): (&str, Option<&BTreeSet<AccountId>>),
) -> Option<AccountId> {
    let account: AccountId = reader.parsed(node, path)?;
    match known {
        Some(known) if !known.contains(&account) => {
            let remedy = if known.is_empty() {
                format!("add [{table}.{account}] to the configuration: it has none that serves here")
            } else {
                let names: Vec<&str> = known.iter().map(AccountId::as_str).collect();
                format!("use one of {}, or add [{table}.{account}]", names.join(", "))
            };
            reader.refuse(
                node,
                path,
                format!("the configuration has no account {account} that serves here"),
                remedy,
            );
            None
        }
        _ => Some(account),
    }
}

fn listed<T: Display>(all: &[T]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
