//! Delivery groups: what travels together. One order and one payment may have several.
//!
//! Goods that ship make one group and digital goods another; several warehouses would make more.

use super::session::Checkout;
use crate::domain::cart::CartLine;
use crate::domain::ids::LineId;

/// The id of the group of what ships or is collected.
pub const SHIPMENT_GROUP: &str = "shipment";

/// The id of the group of what needs no delivery.
pub const DIGITAL_GROUP: &str = "digital";

/// How a group gets to the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// By a carrier, or collected: a choice is needed.
    Delivered,
    /// Needs no delivery.
    Digital,
}

/// What travels together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryGroup {
    /// Its id.
    pub id: &'static str,
    /// How it travels.
    pub kind: GroupKind,
    /// Its lines, in the order of the cart.
    pub lines: Vec<LineId>,
}

/// The delivery groups of a checkout; every line is in exactly one.
pub fn groups(checkout: &Checkout) -> Vec<DeliveryGroup> {
    groups_of(&checkout.lines)
}

/// The delivery groups of lines: an order has them as its checkout had.
pub fn groups_of(cart_lines: &[CartLine]) -> Vec<DeliveryGroup> {
    let of = |delivered: bool| -> Vec<LineId> {
        let wanted = |line: &&CartLine| line.product.requires_delivery == delivered;
        cart_lines.iter().filter(wanted).map(|line| line.id).collect()
    };
    let mut groups = Vec::new();
    for (id, kind, lines) in
        [(SHIPMENT_GROUP, GroupKind::Delivered, of(true)), (DIGITAL_GROUP, GroupKind::Digital, of(false))]
    {
        if !lines.is_empty() {
            groups.push(DeliveryGroup { id, kind, lines });
        }
    }
    groups
}
