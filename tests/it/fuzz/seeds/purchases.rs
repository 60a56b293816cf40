//! Visits that buy, or nearly: the ways through a purchase, what banks and gateways do on it, and what comes after.

use cashwrap::domain::payment::DeclineClass;
use cashwrap::proto::cashwrap::v1::tender::Instrument;
use cashwrap::proto::cashwrap::v1::{
    AddLine, ApplyCodeRequest, Billing, CancelCheckoutRequest, CapturePaymentRequest, CardDescriptor,
    CardInstrument, CardTender, CartAction, CheckoutContext, CheckoutDetails, ClearLines,
    ConfirmPaymentActionRequest, Contact, CreateCartRequest, CreateCheckoutRequest, Customer,
    DeleteCartRequest, DeliverySelection, ExplainPaymentRequest, GetCartRequest, GetCheckoutRequest,
    GetOrderRequest, GetPaymentRequest, ListDeliveryOptionsRequest, ListOrdersRequest, ListPartnersRequest,
    ListPaymentMethodsRequest, ListPaymentsRequest, ListPickupLocationsRequest,
    ListUnresolvedPaymentsRequest, PartnerMode, PlaceOrderRequest, RefundPaymentRequest, RemoveCodeRequest,
    RemoveLine, SetLineQuantity, SetPartnerModeRequest, Tender, UpdateCartRequest, UpdateCheckoutRequest,
    VoidPaymentRequest, billing, cart_action::Action, delivery_selection::Choice,
};
use cashwrap::proto::google::r#type::{LatLng, Money, PostalAddress};

use super::{
    A_DAY, ADA, CAPTURE, CONFIRM, CREATE, FORTY_DAYS, GUEST, OPERATOR, REFUND, SERVICE, STAFF, TEN_MINUTES,
    VOID, Visit,
};
use crate::placing::till::Weather;

pub(super) const STORE: &str = "stores/shop";

pub(super) fn text(text: &str) -> String {
    text.to_owned()
}

pub(super) fn add(sku: &str, quantity: i32) -> CartAction {
    CartAction { action: Some(Action::Add(AddLine { sku: text(sku), quantity })) }
}

pub(super) fn cart(actions: Vec<CartAction>) -> CreateCartRequest {
    CreateCartRequest {
        parent: text(STORE),
        request_id: text("$key"),
        currency_code: text("EUR"),
        region_code: text("DE"),
        language_code: text("de-AT"),
        actions,
        customer: String::new(),
    }
}

pub(super) fn update_cart(actions: Vec<CartAction>) -> UpdateCartRequest {
    UpdateCartRequest { name: text("$cart"), request_id: text("$key"), etag: String::new(), actions }
}

pub(super) fn apply(code: &str) -> ApplyCodeRequest {
    ApplyCodeRequest { name: text("$cart"), request_id: text("$key"), etag: String::new(), code: text(code) }
}

pub(super) fn berlin() -> PostalAddress {
    PostalAddress {
        region_code: text("DE"),
        postal_code: text("10117"),
        locality: text("Berlin"),
        address_lines: vec![text("Unter den Linden 1")],
        recipients: vec![text("Ada Example")],
        ..PostalAddress::default()
    }
}

pub(super) fn buyer() -> CheckoutDetails {
    CheckoutDetails {
        contact: Some(Contact { email: text("ada@example.com"), phone: text("+49 30 1234567") }),
        delivery_address: Some(berlin()),
        billing: Some(Billing { choice: Some(billing::Choice::Address(berlin())) }),
        return_uri: text("https://shop.example/done"),
        ..CheckoutDetails::default()
    }
}

pub(super) fn checkout(details: CheckoutDetails) -> CreateCheckoutRequest {
    CreateCheckoutRequest {
        parent: text(STORE),
        request_id: text("$key"),
        cart: text("$cart"),
        context: None,
        details: Some(details),
    }
}

