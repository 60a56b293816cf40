//! What still stands between a session and its order.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::details::{Billing, SelectionKind};
use super::groups::{GroupKind, groups};
use super::session::Checkout;
use crate::domain::address::{Address, Country, FieldProblem};
use crate::domain::cart::{Cart, CartState, shortages};
use crate::domain::currency::Currency;
use crate::domain::flow::{CustomerKind, Flow, IdentityOption, Problem, ProblemCode, Severity};

/// What problems follow from besides the session and its flow.
#[derive(Debug, Clone, Copy)]
pub struct Outside<'a> {
    /// The time.
    pub now: Timestamp,
    /// What is left, by counter; what is not in here is not known to run short.
    pub left: &'a BTreeMap<String, i64>,
    /// Why no carrier of the flow could bring the goods, where none could.
    pub undeliverable: Option<Undeliverable>,
    /// The country where it is taxed, where no tax provider of the flow knows it and none ever will.
    pub untaxable: Option<Country>,
}

/// Why no carrier could bring the goods, whatever they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undeliverable {
    /// The flow names no carrier.
    NoCarrier,
    /// None prices in the cart's currency.
    Currency(Currency),
    /// None goes to this country.
    Country(Country),
}

impl Undeliverable {
    /// What to do about it; `collect` says whether the flow offers to collect the goods.
    pub fn remedy(self, collect: bool) -> String {
        let instead = if collect { ", or collect the goods" } else { "" };
        match self {
            Self::NoCarrier if collect => "nothing is sent here: collect the goods".to_owned(),
            Self::NoCarrier => "nothing is sent here: remove the goods that need delivery".to_owned(),
            Self::Currency(currency) => {
                format!(
                    "no carrier delivers for a cart in {currency}: use a cart in another currency{instead}"
                )
            }
            Self::Country(country) => {
                format!("no carrier delivers to {country}: give an address in another country{instead}")
            }
        }
    }
}

/// Everything that keeps the session from being placed, in the order in which a buyer would meet it. That
/// instruments are missing is not among them: they come with PlaceOrder.
pub fn problems(checkout: &Checkout, flow: &Flow, outside: Outside<'_>) -> Vec<Problem> {
    let now = outside.now;
    let mut found = Vec::new();
    if checkout.lines.is_empty() {
        found.push(Problem::new(ProblemCode::CartEmpty, "cart.lines"));
    }
    for short in shortages(&checkout.lines, outside.left) {
        let path = format!("lines[{}].quantity", short.place);
        found.push(Problem::new(ProblemCode::OutOfStock, path).with_remedy(short.remedy()));
    }
    contact(checkout, flow, &mut found);
    delivery(checkout, flow, outside, &mut found);
    billing(checkout, &mut found);
    match &checkout.quoted {
        None if !checkout.lines.is_empty() => {
            found.push(untaxed(checkout, outside.untaxable));
        }
        Some(quoted) => {
            for refused in &quoted.quote.refused {
                found.push(
                    Problem::new(ProblemCode::CodeNotApplicable, format!("codes[{}]", refused.code))
                        .with_remedy(refused.problem.to_string()),
                );
            }
            if now >= quoted.expires_at {
                found.push(Problem::new(ProblemCode::QuoteExpired, "quote.expire_time"));
            }
        }
        None => {}
    }
    found
}

/// What the state of its cart means for an open session; a cart that is no longer there is gone.
pub fn cart_problem(cart: Option<CartState>) -> Option<Problem> {
    let at = |code| Some(Problem::new(code, "cart"));
    match cart {
        Some(CartState::Open) => None,
        Some(CartState::Locked) => {
            let locked = Problem::new(ProblemCode::CartNotOpen, "cart").with_remedy(
                "another checkout of the cart is being placed: wait until that has ended, and read this one again",
            );
            Some(Problem { severity: Severity::Recoverable, ..locked })
        }
        Some(CartState::Ordered) => at(ProblemCode::AlreadyOrdered),
        Some(CartState::Deleted | CartState::Expired) | None => at(ProblemCode::CartNotOpen),
    }
}

/// There is no tax: another address helps where the place is not known, and only time where a provider failed.
fn untaxed(checkout: &Checkout, untaxable: Option<Country>) -> Problem {
    let Some(country) = untaxable else { return Problem::new(ProblemCode::TaxUnavailable, "quote") };
    let path = if checkout.details.delivery_address.is_some() {
        "details.delivery_address"
    } else {
        "details.billing"
    };
    let remedy = format!("nothing is sold to {country}, whose tax is not known here: give another address");
    let problem = Problem::new(ProblemCode::TaxUnavailable, path).with_remedy(remedy);
    Problem { severity: Severity::NeedsBuyerInput, ..problem }
}

