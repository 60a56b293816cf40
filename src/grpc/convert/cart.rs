//! Carts, and the actions on their lines.

use jiff::Timestamp;

use super::money::amount;
use super::product::{code_warning, line_discount, price_warnings, snapshot};
use super::{fields, time};
use crate::app::carts::CartView;
use crate::app::{Error, Reason, StoreSettings};
use crate::domain::cart::{Cart, CartAction, CartLine, CartState, MAX_QUANTITY, Shortage};
use crate::domain::coupon::CouponProblem;
use crate::domain::ids::LineId;
use crate::domain::pricing::{PricingInput, PricingLine, Quote, QuotedLine, TaxTreatment, price};
use crate::grpc::names;
use crate::ports::Ids;
use crate::proto::cashwrap::v1::{self, cart_action::Action};

/// The most actions of one call, as the API says.
const MAX_ACTIONS: usize = 100;

/// Actions out of a request; new lines get ids of their own.
pub fn actions(given: &[v1::CartAction], ids: &dyn Ids) -> Result<Vec<CartAction>, Error> {
    if given.len() > MAX_ACTIONS {
        let remedy = format!("are too many: send at most {MAX_ACTIONS} in one call");
        return Err(Error::of_field(Reason::LimitExceeded, "actions", remedy));
    }
    given.iter().enumerate().map(|(place, given)| action(place, given, ids)).collect()
}

fn action(place: usize, given: &v1::CartAction, ids: &dyn Ids) -> Result<CartAction, Error> {
    let at = |field: &str| format!("actions[{place}].{field}");
    Ok(match &given.action {
        Some(Action::Add(add)) => CartAction::Add {
            sku: fields::sku(&at("add.sku"), &add.sku)?,
            quantity: quantity(&at("add.quantity"), add.quantity, 1)?,
            line: LineId(ids.fresh()),
        },
        Some(Action::SetQuantity(set)) => CartAction::SetQuantity {
            line: line(&at("set_quantity.line_id"), &set.line_id)?,
            quantity: quantity(&at("set_quantity.quantity"), set.quantity, 0)?,
        },
        Some(Action::Remove(remove)) => {
            CartAction::Remove { line: line(&at("remove.line_id"), &remove.line_id)? }
        }
        Some(Action::Clear(_)) => CartAction::Clear,
        None => {
            let remedy = "says nothing: set add, set_quantity, remove or clear";
            return Err(Error::field(format!("actions[{place}]"), remedy));
        }
    })
}

fn quantity(path: &str, given: i32, least: u32) -> Result<u32, Error> {
    u32::try_from(given)
        .ok()
        .filter(|quantity| (least..=MAX_QUANTITY).contains(quantity))
        .ok_or_else(|| Error::field(path, format!("give a whole number from {least} to {MAX_QUANTITY}")))
}

fn line(path: &str, id: &str) -> Result<LineId, Error> {
    id.parse().map_err(|_| Error::field(path, "is not a line: read the cart and use one of its line ids"))
}

/// A cart as the API shows it, priced without delivery and tax.
pub fn cart(held: &CartView, settings: &StoreSettings, now: Timestamp) -> v1::Cart {
    let cart = &held.row;
    let priced = priced(cart, settings, now);
    let zero = crate::domain::money::Money::zero(cart.currency);
    let (subtotal, discount, total) = if let Some(quote) = &priced {
        (quote.totals.subtotal, quote.totals.discount, quote.totals.total)
    } else {
        let subtotal = cart.subtotal().unwrap_or(zero);
        (subtotal, zero, subtotal)
    };
    let line_of = |line: &CartLine| {
        let quoted = priced.as_ref().and_then(|quote| quote.lines.iter().find(|each| each.id == line.id));
        shown_line(line, quoted)
    };
    let mut warnings = price_warnings(&cart.lines);
    warnings.extend(held.short.iter().map(stock_warning));
    let refused = priced.iter().flat_map(|quote| &quote.refused);
    warnings.extend(refused.map(|refused| code_warning(&refused.code, problem(&refused.problem))));
    v1::Cart {
        name: names::of_cart(&cart.store, cart.id),
        etag: held.etag.clone(),
        state: state(cart.state).into(),
        currency_code: cart.currency.to_string(),
        region_code: cart.region.clone(),
        language_code: cart.language.clone(),
        lines: cart.lines.iter().map(line_of).collect(),
        codes: codes(cart, priced.as_ref()),
        totals: Some(v1::CartTotals {
            subtotal: Some(amount(subtotal)),
            discount: Some(amount(discount)),
            total: Some(amount(total)),
        }),
        warnings,
        create_time: Some(time::timestamp(cart.created_at)),
        update_time: Some(time::timestamp(cart.updated_at)),
        customer: cart.customer.clone().unwrap_or_default(),
    }
}