pub(super) fn update(details: CheckoutDetails) -> UpdateCheckoutRequest {
    UpdateCheckoutRequest {
        name: text("$checkout"),
        request_id: text("$key"),
        etag: String::new(),
        details: Some(details),
        update_mask: None,
    }
}

fn choosing(choice: Choice) -> CheckoutDetails {
    let selection = DeliverySelection { delivery_group_id: String::new(), choice: Some(choice) };
    CheckoutDetails { deliveries: vec![selection], ..CheckoutDetails::default() }
}

fn options() -> ListDeliveryOptionsRequest {
    ListDeliveryOptionsRequest { parent: text("$checkout"), ..ListDeliveryOptionsRequest::default() }
}

pub(super) fn card(accounts: &[(&str, &str)], descriptor: Option<CardDescriptor>) -> Tender {
    let instrument = |(account, token): &(&str, &str)| CardInstrument {
        partner_account: text(account),
        token: text(token),
    };
    let card = CardTender { instruments: accounts.iter().map(instrument).collect(), descriptor };
    Tender { amount: None, instrument: Some(Instrument::Card(card)) }
}

pub(super) fn visa() -> CardDescriptor {
    CardDescriptor {
        bin: text("411111"),
        last_four: text("1111"),
        expiry_month: 12,
        expiry_year: 2_030,
        network: 1,
    }
}

pub(super) fn place() -> PlaceOrderRequest {
    PlaceOrderRequest {
        name: text("$checkout"),
        request_id: text("$key"),
        quote_digest: text("$digest"),
        tenders: vec![card(&[("primary", "tok_1"), ("backup", "tok_2")], Some(visa()))],
    }
}

pub(super) fn confirm() -> ConfirmPaymentActionRequest {
    ConfirmPaymentActionRequest {
        name: text("$checkout"),
        request_id: text("$key"),
        action_id: text("$action"),
        return_parameters: [("redirectResult".to_owned(), text("x"))].into(),
    }
}

pub(super) fn cancel() -> CancelCheckoutRequest {
    CancelCheckoutRequest { name: text("$checkout"), request_id: text("$key"), etag: String::new() }
}

pub(super) fn euro(units: i64, nanos: i32) -> Money {
    Money { currency_code: text("EUR"), units, nanos }
}

pub(super) fn capture(amount: Option<Money>) -> CapturePaymentRequest {
    CapturePaymentRequest { name: text("$payment"), request_id: text("$key"), etag: String::new(), amount }
}

pub(super) fn void() -> VoidPaymentRequest {
    VoidPaymentRequest { name: text("$payment"), request_id: text("$key"), etag: String::new() }
}

pub(super) fn refund(amount: Option<Money>) -> RefundPaymentRequest {
    RefundPaymentRequest { name: text("$payment"), request_id: text("$key"), etag: String::new(), amount }
}

pub(super) fn see_payment() -> GetPaymentRequest {
    GetPaymentRequest { name: text("$payment") }
}

pub(super) fn explain() -> ExplainPaymentRequest {
    ExplainPaymentRequest { name: text("$payment") }
}

pub(super) fn mode(account: &str, mode: i32) -> SetPartnerModeRequest {
    SetPartnerModeRequest {
        name: format!("{STORE}/partners/{account}"),
        request_id: text("$key"),
        etag: String::new(),
        mode,
    }
}

/// A checkout of something digital, ready to be placed.
fn course() -> Visit {
    Visit::default().calls(SERVICE, "CreateCart", &cart(vec![add("course", 1)])).calls(
        SERVICE,
        "CreateCheckout",
        &checkout(buyer()),
    )
}

/// A checkout of something that is sent, ready to be placed.
fn tea() -> Visit {
    Visit::default()
        .calls(SERVICE, "CreateCart", &cart(vec![add("tea", 2)]))
        .calls(SERVICE, "CreateCheckout", &checkout(buyer()))
        .calls(SERVICE, "ListDeliveryOptions", &options())
        .calls(SERVICE, "UpdateCheckout", &update(choosing(Choice::QuoteId(text("$quote")))))
}

