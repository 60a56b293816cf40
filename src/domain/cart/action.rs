//! What can be done to the lines of a cart: an ordered batch that is applied whole or not at all.

use std::collections::BTreeMap;

use super::state::{Cart, CartLine, CartState, MAX_LINES, MAX_QUANTITY};
use crate::domain::currency::Currency;
use crate::domain::ids::{LineId, Sku};
use crate::domain::money::MoneyError;
use crate::domain::product::Product;

/// One action on the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CartAction {
    /// Adds to the line of the SKU, or makes one under `line`.
    Add {
        /// What to add.
        sku: Sku,
        /// How many, from 1.
        quantity: u32,
        /// The id that a new line gets.
        line: LineId,
    },
    /// Sets how many there are; 0 removes the line.
    SetQuantity {
        /// The line.
        line: LineId,
        /// How many.
        quantity: u32,
    },
    /// Removes a line.
    Remove {
        /// The line.
        line: LineId,
    },
    /// Removes every line.
    Clear,
}

/// Why a batch was refused; `index` counts the actions from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CartError {
    /// The cart is locked, ordered, deleted or expired.
    #[error("the cart is {state} and cannot be changed: {remedy}")]
    NotOpen {
        /// The state's name.
        state: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A quantity out of bounds.
    #[error("a line holds 1 to {MAX_QUANTITY}: give a quantity within that")]
    Quantity {
        /// The action.
        index: usize,
    },
    /// A line that is added to would hold too many.
    #[error("a line holds at most {MAX_QUANTITY}, and that of {sku} holds {held}: add no more than {left}")]
    TooMany {
        /// The action.
        index: usize,
        /// The SKU.
        sku: Sku,
        /// How many it holds.
        held: u32,
        /// How many may be added.
        left: u32,
    },
    /// The catalogue has no such SKU.
    #[error("there is no product {sku} in this store: add one of its catalogue")]
    UnknownSku {
        /// The action.
        index: usize,
        /// The SKU.
        sku: Sku,
    },
    /// The cart has no such line.
    #[error("the cart has no line {line}: read the cart and use one of its line ids")]
    UnknownLine {
        /// The action.
        index: usize,
        /// The line.
        line: LineId,
    },
    /// The product is sold in another currency.
    #[error("{sku} is priced in {found}, and the cart is in {wanted}: use a cart in {found}")]
    Currency {
        /// The action.
        index: usize,
        /// The SKU.
        sku: Sku,
        /// The currency of the product.
        found: Currency,
        /// The currency of the cart.
        wanted: Currency,
    },
    /// Less is left than the cart would ask for.
    #[error("{}", taken(sku, *wanted, *left))]
    OutOfStock {
        /// The action.
        index: usize,
        /// Its name: `add` or `set_quantity`.
        action: &'static str,
        /// The SKU.
        sku: Sku,
        /// How many the cart would ask for.
        wanted: u32,
        /// How many are left.
        left: u32,
    },
    /// Too many lines.
    #[error("a cart holds at most {MAX_LINES} lines: remove some")]
    TooManyLines,
    /// The amounts are beyond what is served.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

fn taken(sku: &Sku, wanted: u32, left: u32) -> String {
    match left {
        0 => format!("{sku} is sold out: leave it out"),
        left => {
            format!("only {left} of {sku} are left, and the cart would hold {wanted}: ask for {left} at most")
        }
    }
}

/// The cart after `actions`, with products taken from `products` for lines that are added.
pub fn apply(
    cart: &Cart,
    actions: &[CartAction],
    products: &BTreeMap<Sku, Product>,
) -> Result<Cart, CartError> {
    open(cart)?;
    let mut next = cart.clone();
    for (index, action) in actions.iter().enumerate() {
        match action {
            CartAction::Add { sku, quantity, line } => {
                add(&mut next, index, sku, *quantity, *line, products)?;
            }
            CartAction::SetQuantity { line, quantity: 0 } | CartAction::Remove { line } => {
                let place = place_of(&next, index, *line)?;
                next.lines.remove(place);
            }
            CartAction::SetQuantity { line, quantity } => {
                let place = place_of(&next, index, *line)?;
                let quantity = bounded(index, *quantity)?;
                if let Some(line) = next.lines.get_mut(place) {
                    line.quantity = quantity;
                }
            }
            CartAction::Clear => next.lines.clear(),
        }
    }
    if next.lines.len() > MAX_LINES {
        return Err(CartError::TooManyLines);
    }
    next.subtotal()?;
    Ok(next)
}

/// Refuses what is not open, with what to do instead.
pub fn open(cart: &Cart) -> Result<(), CartError> {
    let remedy = match cart.state {
        CartState::Open => return Ok(()),
        CartState::Locked => "wait until its placement has ended, or cancel the checkout",
        CartState::Ordered | CartState::Deleted | CartState::Expired => "create another cart",
    };
    Err(CartError::NotOpen { state: cart.state.as_str(), remedy })
}

fn add(
    cart: &mut Cart,
    index: usize,
    sku: &Sku,
    quantity: u32,
    line: LineId,
    products: &BTreeMap<Sku, Product>,
) -> Result<(), CartError> {
    let quantity = bounded(index, quantity)?;
    let product = products.get(sku).ok_or_else(|| CartError::UnknownSku { index, sku: sku.clone() })?;
    if product.unit_price.currency != cart.currency {
        return Err(CartError::Currency {
            index,
            sku: sku.clone(),
            found: product.unit_price.currency,
            wanted: cart.currency,
        });
    }
    if let Some(held) = cart.lines.iter_mut().find(|line| line.sku() == sku) {
        let sum = held.quantity.checked_add(quantity).filter(|sum| *sum <= MAX_QUANTITY);
        let left = MAX_QUANTITY.saturating_sub(held.quantity);
        held.quantity =
            sum.ok_or_else(|| CartError::TooMany { index, sku: sku.clone(), held: held.quantity, left })?;
        held.product = product.clone();
    } else {
        cart.lines.push(CartLine {
            id: line,
            product: product.clone(),
            quantity,
            unit_price_when_added: product.unit_price,
        });
    }
    Ok(())
}

fn bounded(index: usize, quantity: u32) -> Result<u32, CartError> {
    if (1..=MAX_QUANTITY).contains(&quantity) { Ok(quantity) } else { Err(CartError::Quantity { index }) }
}

fn place_of(cart: &Cart, index: usize, line: LineId) -> Result<usize, CartError> {
    cart.lines.iter().position(|held| held.id == line).ok_or(CartError::UnknownLine { index, line })
}