/// A line that asks for more than is left.
fn stock_warning(short: &Shortage) -> v1::Warning {
    let parameters = [
        ("sku", short.sku.to_string()),
        ("quantity", short.wanted.to_string()),
        ("left", short.left.to_string()),
    ];
    v1::Warning {
        code: "OUT_OF_STOCK".to_owned(),
        line_id: short.line.to_string(),
        parameters: parameters.map(|(name, value)| (name.to_owned(), value)).into(),
    }
}

/// The prices of the lines alone. `None` is a fault of ours: a cart's sums were checked when it was changed.
fn priced(cart: &Cart, settings: &StoreSettings, now: Timestamp) -> Option<Quote> {
    let line = |line: &CartLine| PricingLine {
        id: line.id,
        sku: line.sku().clone(),
        quantity: line.quantity,
        unit_price: line.product.unit_price,
        tax_category: line.product.tax_category,
        discountable: true,
        tags: line.product.tags.clone(),
        tax_rates: None,
    };
    let input = PricingInput {
        currency: cart.currency,
        at: now,
        lines: cart.lines.iter().map(line).collect(),
        coupons: cart.coupons.clone(),
        delivery: Vec::new(),
        tax: TaxTreatment::NotYetKnown,
        prices_include_tax: settings.prices_include_tax,
        rounding: settings.rounding,
    };
    price(&input)
        .inspect_err(|error| tracing::error!(cart = %cart.id, %error, "a cart cannot be priced"))
        .ok()
}

fn shown_line(line: &CartLine, quoted: Option<&QuotedLine>) -> v1::CartLine {
    let subtotal = line.subtotal().ok();
    let change = line.product.unit_price.minus(line.unit_price_when_added).ok();
    v1::CartLine {
        id: line.id.to_string(),
        sku: line.sku().to_string(),
        quantity: i32::try_from(line.quantity).unwrap_or(i32::MAX),
        product: Some(snapshot(&line.product)),
        unit_price_change_since_added: change.filter(|change| !change.is_zero()).map(amount),
        subtotal: subtotal.map(amount),
        discounts: quoted.iter().flat_map(|line| &line.discounts).map(line_discount).collect(),
        total: quoted.map(|line| line.gross).or(subtotal).map(amount),
    }
}

fn codes(cart: &Cart, priced: Option<&Quote>) -> Vec<v1::AppliedCode> {
    let refused = priced.map(|quote| quote.refused.as_slice()).unwrap_or_default();
    cart.coupons
        .iter()
        .map(|coupon| {
            let refused = refused.iter().find(|refused| refused.code == coupon.code);
            v1::AppliedCode {
                code: coupon.code.to_string(),
                applied: priced.is_some() && refused.is_none(),
                reason: refused.map(|refused| problem(&refused.problem).to_owned()).unwrap_or_default(),
            }
        })
        .collect()
}

/// Why a code takes nothing off, in UPPER_SNAKE.
pub(super) const fn problem(problem: &CouponProblem) -> &'static str {
    match problem {
        CouponProblem::NotYet { .. } => "NOT_YET",
        CouponProblem::Ended { .. } => "ENDED",
        CouponProblem::OtherCurrency => "OTHER_CURRENCY",
        CouponProblem::NothingEligible => "NOTHING_ELIGIBLE",
        CouponProblem::BelowMinimum { .. } => "BELOW_MINIMUM",
        CouponProblem::NothingLeft => "NOTHING_LEFT",
        CouponProblem::BadBenefit | CouponProblem::Amount(_) => "NOT_COMPUTABLE",
    }
}

const fn state(state: CartState) -> v1::CartState {
    match state {
        CartState::Open => v1::CartState::Open,
        CartState::Locked => v1::CartState::Locked,
        CartState::Ordered => v1::CartState::Ordered,
        CartState::Expired => v1::CartState::Expired,
        // A deleted cart is shown to nobody.
        CartState::Deleted => v1::CartState::Unspecified,
    }
}