fn bought() -> Visit {
    course().calls(SERVICE, "PlaceOrder", &place()).calls(
        STAFF,
        "ListPayments",
        &ListPaymentsRequest { parent: text(STORE), ..ListPaymentsRequest::default() },
    )
}

fn held() -> Visit {
    tea().calls(SERVICE, "PlaceOrder", &place()).calls(
        STAFF,
        "ListPayments",
        &ListPaymentsRequest { parent: text(STORE), ..ListPaymentsRequest::default() },
    )
}

/// The visits, by what they are.
pub(super) fn all() -> Vec<(&'static str, Visit)> {
    [carts(), ways(), banks(), aftercare()].into_iter().flatten().collect()
}

fn carts() -> Vec<(&'static str, Visit)> {
    let set = |line_id: &str, quantity| CartAction {
        action: Some(Action::SetQuantity(SetLineQuantity { line_id: text(line_id), quantity })),
    };
    let remove = CartAction { action: Some(Action::Remove(RemoveLine { line_id: text("$line") })) };
    let clear = CartAction { action: Some(Action::Clear(ClearLines {})) };
    let see = GetCartRequest { name: text("$cart") };
    let delete = DeleteCartRequest { name: text("$cart"), request_id: text("$key"), etag: text("$etag") };
    let removed = RemoveCodeRequest {
        name: text("$cart"),
        request_id: text("$key"),
        etag: text("$etag"),
        code: text("save5"),
    };
    let edited = Visit::default()
        .calls(GUEST, "CreateCart", &cart(vec![add("tea", 1), add("course", 1)]))
        .calls(GUEST, "UpdateCart", &update_cart(vec![set("$line", 3), add("last", 1)]))
        .calls(GUEST, "ApplyCode", &apply(" save5 "))
        .calls(GUEST, "RemoveCode", &removed)
        .calls(GUEST, "UpdateCart", &update_cart(vec![remove]))
        .calls(GUEST, "GetCart", &see)
        .calls(GUEST, "UpdateCart", &update_cart(vec![clear]))
        .calls(GUEST, "DeleteCart", &delete)
        .calls(GUEST, "GetCart", &see);
    let expired = Visit::default()
        .calls(SERVICE, "CreateCart", &cart(vec![add("tea", 1)]))
        .calls(SERVICE, "CreateCheckout", &checkout(buyer()))
        .waits(A_DAY)
        .calls(SERVICE, "GetCheckout", &GetCheckoutRequest { name: text("$checkout") })
        .waits(FORTY_DAYS)
        .calls(SERVICE, "GetCart", &see)
        .calls(SERVICE, "UpdateCart", &update_cart(vec![add("tea", 1)]));
    vec![("cart-edited-and-deleted", edited), ("cart-and-checkout-left-alone", expired)]
}

