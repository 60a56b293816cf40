//! The placement's machine against what it promises: what follows from which payments, what a conclusion changes, and
//! which wholes are sound. No adapter, no row and no clock comes in here.

mod conclusions;
mod sound;
mod steps;
mod tables;

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Effects, Placement, PlacementState, RequestKey, Wish};
use crate::domain::cart::{Cart, CartState};
use crate::domain::checkout::{Checkout, CheckoutState, Context, Customer, Details, FlowPin, Quoted};
use crate::domain::flow::{Channel, CustomerKind};
use crate::domain::ids::{
    AttemptId, CartId, CheckoutId, LineId, OperationId, OrderId, PaymentId, PlacementId,
};
use crate::domain::money::Money;
use crate::domain::order::{Order, PaymentState};
use crate::domain::payment::laws::{START, payment, second};
use crate::domain::payment::operation::Probe;
use crate::domain::payment::{
    AttemptState, Decline, DeclineClass, Goal, OperationKind, OperationState, Payment, UnknownCause,
};
use crate::domain::pricing::{PricingInput, PricingLine, Quote, RoundingPolicy, TaxTreatment, price};
use crate::domain::product::TaxCategory;

const ORDER: OrderId = OrderId(Uuid::from_u128(6));

const STATES: [PlacementState; 5] = [
    PlacementState::Paying,
    PlacementState::AwaitingAction,
    PlacementState::Compensating,
    PlacementState::Completed,
    PlacementState::Failed,
];

/// A payment of 10.00 EUR whose one attempt is in `state`, with nothing under way.
fn tender(number: u128, state: AttemptState) -> Payment {
    let probe = Probe::begin(START);
    let mut tender = payment(OperationKind::Authorise, UnknownCause::Timeout, probe, Goal::Hold, true);
    tender.id = PaymentId(Uuid::from_u128(number));
    let attempt = &mut tender.attempts[0];
    attempt.id = AttemptId(Uuid::from_u128(number));
    attempt.captured_minor = if state == AttemptState::Captured { 1_000 } else { 0 };
    attempt.state = state;
    attempt.operations[0].id = OperationId(Uuid::from_u128(number));
    attempt.operations[0].state = OperationState::Succeeded;
    attempt.operations[0].rendered = None;
    tender
}

fn declined() -> AttemptState {
    AttemptState::Declined(Decline::new(DeclineClass::InsufficientFunds, "no".to_owned()))
}

fn awaiting() -> AttemptState {
    let redirect_url = "https://bank.test/".to_owned();
    AttemptState::AwaitingAction { redirect_url, expires_at: second(900), signalled: false }
}

/// 20.00 EUR for one thing: what two tenders pay.
fn quote() -> Quote {
    let currency = "EUR".parse().unwrap();
    let line = PricingLine {
        id: LineId(Uuid::from_u128(7)),
        sku: "TEA-1".parse().unwrap(),
        quantity: 1,
        unit_price: Money::new(2_000, currency),
        tax_category: TaxCategory::Standard,
        discountable: true,
        tags: BTreeSet::new(),
        tax_rates: None,
    };
    let tax = TaxTreatment::Exempt { reason: "a reseller".to_owned() };
    let input = PricingInput {
        currency,
        at: START,
        lines: vec![line],
        coupons: Vec::new(),
        delivery: Vec::new(),
        tax,
        prices_include_tax: false,
        rounding: RoundingPolicy::default(),
    };
    price(&input).unwrap()
}

fn checkout() -> Checkout {
    Checkout {
        id: CheckoutId(Uuid::from_u128(3)),
        store: "store".parse().unwrap(),
        cart: CartId(Uuid::from_u128(4)),
        state: CheckoutState::Placing,
        context: Context {
            device: None,
            channel: Channel::Web,
            customer: Customer { id: None, kind: CustomerKind::Guest },
            language: String::new(),
            region: String::new(),
        },
        flow: FlowPin { id: "default".parse().unwrap(), version: 1, matched_rule: "all".to_owned() },
        details: Details::default(),
        currency: "EUR".parse().unwrap(),
        lines: Vec::new(),
        coupons: Vec::new(),
        codes_left_out: Vec::new(),
        quoted: Some(Quoted {
            quote: quote(),
            estimated: false,
            tax_source: String::new(),
            degraded: Vec::new(),
            digest: "agreed".to_owned(),
            expires_at: second(600),
        }),
        placement: Some(PlacementId(Uuid::from_u128(2))),
        action: None,
        last_failure: None,
        failed_payment: None,
        order: None,
        abandoned_at: None,
        created_at: START,
        updated_at: START,
    }
}

fn cart() -> Cart {
    Cart {
        id: CartId(Uuid::from_u128(4)),
        store: "store".parse().unwrap(),
        state: CartState::Locked,
        currency: "EUR".parse().unwrap(),
        region: String::new(),
        language: String::new(),
        customer: None,
        lines: Vec::new(),
        coupons: Vec::new(),
        placement: Some(PlacementId(Uuid::from_u128(2))),
        order: None,
        created_at: START,
        updated_at: START,
    }
}

/// A placement that is paying with `payments`, and everything that it speaks for.
fn whole(payments: Vec<Payment>) -> Effects {
    let placement = Placement {
        id: PlacementId(Uuid::from_u128(2)),
        store: "store".parse().unwrap(),
        checkout: CheckoutId(Uuid::from_u128(3)),
        cart: CartId(Uuid::from_u128(4)),
        state: PlacementState::Paying,
        digest: "agreed".to_owned(),
        instruments: [0; 32],
        request: RequestKey { request_id: Uuid::from_u128(5) },
        payments: payments.iter().map(|payment| payment.id).collect(),
        books: Vec::new(),
        holds: Vec::new(),
        claimed_at: START,
        complete_by: second(900),
        wish: Wish::Place,
        failure: None,
        order: None,
    };
    Effects { placement, payments, checkout: checkout(), cart: cart(), order: None }
}

/// The same, as it stands in a commit that leaves the placement in `state`.
fn in_state(state: PlacementState, payments: Vec<Payment>) -> Effects {
    let mut whole = whole(payments);
    whole.placement.state = state;
    (whole.checkout.state, whole.cart.state) = match state {
        PlacementState::Paying | PlacementState::Compensating => (CheckoutState::Placing, CartState::Locked),
        PlacementState::AwaitingAction => (CheckoutState::AwaitingAction, CartState::Locked),
        PlacementState::Completed => (CheckoutState::Completed, CartState::Ordered),
        PlacementState::Failed => (CheckoutState::Open, CartState::Open),
    };
    if state == PlacementState::Completed {
        whole.placement.order = Some(ORDER);
        whole.checkout.order = Some(ORDER);
        whole.cart.order = Some(ORDER);
        let ids = whole.placement.payments.clone();
        whole.order = Order::of(&whole.checkout, ORDER, ids, PaymentState::Authorised, START);
    }
    whole
}
