//! Arbitrary quotes, checkouts, placements and orders.

use super::Tape;
use super::goods::{coupon, line};
use super::money::failure;
use crate::domain::address::Contact;
use crate::domain::checkout::{
    ActionNeeded, Billing, Checkout, Context, Customer, Degraded, Details, FlowPin, Quoted, Selection,
    SelectionKind,
};
use crate::domain::coupon::CouponProblem;
use crate::domain::ids::{CartId, CheckoutId, LineId, OrderId, PaymentId, PlacementId};
use crate::domain::money::MoneyError;
use crate::domain::order::Order;
use crate::domain::placement::{Hold, Placement, RequestKey};
use crate::domain::pricing::{
    AppliedTax, Explanation, LineDiscount, Quote, QuoteDiscount, QuotedDelivery, QuotedLine, RefusedCoupon,
    RoundingPolicy, Rule, Share, TaxLine, TaxStanding, Totals,
};
use uuid::Uuid;

fn rounding(tape: &mut Tape) -> RoundingPolicy {
    RoundingPolicy { mode: tape.word(), level: tape.word() }
}

fn explanation(tape: &mut Tape) -> Explanation {
    Explanation {
        rule: match tape.byte() % 5 {
            0 => Rule::TaxGiven,
            1 => Rule::PercentOff(tape.decimal()),
            2 => Rule::FixedOff(tape.money()),
            3 => Rule::TaxAdded(tape.decimal()),
            _ => Rule::TaxContained(tape.decimal()),
        },
        base: tape.money(),
        exact_minor: tape.decimal(),
        rounding: rounding(tape),
        share: tape.option(|tape| Share { of: tape.money(), remainder_minor: tape.i64() }),
    }
}

fn problem(tape: &mut Tape) -> CouponProblem {
    match tape.byte() % 10 {
        0 => CouponProblem::OtherCurrency,
        1 => CouponProblem::NotYet { starts_at: tape.time() },
        2 => CouponProblem::Ended { ended_at: tape.time() },
        3 => CouponProblem::NothingEligible,
        4 => CouponProblem::BelowMinimum { minimum: tape.money(), missing: tape.money() },
        5 => CouponProblem::BadBenefit,
        6 => CouponProblem::Amount(MoneyError::Mixed(tape.currency(), tape.currency())),
        7 => CouponProblem::Amount(MoneyError::Overflow),
        8 => CouponProblem::NothingLeft,
        _ => CouponProblem::Amount(MoneyError::TooFine),
    }
}

fn applied(tape: &mut Tape) -> AppliedTax {
    AppliedTax {
        name: tape.text(),
        jurisdiction: tape.text(),
        percent: tape.decimal(),
        tax: tape.money(),
        explanation: explanation(tape),
    }
}

fn quoted_line(tape: &mut Tape) -> QuotedLine {
    QuotedLine {
        id: tape.id(LineId),
        sku: tape.capitals(),
        quantity: tape.u32(),
        unit_price: tape.money(),
        tax_category: tape.word(),
        subtotal: tape.money(),
        discounts: tape.list(|tape| LineDiscount {
            code: tape.capitals(),
            reason: tape.text(),
            amount: tape.money(),
            base: tape.money(),
            explanation: explanation(tape),
        }),
        net: tape.money(),
        tax: tape.money(),
        gross: tape.money(),
        taxes: tape.list(applied),
        tax_explanation: tape.option(explanation),
    }
}

fn quoted_delivery(tape: &mut Tape) -> QuotedDelivery {
    QuotedDelivery {
        id: tape.text(),
        amount: tape.money(),
        tax_category: tape.word(),
        net: tape.money(),
        tax: tape.money(),
        gross: tape.money(),
        taxes: tape.list(applied),
        tax_explanation: tape.option(explanation),
    }
}

fn quote(tape: &mut Tape) -> Quote {
    Quote {
        currency: tape.currency(),
        prices_include_tax: tape.flag(),
        rounding: rounding(tape),
        lines: tape.list(quoted_line),
        delivery: tape.list(quoted_delivery),
        discounts: tape.list(|tape| QuoteDiscount {
            code: tape.capitals(),
            reason: tape.text(),
            amount: tape.money(),
            base: tape.money(),
            explanation: explanation(tape),
        }),
        refused: tape.list(|tape| RefusedCoupon { code: tape.capitals(), problem: problem(tape) }),
        tax_lines: tape.list(|tape| TaxLine {
            jurisdiction: tape.text(),
            category: tape.word(),
            name: tape.text(),
            percent: tape.decimal(),
            taxable: tape.money(),
            tax: tape.money(),
        }),
        tax: match tape.byte() % 3 {
            0 => TaxStanding::Known,
            1 => TaxStanding::Exempt { reason: tape.text() },
            _ => TaxStanding::NotYetKnown,
        },
        totals: Totals {
            subtotal: tape.money(),
            discount: tape.money(),
            delivery: tape.money(),
            tax: tape.money(),
            total: tape.money(),
        },
    }
}

