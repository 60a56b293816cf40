//! What the lines ask for against what is left.
//!
//! A cart holds nothing: what is told here is advice, and the placement's hold decides. What would take more
//! than there is is refused; what ran short later is shown, because the shopper did nothing wrong.

use std::collections::BTreeMap;

use super::action::{CartAction, CartError};
use super::state::{Cart, CartLine};
use crate::domain::ids::{LineId, Sku};
use crate::domain::product::stock_counter;

/// A line that asks for more than is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The line.
    pub line: LineId,
    /// Its place among the lines, from 0.
    pub place: usize,
    /// What it asks for.
    pub sku: Sku,
    /// How many it asks for.
    pub wanted: u32,
    /// How many are left for it.
    pub left: u32,
}

impl Shortage {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        let Self { sku, left, .. } = self;
        match left {
            0 => format!("{sku} is sold out: remove its line"),
            left => format!("only {left} of {sku} are left: lower the quantity to {left}"),
        }
    }
}

/// The lines that ask for more than is left, in their order. `left` is by counter; what it does not know of is
/// not short. Of several lines of a SKU the earlier ones are served first.
pub fn shortages(lines: &[CartLine], left: &BTreeMap<String, i64>) -> Vec<Shortage> {
    let mut taken: BTreeMap<&Sku, u32> = BTreeMap::new();
    let mut found = Vec::new();
    for (place, line) in lines.iter().enumerate().filter(|(_, line)| line.product.tracked) {
        let Some(all) = left_of(line.sku(), left) else { continue };
        let before = taken.entry(line.sku()).or_default();
        let left = all.saturating_sub(*before);
        *before = before.saturating_add(line.quantity);
        if line.quantity > left {
            let (line, sku, wanted) = (line.id, line.sku().clone(), line.quantity);
            found.push(Shortage { line, place, sku, wanted, left });
        }
    }
    found
}

/// Refuses `actions` that led from `before` to `next` where they ask for more of a SKU than is left and than
/// the cart asked for before: whoever takes away from a line that ran short is on the way to mend it.
pub fn check_taken(
    before: &Cart,
    next: &Cart,
    actions: &[CartAction],
    left: &BTreeMap<String, i64>,
) -> Result<(), CartError> {
    let held = before.tracked_quantities();
    for (sku, wanted) in next.tracked_quantities() {
        let Some(left) = left_of(&sku, left) else { continue };
        if wanted <= left || held.get(&sku).is_some_and(|held| wanted <= *held) {
            continue;
        }
        let line = next.lines.iter().find(|line| *line.sku() == sku).map(|line| line.id);
        let asked = actions.iter().enumerate().rev().find_map(|(index, action)| match action {
            CartAction::Add { sku: added, .. } if *added == sku => Some((index, "add")),
            CartAction::SetQuantity { line: set, .. } if Some(*set) == line => Some((index, "set_quantity")),
            _ => None,
        });
        if let Some((index, action)) = asked {
            return Err(CartError::OutOfStock { index, action, sku, wanted, left });
        }
    }
    Ok(())
}

