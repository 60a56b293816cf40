//! The one sale that every run tries to make: a single line, one tender, two gateways that have a token for it,
//! and time constants that leave a few moments apart which differ for the rules.

use std::time::Duration;

use cashwrap::domain::cart::{Cart, CartState};
use cashwrap::domain::checkout::{Checkout, CheckoutState, Context, Customer, Details, FlowPin, Quoted};
use cashwrap::domain::flow::{Channel, CustomerKind};
use cashwrap::domain::ids::{AccountId, CartId, CheckoutId, LineId, PaymentId, PlacementId};
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::aggregate::CapturePolicy;
use cashwrap::domain::payment::policy::after;
use cashwrap::domain::payment::{Goal, Instrument, Payment, Policy, TenderCard};
use cashwrap::domain::placement::{Effects, Placement, PlacementState, RequestKey, Wish};
use cashwrap::domain::pricing::{
    PricingInput, PricingLine, RoundingLevel, RoundingMode, RoundingPolicy, TaxTreatment, price,
};
use cashwrap::domain::product::TaxCategory;
use jiff::Timestamp;
use uuid::Uuid;

pub const START: Timestamp = Timestamp::UNIX_EPOCH;

/// What is asked for, in minor units.
pub const AMOUNT: i64 = 1_000;

/// The gateways' accounts, in the order of the flow.
pub const ACCOUNTS: [&str; 2] = ["first", "second"];

/// The moments that differ for the rules, in seconds from the claim, with what has passed by then.
pub const MOMENTS: [(u64, &str); 6] = [
    (0, "the claim"),
    (6, "the send window"),
    (12, "place_by"),
    (120, "the window after which a lookup proves absence"),
    (1_000, "the end of the customer's action"),
    (3_000, "complete_by, and with it whatever a network may still have held back"),
];

/// Production's constants but for the schedule, whose rounds fall on the moments above.
pub fn policy() -> Policy {
    Policy {
        schedule: [1, 2, 60].map(Duration::from_secs).to_vec(),
        late_checks: vec![Duration::from_hours(1)],
        max_replays: 1,
        ..Policy::default()
    }
}

pub fn moment(seconds: u64) -> Timestamp {
    after(START, Duration::from_secs(seconds))
}

pub fn account(gateway: usize) -> AccountId {
    ACCOUNTS[gateway].parse().unwrap()
}

/// The payment's id, which is our reference at the gateways.
pub fn reference() -> PaymentId {
    PaymentId(Uuid::from_u128(1))
}

pub fn amount() -> Money {
    Money::new(AMOUNT, "EUR".parse().unwrap())
}

fn payment(policy: &Policy) -> Payment {
    let instrument = |gateway| Instrument { account: account(gateway), token: vec![1] };
    Payment {
        id: reference(),
        store: "shop".parse().unwrap(),
        placement: PlacementId(Uuid::from_u128(2)),
        checkout: CheckoutId(Uuid::from_u128(3)),
        order: None,
        amount: amount(),
        routes: vec![account(0), account(1)],
        routing: None,
        instruments: vec![instrument(0), instrument(1)],
        capture_policy: CapturePolicy::AtPlacement,
        action_window: None,
        return_url: None,
        claimed_at: START,
        place_by: after(START, policy.place_window),
        goal: Goal::Hold,
        skipped: vec![],
        attempts: vec![],
        card: TenderCard::default(),
    }
}

fn quoted() -> Quoted {
    let line = PricingLine {
        id: LineId(Uuid::from_u128(5)),
        sku: "CUP".parse().unwrap(),
        quantity: 1,
        unit_price: amount(),
        tax_category: TaxCategory::Standard,
        discountable: true,
        tags: std::collections::BTreeSet::new(),
        tax_rates: None,
    };
    let input = PricingInput {
        currency: amount().currency,
        at: START,
        lines: vec![line],
        coupons: vec![],
        delivery: vec![],
        tax: TaxTreatment::Exempt { reason: "not what this is about".to_owned() },
        prices_include_tax: false,
        rounding: RoundingPolicy { mode: RoundingMode::HalfUp, level: RoundingLevel::Line },
    };
    Quoted {
        quote: price(&input).unwrap(),
        estimated: false,
        degraded: vec![],
        tax_source: String::new(),
        digest: "v1.agreed".to_owned(),
        expires_at: Timestamp::MAX,
    }
}

/// Everything that the placement speaks for, right after it was claimed.
pub fn claimed(policy: &Policy) -> Effects {
    let payment = payment(policy);
    let cart = Cart {
        id: CartId(Uuid::from_u128(4)),
        store: payment.store.clone(),
        state: CartState::Locked,
        currency: amount().currency,
        region: String::new(),
        language: String::new(),
        customer: None,
        lines: vec![],
        coupons: vec![],
        placement: Some(payment.placement),
        order: None,
        created_at: START,
        updated_at: START,
    };
    let customer = Customer { id: None, kind: CustomerKind::Guest };
    let checkout = Checkout {
        id: payment.checkout,
        store: payment.store.clone(),
        cart: cart.id,
        state: CheckoutState::Placing,
        context: Context {
            device: None,
            channel: Channel::Web,
            customer,
            language: String::new(),
            region: String::new(),
        },
        flow: FlowPin { id: "plain".parse().unwrap(), version: 1, matched_rule: String::new() },
        details: Details::default(),
        currency: amount().currency,
        lines: vec![],
        coupons: vec![],
        codes_left_out: vec![],
        quoted: Some(quoted()),
        placement: Some(payment.placement),
        action: None,
        last_failure: None,
        failed_payment: None,
        order: None,
        created_at: START,
        updated_at: START,
        abandoned_at: None,
    };
    let placement = Placement {
        id: payment.placement,
        store: payment.store.clone(),
        checkout: checkout.id,
        cart: cart.id,
        state: PlacementState::Paying,
        digest: "v1.agreed".to_owned(),
        instruments: [0; 32],
        request: RequestKey { request_id: Uuid::from_u128(6) },
        payments: vec![payment.id],
        holds: vec![],
        books: vec![],
        claimed_at: START,
        complete_by: after(START, policy.complete_window),
        wish: Wish::Place,
        failure: None,
        order: None,
    };
    Effects { placement, payments: vec![payment], checkout, cart, order: None }
}