fn quoted(tape: &mut Tape) -> Quoted {
    Quoted {
        quote: quote(tape),
        estimated: tape.flag(),
        tax_source: tape.text(),
        degraded: tape.list(degraded),
        digest: tape.text(),
        expires_at: tape.time(),
    }
}

fn degraded(tape: &mut Tape) -> Degraded {
    Degraded { dependency: tape.word(), from: tape.name(), to: tape.name(), reason: tape.word() }
}

fn selection(tape: &mut Tape) -> Selection {
    Selection {
        group: tape.text(),
        quote_id: tape.text(),
        carrier: tape.name(),
        code: tape.text(),
        title: tape.text(),
        amount: tape.money(),
        tax_category: tape.word(),
        earliest_days: tape.option(Tape::u16),
        latest_days: tape.option(Tape::u16),
        kind: if tape.flag() {
            SelectionKind::Pickup { location: tape.text(), name: tape.text(), address: tape.address() }
        } else {
            SelectionKind::Ship
        },
        degraded: tape.list(degraded),
        quoted_for: tape.text(),
        expires_at: tape.time(),
    }
}

fn details(tape: &mut Tape) -> Details {
    Details {
        contact: tape.option(|tape| Contact { email: tape.text(), phone: tape.text() }),
        delivery_address: tape.option(Tape::address),
        billing: match tape.byte() % 3 {
            0 => None,
            1 => Some(Billing::SameAsDelivery),
            _ => Some(Billing::Address(tape.address())),
        },
        selections: tape.list(selection),
        identity: tape.option(Tape::word),
        return_uri: tape.option(Tape::text),
    }
}

fn context(tape: &mut Tape) -> Context {
    Context {
        device: tape.option(Tape::word),
        channel: tape.word(),
        customer: Customer { id: tape.option(Tape::text), kind: tape.word() },
        language: tape.text(),
        region: tape.text(),
    }
}

fn flow(tape: &mut Tape) -> FlowPin {
    FlowPin { id: tape.name(), version: tape.u32(), matched_rule: tape.text() }
}

pub fn checkout(tape: &mut Tape) -> Checkout {
    Checkout {
        id: tape.id(CheckoutId),
        store: tape.name(),
        cart: tape.id(CartId),
        state: tape.word(),
        context: context(tape),
        flow: flow(tape),
        details: details(tape),
        currency: tape.currency(),
        lines: tape.list(line),
        coupons: tape.list(coupon),
        codes_left_out: tape.list(Tape::capitals),
        quoted: tape.option(quoted),
        abandoned_at: tape.option(Tape::time),
        placement: tape.option(|tape| tape.id(PlacementId)),
        action: tape.option(|tape| ActionNeeded {
            payment: tape.id(PaymentId),
            redirect_url: tape.text(),
            expires_at: tape.time(),
        }),
        last_failure: tape.option(failure),
        failed_payment: tape.option(|tape| tape.id(PaymentId)),
        order: tape.option(|tape| tape.id(OrderId)),
        created_at: tape.time(),
        updated_at: tape.time(),
    }
}

pub fn placement(tape: &mut Tape) -> Placement {
    Placement {
        id: tape.id(PlacementId),
        store: tape.name(),
        checkout: tape.id(CheckoutId),
        cart: tape.id(CartId),
        state: tape.word(),
        digest: tape.text(),
        instruments: std::array::from_fn(|_| tape.byte()),
        request: RequestKey { request_id: tape.id(|uuid: Uuid| uuid) },
        payments: tape.list(|tape| tape.id(PaymentId)),
        books: tape.list(super::cards::book_id),
        holds: tape.list(|tape| Hold { counter: tape.text(), quantity: tape.u32() }),
        claimed_at: tape.time(),
        complete_by: tape.time(),
        wish: tape.word(),
        failure: tape.option(failure),
        order: tape.option(|tape| tape.id(OrderId)),
    }
}

pub fn order(tape: &mut Tape) -> Order {
    Order {
        id: tape.id(OrderId),
        store: tape.name(),
        checkout: tape.id(CheckoutId),
        cart: tape.id(CartId),
        state: tape.word(),
        payment_state: tape.word(),
        context: context(tape),
        flow: flow(tape),
        details: details(tape),
        lines: tape.list(line),
        quoted: quoted(tape),
        payments: tape.list(|tape| tape.id(PaymentId)),
        captured_minor: tape.i64(),
        refunded_minor: tape.i64(),
        placed_at: tape.time(),
        updated_at: tape.time(),
    }
}