fn left_of(sku: &Sku, left: &BTreeMap<String, i64>) -> Option<u32> {
    left.get(&stock_counter(sku)).map(|left| u32::try_from((*left).max(0)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::super::action::apply;
    use super::super::state::CartState;
    use super::*;
    use crate::domain::ids::CartId;
    use crate::domain::money::Money;
    use crate::domain::product::{Product, TaxCategory};

    fn product(sku: &str, tracked: bool) -> Product {
        Product {
            sku: sku.parse().unwrap(),
            title: sku.to_owned(),
            unit_price: Money::new(100, "EUR".parse().unwrap()),
            compare_at: None,
            image: None,
            tax_category: TaxCategory::Standard,
            weight_grams: 0,
            requires_delivery: false,
            tags: std::collections::BTreeSet::new(),
            tracked,
        }
    }

    fn empty() -> Cart {
        Cart {
            id: CartId(Uuid::nil()),
            store: "shop".parse().unwrap(),
            state: CartState::Open,
            currency: "EUR".parse().unwrap(),
            region: String::new(),
            language: String::new(),
            customer: None,
            lines: Vec::new(),
            coupons: Vec::new(),
            placement: None,
            order: None,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn add(sku: &str, quantity: u32) -> CartAction {
        let line = LineId(Uuid::from_u128(u128::from(sku.as_bytes()[0])));
        CartAction::Add { sku: sku.parse().unwrap(), quantity, line }
    }

    fn set(sku: &str, quantity: u32) -> CartAction {
        CartAction::SetQuantity { line: LineId(Uuid::from_u128(u128::from(sku.as_bytes()[0]))), quantity }
    }

    fn after(cart: &Cart, actions: &[CartAction]) -> Cart {
        let products = [("a", true), ("b", true), ("u", false)]
            .map(|(sku, tracked)| (sku.parse().unwrap(), product(sku, tracked)));
        apply(cart, actions, &products.into()).unwrap()
    }

    fn left(counts: &[(&str, i64)]) -> BTreeMap<String, i64> {
        counts.iter().map(|(sku, left)| (format!("stock/{sku}"), *left)).collect()
    }

    /// Where a batch is refused, and with how many left.
    fn refused(
        cart: &Cart,
        actions: &[CartAction],
        counts: &[(&str, i64)],
    ) -> Option<(usize, &'static str, u32)> {
        match check_taken(cart, &after(cart, actions), actions, &left(counts)) {
            Ok(()) => None,
            Err(CartError::OutOfStock { index, action, left, .. }) => Some((index, action, left)),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn what_asks_for_more_than_is_left_is_refused_at_the_last_action_that_asks() {
        assert_eq!(refused(&empty(), &[add("a", 2)], &[("a", 2)]), None);
        assert_eq!(refused(&empty(), &[add("a", 3)], &[("a", 2)]), Some((0, "add", 2)));
        let twice = [add("a", 1), add("b", 1), add("a", 2)];
        assert_eq!(refused(&empty(), &twice, &[("a", 2), ("b", 9)]), Some((2, "add", 2)));
        assert_eq!(refused(&empty(), &[add("a", 1), set("a", 5)], &[("a", 4)]), Some((1, "set_quantity", 4)));
        assert_eq!(refused(&empty(), &[add("a", 1)], &[("a", -1)]), Some((0, "add", 0)));
    }

    #[test]
    fn what_is_not_tracked_or_not_known_never_runs_short() {
        assert_eq!(refused(&empty(), &[add("u", 99)], &[("u", 0)]), None);
        assert_eq!(refused(&empty(), &[add("a", 99)], &[]), None);
        assert_eq!(shortages(&after(&empty(), &[add("u", 99), add("a", 99)]).lines, &left(&[("u", 0)])), []);
    }

    #[test]
    fn a_cart_that_ran_short_may_be_lowered_and_filled_otherwise_but_not_raised() {
        let held = after(&empty(), &[add("a", 5)]);
        assert_eq!(refused(&held, &[set("a", 4), add("b", 1)], &[("a", 2), ("b", 1)]), None);
        assert_eq!(refused(&held, &[add("a", 1)], &[("a", 2)]), Some((0, "add", 2)));
        let short = shortages(&held.lines, &left(&[("a", 2)]));
        assert_eq!((short[0].place, short[0].wanted, short[0].left), (0, 5, 2));
        assert_eq!(short[0].remedy(), "only 2 of a are left: lower the quantity to 2");
        let gone = shortages(&held.lines, &left(&[("a", 0)]));
        assert_eq!(gone[0].remedy(), "a is sold out: remove its line");
    }

    #[test]
    fn of_several_lines_of_a_sku_the_first_are_served_first() {
        let mut lines = after(&empty(), &[add("a", 3)]).lines;
        lines.push(CartLine { id: LineId(Uuid::from_u128(7)), quantity: 2, ..lines[0].clone() });
        let short = shortages(&lines, &left(&[("a", 4)]));
        assert_eq!(short.iter().map(|short| (short.place, short.left)).collect::<Vec<_>>(), [(1, 1)]);
    }
}
