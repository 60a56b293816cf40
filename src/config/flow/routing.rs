//! Reads `backend.routing`: rules in their order, each with its condition, its accounts and perhaps a name.

use std::collections::BTreeSet;

use super::node::Node;
use super::reader::{Reader, Section};
use super::{cel, sections};
use crate::domain::flow::{MAX_RULES, Predicate, Rule, RuleName};
use crate::domain::ids::AccountId;

/// How a list of rules is written, for who wrote something else.
const EXAMPLE: &str = "[{when: amount >= 50000, gateways: [backup]}]";

/// The rules of a backend; none where there is no such key.
pub(super) fn rules(
    reader: &mut Reader<'_>,
    backend: &Section<'_>,
    known: Option<&BTreeSet<AccountId>>,
) -> Vec<Rule> {
    let Some(node) = backend.get("routing") else { return Vec::new() };
    let path = backend.path("routing");
    if reader.list(node, &path, EXAMPLE).len() > MAX_RULES {
        let remedy = "join rules with the same gateways, or give some shoppers a flow of their own";
        reader.refuse(node, &path, format!("holds more than {MAX_RULES} rules"), remedy);
        return Vec::new();
    }
    let mut names = BTreeSet::new();
    reader.each_like(backend, "routing", EXAMPLE, |reader, node, path| {
        rule(reader, node, path, known, &mut names)
    })
}

fn rule(
    reader: &mut Reader<'_>,
    node: &Node,
    path: &str,
    known: Option<&BTreeSet<AccountId>>,
    names: &mut BTreeSet<RuleName>,
) -> Option<Rule> {
    let section = reader.section(node, path, &["name", "when", "gateways"])?;
    let name = match section.get("name") {
        None => None,
        Some(node) => {
            let path = section.path("name");
            let name: RuleName = reader.parsed(node, &path)?;
            if !names.insert(name.clone()) {
                reader.refuse(
                    node,
                    &path,
                    format!("{name} names another rule too"),
                    "give each its own name",
                );
            }
            Some(name)
        }
    };
    let when = reader
        .required(&section, "when", "write a CEL condition, such as when: amount >= 50000")
        .and_then(|node| condition(reader, node, &section.path("when")));
    let gateways = sections::gateways(reader, &section, known);
    Some(Rule { name, when: when?, gateways: gateways? })
}

fn condition(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Predicate> {
    let text = reader.text(node, path)?;
    match cel::read(text) {
        Ok(predicate) => Some(predicate),
        Err(fault) => {
            reader.refuse(node, path, fault.reason, fault.remedy);
            None
        }
    }
}
