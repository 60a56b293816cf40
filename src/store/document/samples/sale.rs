//! Checkouts, placements, orders, and the quote that they share.

use uuid::Uuid;

use super::goods::{coupons, lines};
use super::money::failures;
use super::quote::quoted;
use super::{at, euro, id, read};
use crate::domain::address::{Address, Contact};
use crate::domain::checkout::{
    ActionNeeded, Billing, Checkout, CheckoutState, Context, Customer, Degraded, DegradedReason, Dependency,
    Details, FlowPin, Selection, SelectionKind,
};
use crate::domain::flow::{Channel, CustomerKind, Device, IdentityOption};
use crate::domain::ids::{CartId, CheckoutId, OrderId, PaymentId, PlacementId};
use crate::domain::order::{Order, OrderState, PaymentState};
use crate::domain::placement::{Hold, Placement, PlacementState, RequestKey, Wish};
use crate::domain::product::TaxCategory;
use crate::ports::record::Record;

/// Everything in the samples that names or locates the buyer.
pub const PERSONAL: &[&str] = &[
    "ada@muster.example",
    "+49 30 1234567",
    "Ada Muster",
    "Muster & Söhne",
    "Lindenweg 6",
    "Hinterhaus",
    "Potsdam",
    "Brandenburg",
    "14467",
    "+49 331 7654321",
    "Bea Rechnung",
    "Postfach 99",
    "Glienicke",
    "16548",
];

fn home() -> Address {
    Address {
        recipient: "Ada Muster".to_owned(),
        organisation: "Muster & Söhne".to_owned(),
        lines: vec!["Lindenweg 6".to_owned(), "Hinterhaus".to_owned()],
        locality: "Potsdam".to_owned(),
        administrative_area: "Brandenburg".to_owned(),
        postal_code: "14467".to_owned(),
        country: read("DE"),
        phone: "+49 331 7654321".to_owned(),
    }
}

fn office() -> Address {
    Address {
        recipient: "Bea Rechnung".to_owned(),
        lines: vec!["Postfach 99".to_owned()],
        locality: "Glienicke".to_owned(),
        postal_code: "16548".to_owned(),
        ..Address::of_country(read("DE"))
    }
}

fn selection(kind: SelectionKind) -> Selection {
    Selection {
        group: "shipment".to_owned(),
        quote_id: "quo_1".to_owned(),
        carrier: read("parcel"),
        code: "standard".to_owned(),
        title: "Standard".to_owned(),
        amount: euro(490),
        tax_category: TaxCategory::Standard,
        earliest_days: Some(1),
        latest_days: Some(3),
        kind,
        degraded: Vec::new(),
        quoted_for: "9f2c".to_owned(),
        expires_at: at(900),
    }
}

fn details(billing: Billing, kind: SelectionKind) -> Details {
    Details {
        contact: Some(Contact { email: "ada@muster.example".to_owned(), phone: "+49 30 1234567".to_owned() }),
        delivery_address: Some(home()),
        billing: Some(billing),
        selections: vec![selection(kind)],
        identity: Some(IdentityOption::Guest),
        return_uri: Some("https://shop.example/back".to_owned()),
    }
}

fn context(device: Device, channel: Channel, kind: CustomerKind, customer: Option<&str>) -> Context {
    Context {
        device: Some(device),
        channel,
        customer: Customer { id: customer.map(str::to_owned), kind },
        language: "de-DE".to_owned(),
        region: "DE".to_owned(),
    }
}

/// A checkout with everything given.
pub fn checkout_open() -> Checkout {
    Checkout {
        id: id(CheckoutId, 3),
        store: read("main"),
        cart: id(CartId, 2),
        state: CheckoutState::Open,
        context: context(Device::Phone, Channel::Web, CustomerKind::Guest, None),
        flow: FlowPin { id: read("default"), version: 3, matched_rule: "de-guests".to_owned() },
        details: details(Billing::Address(office()), SelectionKind::Ship),
        currency: read("EUR"),
        lines: lines(),
        coupons: coupons(),
        codes_left_out: Vec::new(),
        quoted: Some(quoted()),
        placement: None,
        action: None,
        last_failure: None,
        failed_payment: None,
        order: None,
        abandoned_at: None,
        created_at: at(0),
        updated_at: at(60),
    }
}

