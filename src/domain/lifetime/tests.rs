//! Lives against the clock, for every state.

use proptest::prelude::*;

use super::*;
use crate::domain::address::Contact;
use crate::domain::cart::CartLine;
use crate::domain::checkout::{Context, Customer, Details, FlowPin};
use crate::domain::flow::{Channel, CustomerKind};
use crate::domain::ids::{CartId, CheckoutId, LineId};
use crate::domain::money::Money;
use crate::domain::product::{Product, TaxCategory};

const LIVES: Lifetimes = Lifetimes {
    empty_cart: Duration::from_secs(10),
    guest_cart: Duration::from_secs(100),
    customer_cart: Duration::from_secs(1_000),
    checkout: Duration::from_secs(70),
    abandoned_after: Duration::from_secs(7),
};

const CART_STATES: [CartState; 5] =
    [CartState::Open, CartState::Locked, CartState::Ordered, CartState::Deleted, CartState::Expired];

const CHECKOUT_STATES: [CheckoutState; 6] = [
    CheckoutState::Open,
    CheckoutState::Placing,
    CheckoutState::AwaitingAction,
    CheckoutState::Completed,
    CheckoutState::Cancelled,
    CheckoutState::Expired,
];

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn line() -> CartLine {
    let price = Money::new(100, "EUR".parse().unwrap());
    let product = Product {
        sku: "mug".parse().unwrap(),
        title: "mug".to_owned(),
        unit_price: price,
        compare_at: None,
        image: None,
        tax_category: TaxCategory::Standard,
        weight_grams: 1,
        requires_delivery: false,
        tags: std::collections::BTreeSet::default(),
        tracked: false,
    };
    CartLine { id: LineId(uuid::Uuid::nil()), product, quantity: 1, unit_price_when_added: price }
}

fn cart(state: CartState, lines: usize, customer: bool) -> Cart {
    Cart {
        id: CartId(uuid::Uuid::nil()),
        store: "shop".parse().unwrap(),
        state,
        currency: "EUR".parse().unwrap(),
        region: String::new(),
        language: String::new(),
        customer: customer.then(|| "c".to_owned()),
        lines: vec![line(); lines],
        coupons: Vec::new(),
        placement: None,
        order: None,
        created_at: at(-5),
        updated_at: at(0),
    }
}

fn checkout(state: CheckoutState, email: &str) -> Checkout {
    Checkout {
        id: CheckoutId(uuid::Uuid::nil()),
        store: "shop".parse().unwrap(),
        cart: CartId(uuid::Uuid::nil()),
        state,
        context: Context {
            device: None,
            channel: Channel::Web,
            customer: Customer { id: None, kind: CustomerKind::Guest },
            language: String::new(),
            region: String::new(),
        },
        flow: FlowPin { id: "test".parse().unwrap(), version: 1, matched_rule: String::new() },
        details: Details {
            contact: Some(Contact { email: email.to_owned(), phone: String::new() }),
            ..Details::default()
        },
        currency: "EUR".parse().unwrap(),
        lines: vec![line()],
        coupons: Vec::new(),
        codes_left_out: Vec::new(),
        quoted: None,
        placement: None,
        action: None,
        last_failure: None,
        failed_payment: None,
        order: None,
        abandoned_at: None,
        created_at: at(-5),
        updated_at: at(0),
    }
}

#[test]
fn empty_guest_and_customer_carts_live_differently() {
    for (lines, customer, life) in [(0, false, 10), (0, true, 10), (1, false, 100), (1, true, 1_000)] {
        let cart = cart(CartState::Open, lines, customer);
        assert_eq!(LIVES.cart(&cart, at(life - 1)), Turn::Wait(Duration::from_secs(1)));
        let Turn::Becomes(expired, None) = LIVES.cart(&cart, at(life)) else { panic!("it lives on") };
        assert_eq!((expired.state, expired.updated_at), (CartState::Expired, at(life)));
    }
}

#[test]
fn a_checkout_is_abandoned_once_where_somebody_can_be_reached_and_the_cart_can_be_ordered() {
    let open = cart(CartState::Open, 1, false);
    let session = checkout(CheckoutState::Open, "ada@example.com");
    assert_eq!(LIVES.checkout(&session, Some(&open), at(6)), Turn::Wait(Duration::from_secs(1)));
    let Turn::Becomes(abandoned, Some(left)) = LIVES.checkout(&session, Some(&open), at(7)) else {
        panic!("nobody noticed")
    };
    assert_eq!((abandoned.abandoned_at, left), (Some(at(7)), Duration::from_secs(63)));
    assert_eq!((abandoned.state, abandoned.updated_at), (CheckoutState::Open, at(0)));
    assert_eq!(LIVES.checkout(&abandoned, Some(&open), at(8)), Turn::Wait(Duration::from_secs(62)));
    let unreachable = checkout(CheckoutState::Open, "");
    assert_eq!(LIVES.checkout(&unreachable, Some(&open), at(8)), Turn::Wait(Duration::from_secs(62)));
    for state in CART_STATES.into_iter().filter(|state| *state != CartState::Open) {
        let gone = cart(state, 1, false);
        assert!(matches!(LIVES.checkout(&session, Some(&gone), at(8)), Turn::Wait(_)), "{state:?}");
    }
    let empty = cart(CartState::Open, 0, false);
    assert!(matches!(LIVES.checkout(&session, Some(&empty), at(8)), Turn::Wait(_)));
}

proptest! {
    #[test]
    fn only_what_is_open_changes_by_a_published_edge_and_no_wait_is_longer_than_it_must_be(
        which in 0..6_usize, lines in 0..2_usize, customer: bool, second in 0..2_000_i64,
    ) {
        let cart = cart(CART_STATES[which.min(4)], lines, customer);
        match LIVES.cart(&cart, at(second)) {
            Turn::Becomes(next, _) => {
                prop_assert_eq!(cart.state, CartState::Open);
                prop_assert!(cart.state.may_become(next.state));
            }
            Turn::Wait(span) => {
                prop_assert!(!span.is_zero());
                prop_assert!(cart.state != CartState::Open || at(second) + span <= at(1_000));
            }
            Turn::Over => prop_assert!(!matches!(cart.state, CartState::Open | CartState::Locked)),
        }
        let session = checkout(CHECKOUT_STATES[which], "ada@example.com");
        match LIVES.checkout(&session, Some(&cart), at(second)) {
            Turn::Becomes(next, left) => {
                prop_assert_eq!(session.state, CheckoutState::Open);
                let edge = session.state.may_become(next.state);
                prop_assert!(edge || (next.state == CheckoutState::Open && next.abandoned_at.is_some()));
                prop_assert_eq!(left.is_none(), next.state == CheckoutState::Expired);
            }
            Turn::Wait(span) => prop_assert!(!span.is_zero()),
            Turn::Over => {
                let live = session.state == CheckoutState::Open || session.state.placing();
                prop_assert!(!live);
            }
        }
    }
}
