//! Reads one flow document.

use super::accounts::KnownAccounts;
use super::node::Node;
use super::reader::Reader;
use super::{criteria, sections};
use crate::domain::flow::{Criteria, Flow};

const KEYS: [&str; 7] = ["id", "version", "priority", "criteria", "interface", "frontend", "backend"];

/// The flow, or `None` where `reader` noted a mistake.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node, known: Option<&KnownAccounts>) -> Option<Flow> {
    let document = reader.section(node, "", &KEYS)?;
    let id = reader
        .required(&document, "id", "name the flow, such as id: express")
        .and_then(|node| reader.parsed(node, "id"));
    let version = reader
        .required(&document, "version", "write version: 1, and the next number at each change")
        .and_then(|node| reader.integer(node, "version", 1..=i64::from(u32::MAX)))
        .and_then(|version| u32::try_from(version).ok());
    let priority = match document.get("priority") {
        None => Some(0),
        Some(node) => reader
            .integer(node, "priority", i64::from(i32::MIN)..=i64::from(i32::MAX))
            .and_then(|priority| i32::try_from(priority).ok()),
    };
    let criteria = match document.get("criteria") {
        None => Some(Criteria::default()),
        Some(node) => criteria::read(reader, node, "criteria"),
    };
    let interface = reader
        .required(&document, "interface", "write how it is laid out, such as interface: {layout: one_page}")
        .and_then(|node| sections::interface(reader, node, "interface"));
    let frontend = reader
        .required(&document, "frontend", "write what it offers, such as frontend: {coupons: true}")
        .and_then(|node| sections::frontend(reader, node, "frontend"));
    let backend = reader
        .required(&document, "backend", "write whom it works with: gateways and tax at least")
        .and_then(|node| sections::backend(reader, node, "backend", known));
    if let (Some(frontend), Some(backend)) = (&frontend, &backend)
        && frontend.click_and_collect
        && backend.pickup.is_empty()
    {
        let place = document.get("backend").unwrap_or(node);
        let remedy = "name an account that knows the locations, or set frontend.click_and_collect to false";
        reader.refuse(
            place,
            "backend.pickup",
            "collecting is offered, but there is nowhere to collect",
            remedy,
        );
    }
    if !reader.problems.is_empty() {
        return None;
    }
    Some(Flow {
        id: id?,
        version: version?,
        priority: priority?,
        criteria: criteria?,
        interface: interface?,
        frontend: frontend?,
        backend: backend?,
    })
}