fn ways() -> Vec<(&'static str, Visit)> {
    let see_order = GetOrderRequest { name: text("$order") };
    let methods =
        ListPaymentMethodsRequest { parent: text("$checkout"), ..ListPaymentMethodsRequest::default() };
    let guest = Visit::default()
        .calls(GUEST, "CreateCart", &cart(vec![add("tea", 2)]))
        .calls(GUEST, "ApplyCode", &apply("ONCE"))
        .calls(GUEST, "CreateCheckout", &checkout(buyer()))
        .calls(GUEST, "ListDeliveryOptions", &options())
        .calls(GUEST, "UpdateCheckout", &update(choosing(Choice::QuoteId(text("$quote")))))
        .calls(GUEST, "ListPaymentMethods", &methods)
        .calls(GUEST, "PlaceOrder", &place())
        .calls(GUEST, "GetOrder", &see_order);
    let near = LatLng { latitude: 52.5, longitude: 13.4 };
    let shops = ListPickupLocationsRequest {
        parent: text("$checkout"),
        near: Some(near),
        page_size: 1,
        page_token: String::new(),
    };
    let collected = Visit::default()
        .calls(SERVICE, "CreateCart", &cart(vec![add("tea", 1)]))
        .calls(SERVICE, "CreateCheckout", &checkout(buyer()))
        .calls(SERVICE, "ListPickupLocations", &shops)
        .calls(SERVICE, "UpdateCheckout", &update(choosing(Choice::PickupLocationId(text("mitte")))))
        .calls(SERVICE, "PlaceOrder", &place());
    let context = CheckoutContext {
        device: 2,
        channel: 2,
        customer: Some(Customer { id: text("ada"), kind: 2 }),
        language_code: text("pt-BR"),
        region_code: text("DE"),
    };
    let orders = ListOrdersRequest {
        parent: text(STORE),
        page_size: 1,
        page_token: String::new(),
        customer: text("ada"),
    };
    let customer = Visit::default()
        .calls(ADA, "CreateCart", &cart(vec![add("course", 1)]))
        .calls(ADA, "CreateCheckout", &CreateCheckoutRequest { context: Some(context), ..checkout(buyer()) })
        .calls(ADA, "PlaceOrder", &place())
        .calls(ADA, "CreateCart", &cart(vec![add("course", 2)]))
        .calls(ADA, "CreateCheckout", &checkout(buyer()))
        .calls(ADA, "PlaceOrder", &place())
        .calls(STAFF, "ListOrders", &orders)
        .calls(STAFF, "ListOrders", &ListOrdersRequest { page_token: text("$page"), ..orders.clone() })
        .calls(ADA, "GetOrder", &see_order);
    let last = course()
        .calls(SERVICE, "UpdateCart", &update_cart(vec![add("last", 1)]))
        .calls(SERVICE, "UpdateCheckout", &update(buyer()))
        .calls(SERVICE, "PlaceOrder", &place())
        .calls(SERVICE, "CreateCart", &cart(vec![add("last", 1)]));
    vec![
        ("guest-buys-tea-with-a-code", guest),
        ("collected-in-a-shop", collected),
        ("customer-buys-twice-and-staff-list-it", customer),
        ("last-unit-sold-twice", last),
    ]
}

fn banks() -> Vec<(&'static str, Visit)> {
    let again = PlaceOrderRequest { request_id: text("$again"), ..place() };
    let action = course()
        .meets(CONFIRM, Weather::Action)
        .calls(SERVICE, "PlaceOrder", &place())
        .customer_acts(true)
        .calls(SERVICE, "ConfirmPaymentAction", &confirm())
        .calls(SERVICE, "ConfirmPaymentAction", &confirm());
    let failed = course()
        .meets(CONFIRM, Weather::Action)
        .calls(SERVICE, "PlaceOrder", &place())
        .customer_acts(false)
        .calls(SERVICE, "ConfirmPaymentAction", &confirm())
        .calls(SERVICE, "PlaceOrder", &place());
    let never = course()
        .meets(CONFIRM, Weather::Action)
        .calls(SERVICE, "PlaceOrder", &place())
        .calls(SERVICE, "UpdateCheckout", &update(buyer()))
        .waits(TEN_MINUTES)
        .waits(A_DAY)
        .calls(SERVICE, "ConfirmPaymentAction", &confirm());
    let mastercard = CardDescriptor { network: 2, ..visa() };
    let stopped = PlaceOrderRequest {
        tenders: vec![card(&[("primary", "tok_1"), ("backup", "tok_2")], Some(mastercard))],
        ..place()
    };
    let declined = course()
        .meets(CONFIRM, Weather::Declined(DeclineClass::Generic))
        .meets(CONFIRM, Weather::Advised(DeclineClass::Generic, "03".parse().unwrap()))
        .calls(SERVICE, "PlaceOrder", &stopped)
        .calls(SERVICE, "PlaceOrder", &stopped)
        .calls(SERVICE, "GetCheckout", &GetCheckoutRequest { name: text("$checkout") })
        .calls(SERVICE, "CancelCheckout", &cancel())
        .calls(SERVICE, "PlaceOrder", &stopped);
    let unknown = course()
        .meets(CONFIRM, Weather::TimeoutAfter)
        .calls(SERVICE, "PlaceOrder", &place())
        .calls(SERVICE, "PlaceOrder", &again)
        .waits(TEN_MINUTES)
        .calls(OPERATOR, "ListUnresolvedPayments", &unresolved())
        .calls(SERVICE, "PlaceOrder", &again);
    let away = course()
        .meets(CREATE, Weather::Refused)
        .meets(CREATE, Weather::Refused)
        .calls(SERVICE, "PlaceOrder", &place())
        .meets(CREATE, Weather::Refused)
        .calls(SERVICE, "PlaceOrder", &place());
    let wrong = course()
        .meets(CONFIRM, Weather::Off(-100))
        .calls(SERVICE, "PlaceOrder", &place())
        .meets(CONFIRM, Weather::Taken)
        .calls(SERVICE, "PlaceOrder", &place());
    vec![
        ("bank-asks-the-customer", action),
        ("bank-turns-the-customer-down", failed),
        ("customer-never-returns", never),
        ("declined-for-ever-and-cancelled", declined),
        ("unknown-and-resolved", unknown),
        ("gateways-away-then-one", away),
        ("authorised-for-less-then-taken-at-once", wrong),
    ]
}

