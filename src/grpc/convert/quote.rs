//! Quotes, of a checkout and as an order copied them.

use jiff::Timestamp;

use super::money::amount;
use super::product::{applied_tax, line_discount, quote_discount, snapshot, tax_line};
use super::{delivery, time};
use crate::domain::cart::CartLine;
use crate::domain::checkout::{
    Degraded, DeliveryGroup, Dependency, Details, GroupKind, Quoted, SelectionKind, groups_of,
};
use crate::domain::pricing::{QuotedLine, RoundingLevel, RoundingMode, RoundingPolicy};
use crate::proto::cashwrap::v1;

/// What a quote is shown from.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The lines that it speaks of.
    pub lines: &'a [CartLine],
    /// What the buyer has given.
    pub details: &'a Details,
    /// The amounts.
    pub quoted: &'a Quoted,
    /// When it is, or was, ordered: delivery days count from then.
    pub from: Timestamp,
}

/// A quote as the API shows it.
pub fn quote(shown: Shown<'_>) -> v1::Quote {
    let quote = &shown.quoted.quote;
    let totals = quote.totals;
    let groups = groups_of(shown.lines);
    let included = quote.prices_include_tax;
    let due = amount(totals.total);
    let tenders = if totals.total.is_zero() {
        Vec::new()
    } else {
        vec![v1::TenderShare { kind: v1::TenderKind::Card.into(), amount: Some(due.clone()) }]
    };
    v1::Quote {
        lines: quote.lines.iter().map(|each| line(shown, &groups, each)).collect(),
        delivery_groups: groups.iter().map(|each| group(shown, each)).collect(),
        discounts: quote.discounts.iter().map(quote_discount).collect(),
        taxes: quote.tax_lines.iter().map(|tax| tax_line(tax, included)).collect(),
        tenders,
        subtotal: Some(amount(totals.subtotal)),
        discount_total: Some(amount(totals.discount)),
        delivery_total: Some(amount(totals.delivery)),
        tax_total: Some(amount(totals.tax)),
        total: Some(due.clone()),
        amount_due: Some(due),
        tax_included: included,
        estimated: shown.quoted.estimated || lacks_a_choice(shown, &groups),
        rounding: Some(rounding(quote.rounding)),
        quote_digest: shown.quoted.digest.clone(),
        expire_time: Some(time::timestamp(shown.quoted.expires_at)),
        tax_source: shown.quoted.tax_source.clone(),
        degraded: shown.quoted.degraded.iter().map(degradation).collect(),
    }
}

/// Whether delivery is not priced yet, because a group that is delivered has no choice.
fn lacks_a_choice(shown: Shown<'_>, groups: &[DeliveryGroup]) -> bool {
    let chosen = |group: &DeliveryGroup| shown.details.selection(group.id).is_some();
    groups.iter().any(|group| group.kind == GroupKind::Delivered && !chosen(group))
}

/// A partner that a backup stood in for.
pub fn degradation(degraded: &Degraded) -> v1::Degradation {
    let dependency = match degraded.dependency {
        Dependency::Tax => v1::Dependency::Tax,
        Dependency::Carrier => v1::Dependency::Carrier,
    };
    v1::Degradation {
        dependency: dependency.into(),
        from: degraded.from.to_string(),
        to: degraded.to.to_string(),
        reason: degraded.reason.as_str().to_owned(),
    }
}

fn line(shown: Shown<'_>, groups: &[DeliveryGroup], line: &QuotedLine) -> v1::QuoteLine {
    let included = shown.quoted.quote.prices_include_tax;
    let held = shown.lines.iter().find(|held| held.id == line.id);
    let group = groups.iter().find(|group| group.lines.contains(&line.id));
    v1::QuoteLine {
        line_id: line.id.to_string(),
        sku: line.sku.to_string(),
        quantity: i32::try_from(line.quantity).unwrap_or(i32::MAX),
        product: held.map(|held| snapshot(&held.product)),
        subtotal: Some(amount(line.subtotal)),
        discounts: line.discounts.iter().map(line_discount).collect(),
        taxes: line.taxes.iter().map(|tax| applied_tax(tax, line.net, included)).collect(),
        total: Some(amount(line.gross)),
        delivery_group_id: group.map(|group| group.id.to_owned()).unwrap_or_default(),
    }
}

fn group(shown: Shown<'_>, group: &DeliveryGroup) -> v1::DeliveryGroup {
    let quote = &shown.quoted.quote;
    let selection = shown.details.selection(group.id);
    let priced = quote.delivery.iter().find(|priced| priced.id == group.id);
    let kind = match (group.kind, selection.map(|selection| &selection.kind)) {
        (GroupKind::Digital, _) => v1::DeliveryKind::Digital,
        (GroupKind::Delivered, None) => v1::DeliveryKind::Unspecified,
        (GroupKind::Delivered, Some(SelectionKind::Ship)) => v1::DeliveryKind::Shipping,
        (GroupKind::Delivered, Some(SelectionKind::Pickup { .. })) => v1::DeliveryKind::Pickup,
    };
    let taxes = priced.into_iter().flat_map(|priced| {
        priced.taxes.iter().map(|tax| applied_tax(tax, priced.net, quote.prices_include_tax))
    });
    v1::DeliveryGroup {
        id: group.id.to_owned(),
        kind: kind.into(),
        line_ids: group.lines.iter().map(ToString::to_string).collect(),
        option: selection.map(|selection| delivery::chosen(selection, shown.from)),
        pickup_location: selection.and_then(delivery::chosen_location),
        taxes: taxes.collect(),
        total: priced.map(|priced| amount(priced.gross)),
    }
}

fn rounding(policy: RoundingPolicy) -> v1::RoundingPolicy {
    let mode = match policy.mode {
        RoundingMode::HalfEven => v1::RoundingMode::HalfEven,
        RoundingMode::HalfUp => v1::RoundingMode::HalfUp,
        RoundingMode::HalfDown => v1::RoundingMode::HalfDown,
    };
    let level = match policy.level {
        RoundingLevel::Unit => v1::RoundingLevel::Unit,
        RoundingLevel::Line => v1::RoundingLevel::Line,
        RoundingLevel::Order => v1::RoundingLevel::Order,
    };
    v1::RoundingPolicy { mode: mode.into(), level: level.into() }
}