/// Whether the cart is no longer what the session was quoted for.
pub fn changed_since(checkout: &Checkout, cart: &Cart) -> bool {
    checkout.lines != cart.lines || checkout.coupons != cart.coupons
}

fn contact(checkout: &Checkout, flow: &Flow, found: &mut Vec<Problem>) {
    match &checkout.details.contact {
        None => found.push(Problem::new(ProblemCode::ContactRequired, "details.contact")),
        Some(contact) if contact.email.is_empty() && contact.phone.is_empty() => {
            found.push(Problem::new(ProblemCode::ContactRequired, "details.contact"));
        }
        Some(contact) => {
            for problem in contact.problems() {
                let code = if problem.field == "email" {
                    ProblemCode::EmailInvalid
                } else {
                    ProblemCode::PhoneInvalid
                };
                found.push(at(code, "details.contact", &problem));
            }
        }
    }
    let guest = checkout.context.customer.kind == CustomerKind::Guest;
    let identity = checkout.details.identity.unwrap_or(if guest {
        IdentityOption::Guest
    } else {
        IdentityOption::Registered
    });
    let nobody = identity == IdentityOption::Registered && guest;
    if nobody || !flow.frontend.identity.contains(&identity) {
        let remedy = identities(flow, guest);
        found.push(Problem::new(ProblemCode::IdentityNotOffered, "details.identity").with_remedy(remedy));
    }
}

/// The ways to buy that the flow offers and that this customer has.
fn identities(flow: &Flow, guest: bool) -> String {
    let ways = flow.frontend.identity.iter().map(|option| match option {
        IdentityOption::Guest => "buy as a guest with GUEST",
        IdentityOption::Registered if guest => "sign in, which opens another checkout, and give REGISTERED",
        IdentityOption::Registered => "buy as the signed-in customer with REGISTERED",
        IdentityOption::CreateAccount => "create an account on the way with CREATE_ACCOUNT",
    });
    ways.collect::<Vec<_>>().join(", or ")
}

fn delivery(checkout: &Checkout, flow: &Flow, outside: Outside<'_>, found: &mut Vec<Problem>) {
    for group in groups(checkout).iter().filter(|group| group.kind == GroupKind::Delivered) {
        let selection = checkout.details.selection(group.id);
        let collects = matches!(selection.map(|chosen| &chosen.kind), Some(SelectionKind::Pickup { .. }));
        let before = found.len();
        if !collects {
            delivery_address(checkout.details.delivery_address.as_ref(), found);
        }
        let path = format!("details.deliveries[{}]", group.id);
        match (selection, outside.undeliverable) {
            // To ask for a choice among nothing would be a dead end.
            (None, Some(why)) => found.push(
                Problem::new(ProblemCode::DeliveryUnavailable, path)
                    .with_remedy(why.remedy(flow.frontend.click_and_collect)),
            ),
            (None, None) => found.push(Problem::new(ProblemCode::DeliveryOptionRequired, path)),
            (Some(chosen), _) if outside.now >= chosen.expires_at => {
                found.push(Problem::new(ProblemCode::QuoteExpired, path).with_remedy(
                    "list the delivery options again and choose one: the price of the chosen one has expired",
                ));
            }
            (Some(_), _) => {}
        }
        if flow.frontend.click_and_collect {
            found.iter_mut().skip(before).for_each(or_collect);
        }
    }
}

/// Says that to collect the goods takes the problem away as well.
fn or_collect(problem: &mut Problem) {
    if matches!(problem.code, ProblemCode::DeliveryAddressRequired | ProblemCode::DeliveryOptionRequired) {
        problem
            .remedy
            .push_str(", or a place of collection: give its pickup_location_id in details.deliveries");
    }
}

fn delivery_address(address: Option<&Address>, found: &mut Vec<Problem>) {
    match address {
        None => {
            found.push(Problem::new(ProblemCode::DeliveryAddressRequired, "details.delivery_address"));
        }
        Some(address) => {
            for problem in address.problems() {
                found.push(at(ProblemCode::DeliveryAddressInvalid, "details.delivery_address", &problem));
            }
        }
    }
}

fn billing(checkout: &Checkout, found: &mut Vec<Problem>) {
    match &checkout.details.billing {
        Some(Billing::Address(address)) => {
            for problem in address.problems() {
                found.push(at(ProblemCode::BillingAddressInvalid, "details.billing.address", &problem));
            }
        }
        Some(Billing::SameAsDelivery) if checkout.details.delivery_address.is_none() => {
            found.push(Problem::new(ProblemCode::BillingAddressRequired, "details.billing"));
        }
        // None: the delivery address serves, or the place where a collected or digital order is taxed.
        Some(Billing::SameAsDelivery) | None => {}
    }
}

fn at(code: ProblemCode, base: &str, problem: &FieldProblem) -> Problem {
    Problem::new(code, format!("{base}.{}", problem.field)).with_remedy(problem.remedy.clone())
}