fn unresolved() -> ListUnresolvedPaymentsRequest {
    ListUnresolvedPaymentsRequest {
        parent: text(STORE),
        page_size: 1,
        ..ListUnresolvedPaymentsRequest::default()
    }
}

fn aftercare() -> Vec<(&'static str, Visit)> {
    let refunded = bought()
        .calls(STAFF, "RefundPayment", &refund(Some(euro(10, 500_000_000))))
        .calls(STAFF, "RefundPayment", &refund(Some(euro(100, 0))))
        .meets(REFUND, Weather::TimeoutAfter)
        .calls(STAFF, "RefundPayment", &refund(None))
        .waits(TEN_MINUTES)
        .calls(STAFF, "RefundPayment", &refund(None))
        .calls(STAFF, "GetPayment", &see_payment())
        .calls(OPERATOR, "ExplainPayment", &explain());
    let captured = held()
        .calls(STAFF, "CapturePayment", &capture(Some(euro(5, 0))))
        .calls(STAFF, "CapturePayment", &capture(None))
        .calls(STAFF, "VoidPayment", &void())
        .calls(STAFF, "RefundPayment", &refund(Some(euro(5, 0))));
    let voided = held()
        .meets(VOID, Weather::FiveAfter)
        .calls(STAFF, "VoidPayment", &void())
        .calls(STAFF, "VoidPayment", &void())
        .waits(TEN_MINUTES)
        .calls(STAFF, "CapturePayment", &capture(None));
    let lapsed = held()
        .meets(CAPTURE, Weather::Declined(DeclineClass::Generic))
        .calls(STAFF, "CapturePayment", &capture(None))
        .calls(STAFF, "GetPayment", &see_payment())
        .waits(FORTY_DAYS);
    let partners = ListPartnersRequest { parent: text(STORE), ..ListPartnersRequest::default() };
    let drained = course()
        .calls(OPERATOR, "SetPartnerMode", &mode("primary", PartnerMode::Drain.into()))
        .calls(OPERATOR, "SetPartnerMode", &mode("backup", PartnerMode::ForceOpen.into()))
        .calls(OPERATOR, "ListPartners", &partners)
        .calls(SERVICE, "PlaceOrder", &place())
        .calls(OPERATOR, "SetPartnerMode", &mode("primary", PartnerMode::Auto.into()))
        .calls(SERVICE, "PlaceOrder", &place());
    vec![
        ("refunded-in-parts-and-too-much", refunded),
        ("captured-in-part-then-void-refused", captured),
        ("voided-with-an-unknown-outcome", voided),
        ("authorisation-lapsed", lapsed),
        ("operator-drains-a-gateway", drained),
    ]
}