/// A checkout of a guest with this device and channel, in this state.
fn of_guest(state: CheckoutState, device: Device, channel: Channel) -> Checkout {
    Checkout { state, context: context(device, channel, CustomerKind::Guest, None), ..checkout_open() }
}

/// Of a storefront that did not say what the buyer holds in hand, in a flow that takes no codes.
fn no_device_said() -> Checkout {
    let mut checkout =
        Checkout { coupons: Vec::new(), codes_left_out: vec![read("SPRING10")], ..checkout_open() };
    checkout.context.device = None;
    checkout
}

/// Collected at a shop, by a customer who is known.
fn collected() -> Checkout {
    let shop = SelectionKind::Pickup {
        location: "loc-7".to_owned(),
        name: "Shop at the harbour".to_owned(),
        address: Address {
            organisation: "Teehaus".to_owned(),
            lines: vec!["Am Hafen 1".to_owned()],
            locality: "Hamburg".to_owned(),
            postal_code: "20457".to_owned(),
            ..Address::of_country(read("DE"))
        },
    };
    Checkout {
        details: Details {
            identity: Some(IdentityOption::Registered),
            ..details(Billing::SameAsDelivery, shop)
        },
        context: context(Device::Tv, Channel::Voice, CustomerKind::Registered, Some("cust-17")),
        ..checkout_open()
    }
}

/// Waiting for a customer who has ordered before.
fn awaiting_action() -> Checkout {
    Checkout {
        state: CheckoutState::AwaitingAction,
        context: context(Device::Kiosk, Channel::Pos, CustomerKind::Repeat, Some("cust-17")),
        placement: Some(id(PlacementId, 4)),
        action: Some(ActionNeeded {
            payment: id(PaymentId, 5),
            redirect_url: "https://gateway.example/3ds/1".to_owned(),
            expires_at: at(900),
        }),
        ..checkout_open()
    }
}

fn completed() -> Checkout {
    Checkout {
        details: Details {
            identity: Some(IdentityOption::CreateAccount),
            ..details(Billing::SameAsDelivery, SelectionKind::Ship)
        },
        placement: Some(id(PlacementId, 4)),
        order: Some(id(OrderId, 6)),
        ..of_guest(CheckoutState::Completed, Device::Desktop, Channel::Agent)
    }
}

fn checkouts() -> Vec<(String, Checkout)> {
    let placement = Some(id(PlacementId, 4));
    let fresh = Checkout {
        details: Details::default(),
        lines: Vec::new(),
        coupons: Vec::new(),
        quoted: None,
        ..checkout_open()
    };
    let placing = Checkout { placement, ..of_guest(CheckoutState::Placing, Device::Tablet, Channel::App) };
    let states = [
        ("fresh", fresh),
        ("open", checkout_open()),
        ("no_device_said", no_device_said()),
        ("collected", collected()),
        ("placing", placing),
        ("awaiting_action", awaiting_action()),
        ("completed", completed()),
        ("cancelled", of_guest(CheckoutState::Cancelled, Device::Other, Channel::Web)),
        ("abandoned", Checkout { abandoned_at: Some(at(3_660)), ..checkout_open() }),
        ("expired", of_guest(CheckoutState::Expired, Device::Other, Channel::Web)),
    ]
    .map(|(name, row)| (name.to_owned(), row));
    let failed = failures().into_iter().map(|(name, failure)| {
        let asked = !matches!(failure, crate::domain::payment::aggregate::Failure::Limited(_));
        let failed_payment = asked.then(|| id(PaymentId, 5));
        let row = Checkout { placement, last_failure: Some(failure), failed_payment, ..checkout_open() };
        (format!("failed_{name}"), row)
    });
    states.into_iter().chain(failed).collect()
}

