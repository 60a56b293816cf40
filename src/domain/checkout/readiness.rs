//! What still stands between a session and its order.

use jiff::Timestamp;

use super::details::{Billing, SelectionKind};
use super::groups::{GroupKind, groups};
use super::session::Checkout;
use crate::domain::address::{Address, FieldProblem};
use crate::domain::cart::Cart;
use crate::domain::flow::{CustomerKind, Flow, IdentityOption, Problem, ProblemCode};

/// Everything that keeps the session from being placed, in the order in which a buyer would meet it. That
/// instruments are missing is not among them: they come with PlaceOrder.
pub fn problems(checkout: &Checkout, flow: &Flow, now: Timestamp) -> Vec<Problem> {
    let mut found = Vec::new();
    if checkout.lines.is_empty() {
        found.push(Problem::new(ProblemCode::CartEmpty, "cart.lines"));
    }
    contact(checkout, flow, &mut found);
    delivery(checkout, now, &mut found);
    billing(checkout, &mut found);
    match &checkout.quoted {
        None if !checkout.lines.is_empty() => {
            found.push(Problem::new(ProblemCode::TaxUnavailable, "quote"));
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
        found.push(Problem::new(ProblemCode::IdentityNotOffered, "details.identity"));
    }
}

fn delivery(checkout: &Checkout, now: Timestamp, found: &mut Vec<Problem>) {
    for group in groups(checkout).iter().filter(|group| group.kind == GroupKind::Delivered) {
        let selection = checkout.details.selection(group.id);
        let collects = matches!(selection.map(|chosen| &chosen.kind), Some(SelectionKind::Pickup { .. }));
        if !collects {
            delivery_address(checkout.details.delivery_address.as_ref(), found);
        }
        let path = format!("details.deliveries[{}]", group.id);
        match selection {
            None => found.push(Problem::new(ProblemCode::DeliveryOptionRequired, path)),
            Some(chosen) if now >= chosen.expires_at => {
                found.push(Problem::new(ProblemCode::QuoteExpired, path).with_remedy(
                    "list the delivery options again and choose one: the price of the chosen one has expired",
                ));
            }
            Some(_) => {}
        }
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