fn placements() -> Vec<(String, Placement)> {
    let paying = Placement {
        id: id(PlacementId, 4),
        store: read("main"),
        checkout: id(CheckoutId, 3),
        cart: id(CartId, 2),
        state: PlacementState::Paying,
        digest: "v1:5f0c".to_owned(),
        instruments: std::array::from_fn(|index| u8::try_from(index).unwrap()),
        request: RequestKey { request_id: id(|uuid: Uuid| uuid, 99) },
        payments: vec![id(PaymentId, 5), id(PaymentId, 7)],
        books: Vec::new(),
        holds: vec![
            Hold { counter: "stock/TEA-1".to_owned(), quantity: 2 },
            Hold { counter: "coupon/TENTH".to_owned(), quantity: 1 },
        ],
        claimed_at: at(0),
        complete_by: at(900),
        wish: Wish::Place,
        failure: None,
        order: None,
    };
    let mut all = vec![
        ("awaiting_action", Placement { state: PlacementState::AwaitingAction, ..paying.clone() }),
        (
            "cancelling",
            Placement {
                state: PlacementState::Compensating,
                wish: Wish::Cancel,
                failure: failures().pop().map(|(_, failure)| failure),
                ..paying.clone()
            },
        ),
        (
            "completed",
            Placement { state: PlacementState::Completed, order: Some(id(OrderId, 6)), ..paying.clone() },
        ),
        (
            "reopening",
            Placement { state: PlacementState::Compensating, wish: Wish::Reopen, ..paying.clone() },
        ),
        ("paying", paying.clone()),
        ("paying_by_card", Placement { books: vec![super::cards::token().book], ..paying.clone() }),
    ]
    .into_iter()
    .map(|(name, row)| (name.to_owned(), row))
    .collect::<Vec<_>>();
    for (name, failure) in failures() {
        let row = Placement { state: PlacementState::Failed, failure: Some(failure), ..paying.clone() };
        all.push((format!("failed_{name}"), row));
    }
    all
}

/// An order that a backup carries and another one taxed.
fn order_by_backups() -> Order {
    let mut order = order_placed();
    let by = |dependency, from: &str, to: &str, reason| Degraded {
        dependency,
        from: read(from),
        to: read(to),
        reason,
    };
    let carried = by(Dependency::Carrier, "courier", "parcel", DegradedReason::BreakerOpen);
    for selection in &mut order.details.selections {
        selection.degraded = vec![carried.clone()];
    }
    order.quoted.degraded = vec![by(Dependency::Tax, "avatax", "builtin", DegradedReason::TimedOut), carried];
    order
}

/// An order of a customer, not captured yet.
pub fn order_placed() -> Order {
    let payments = vec![id(PaymentId, 5), id(PaymentId, 7)];
    let checkout = Checkout {
        context: context(Device::Phone, Channel::Web, CustomerKind::Repeat, Some("cust-17")),
        ..checkout_open()
    };
    Order::of(&checkout, id(OrderId, 6), payments, PaymentState::Authorised, at(120)).unwrap()
}

fn orders() -> Vec<(String, Order)> {
    let states = [
        PaymentState::PendingPayment,
        PaymentState::Authorised,
        PaymentState::PartiallyCaptured,
        PaymentState::Paid,
        PaymentState::PartiallyRefunded,
        PaymentState::Refunded,
        PaymentState::Voided,
        PaymentState::PaymentReview,
    ];
    let of = |payment_state: PaymentState| {
        let paid = payment_state == PaymentState::PartiallyRefunded;
        let row = Order {
            state: OrderState::Placed,
            payment_state,
            captured_minor: if paid { 2_690 } else { 0 },
            refunded_minor: if paid { 90 } else { 0 },
            ..order_placed()
        };
        (payment_state.as_str().to_lowercase(), row)
    };
    states.map(of).into_iter().chain([("by_backups".to_owned(), order_by_backups())]).collect()
}

pub fn samples() -> Vec<(String, Record)> {
    let checkouts = checkouts()
        .into_iter()
        .map(|(name, row)| (format!("checkout-{name}"), Record::Checkout(Box::new(row))));
    let placements = placements()
        .into_iter()
        .map(|(name, row)| (format!("placement-{name}"), Record::Placement(Box::new(row))));
    let orders =
        orders().into_iter().map(|(name, row)| (format!("order-{name}"), Record::Order(Box::new(row))));
    let quotes = super::quote::standings().into_iter().map(|(name, quoted)| {
        let row = Checkout { quoted: Some(quoted), ..checkout_open() };
        (format!("checkout-quoted_{name}"), Record::Checkout(Box::new(row)))
    });
    checkouts.chain(placements).chain(orders).chain(quotes).collect()
}
