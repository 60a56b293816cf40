//! Visits that go wrong: what must be refused, for each kind of mistake or malice, on rows that are worth something.

use cashwrap::proto::cashwrap::v1::{
    CardDescriptor, CartAction, CheckoutDetails, Contact, CreateCartRequest, CreateCheckoutRequest,
    GetCartRequest, ListOrdersRequest, ListPickupLocationsRequest, PlaceOrderRequest, UpdateCartRequest,
    UpdateCheckoutRequest,
};
use cashwrap::proto::google::r#type::{LatLng, Money, PostalAddress};
use prost_types::FieldMask;

use super::super::requests::input::RPCS;
use super::purchases::{
    STORE, add, apply, berlin, buyer, cancel, capture, card, cart, checkout, confirm, euro, explain, mode,
    place, refund, see_payment, text, update, update_cart, visa, void,
};
use super::{ELSEWHERE, GUEST, NOBODY, OPERATOR, SERVICE, STAFF, STRANGER, UNKNOWN, Visit};

const CARD: &str = "4111 1111 1111 1111";

/// The visits, by what they are.
pub(super) fn all() -> Vec<(&'static str, Visit)> {
    vec![
        ("card-numbers-everywhere", card_numbers()),
        ("above-every-limit", limits()),
        ("money-that-is-none", money()),
        ("keys-reused-and-misspelt", keys()),
        ("etags-stale-and-bare", etags()),
        ("names-of-other-things", names()),
        ("masks-and-pages-made-up", masks_and_pages()),
        ("callers-who-may-not", callers()),
        ("payments-that-are-not-there", payments()),
        ("no-message-at-all", malformed()),
    ]
}

fn opened() -> Visit {
    Visit::default().calls(SERVICE, "CreateCart", &cart(vec![add("course", 1)])).calls(
        SERVICE,
        "CreateCheckout",
        &checkout(buyer()),
    )
}

fn card_numbers() -> Visit {
    let contact = |email: &str, phone: &str| CheckoutDetails {
        contact: Some(Contact { email: text(email), phone: text(phone) }),
        ..CheckoutDetails::default()
    };
    let address = |address| CheckoutDetails { delivery_address: Some(address), ..CheckoutDetails::default() };
    let lines = PostalAddress { address_lines: vec![format!("Haus {CARD}")], ..berlin() };
    let postcode = PostalAddress { postal_code: text("378282246310005"), ..berlin() };
    let paying = |token: &str, descriptor: CardDescriptor| PlaceOrderRequest {
        tenders: vec![card(&[("primary", token)], Some(descriptor))],
        ..place()
    };
    opened()
        .calls(SERVICE, "UpdateCart", &update_cart(vec![add(CARD, 1)]))
        .calls(SERVICE, "ApplyCode", &apply("5555-5555-5555-4444"))
        .calls(SERVICE, "UpdateCheckout", &update(contact("4111111111111111@example.com", "")))
        .calls(SERVICE, "UpdateCheckout", &update(contact("ada@example.com", CARD)))
        .calls(SERVICE, "UpdateCheckout", &update(address(lines)))
        .calls(SERVICE, "UpdateCheckout", &update(address(postcode)))
        .calls(SERVICE, "PlaceOrder", &paying("4242424242424242", visa()))
        .calls(SERVICE, "PlaceOrder", &paying("tok", CardDescriptor { bin: text(CARD), ..visa() }))
        .calls(SERVICE, "PlaceOrder", &PlaceOrderRequest { quote_digest: text(CARD), ..place() })
        .calls(SERVICE, "GetCart", &GetCartRequest { name: format!("{STORE}/carts/{CARD}") })
}

fn limits() -> Visit {
    let huge = "x".repeat(5_000);
    let tenders = vec![card(&[("primary", "tok")], None); 9];
    let many = card(&[("primary", "tok"); 9], None);
    let twice = card(&[("primary", "tok"); 2], None);
    let dated = CardDescriptor { expiry_month: 13, expiry_year: i32::MIN, network: 99, ..visa() };
    let paying = |tenders| PlaceOrderRequest { tenders, ..place() };
    opened()
        .calls(SERVICE, "UpdateCart", &update_cart(vec![add("tea", 1); 101]))
        .calls(SERVICE, "UpdateCart", &update_cart(vec![add("tea", i32::MAX), add("tea", -1)]))
        .calls(SERVICE, "UpdateCart", &update_cart(vec![add("course", 9_000), add("course", 9_000)]))
        .calls(SERVICE, "UpdateCart", &update_cart(vec![add("palace", 1), add("palace", 1)]))
        .calls(SERVICE, "UpdateCart", &update_cart(vec![CartAction::default()]))
        .calls(SERVICE, "UpdateCart", &update_cart(vec![add("no-such", 1), add(&huge, 1), add("te\0a", 1)]))
        .calls(SERVICE, "PlaceOrder", &paying(tenders))
        .calls(SERVICE, "PlaceOrder", &paying(vec![many]))
        .calls(SERVICE, "PlaceOrder", &paying(vec![twice]))
        .calls(SERVICE, "PlaceOrder", &paying(vec![card(&[("primary", "tok")], Some(dated))]))
        .calls(SERVICE, "PlaceOrder", &paying(Vec::new()))
}

fn money() -> Visit {
    let dollars = Money { currency_code: text("USD"), units: 1, nanos: 0 };
    let paying = |amount: Money| {
        let mut tender = card(&[("primary", "tok")], None);
        tender.amount = Some(amount);
        PlaceOrderRequest { tenders: vec![tender], ..place() }
    };
    opened()
        .calls(SERVICE, "PlaceOrder", &paying(euro(48, 990_000_000)))
        .calls(SERVICE, "PlaceOrder", &paying(euro(i64::MAX, i32::MAX)))
        .calls(SERVICE, "PlaceOrder", &paying(euro(49, -1)))
        .calls(SERVICE, "PlaceOrder", &paying(dollars.clone()))
        .calls(SERVICE, "PlaceOrder", &place())
        .calls(STAFF, "ListPayments", &listing())
        .calls(STAFF, "RefundPayment", &refund(Some(euro(i64::MIN, i32::MIN))))
        .calls(STAFF, "RefundPayment", &refund(Some(euro(0, 1))))
        .calls(STAFF, "RefundPayment", &refund(Some(euro(0, 0))))
        .calls(STAFF, "RefundPayment", &refund(Some(dollars)))
        .calls(STAFF, "CapturePayment", &capture(Some(euro(-1, 0))))
}

fn listing() -> cashwrap::proto::cashwrap::v1::ListPaymentsRequest {
    cashwrap::proto::cashwrap::v1::ListPaymentsRequest {
        parent: text(STORE),
        page_size: 0,
        page_token: String::new(),
    }
}

fn keys() -> Visit {
    let keyed = |id: &str, actions| CreateCartRequest { request_id: text(id), ..cart(actions) };
    opened()
        .calls(SERVICE, "CreateCart", &keyed("$key", vec![add("tea", 1)]))
        .calls(SERVICE, "CreateCart", &keyed("$again", vec![add("tea", 1)]))
        .calls(SERVICE, "CreateCart", &keyed("$again", vec![add("tea", 2)]))
        .calls(GUEST, "CreateCart", &keyed("$again", vec![add("tea", 1)]))
        .calls(SERVICE, "CancelCheckout", &{
            let mut request = cancel();
            request.request_id = text("$again");
            request
        })
        .calls(SERVICE, "CreateCart", &keyed("", Vec::new()))
        .calls(SERVICE, "CreateCart", &keyed("00000000-0000-0000-0000-000000000000", Vec::new()))
        .calls(SERVICE, "CreateCart", &keyed("{0198c0de-0000-7000-8000-000000000001}", Vec::new()))
}

fn etags() -> Visit {
    let of = |etag: &str| UpdateCartRequest { etag: text(etag), ..update_cart(vec![add("tea", 1)]) };
    let edit = |etag: &str| UpdateCheckoutRequest { etag: text(etag), ..update(buyer()) };
    opened()
        .calls(SERVICE, "UpdateCheckout", &edit("$etag"))
        .calls(SERVICE, "UpdateCheckout", &edit("\"1\""))
        .calls(SERVICE, "UpdateCheckout", &edit("1"))
        .calls(SERVICE, "UpdateCart", &of("\"99999999999999999999\""))
        .calls(SERVICE, "UpdateCart", &of("W/\"1\""))
}

fn names() -> Visit {
    let get = |name: &str| GetCartRequest { name: text(name) };
    opened()
        .calls(SERVICE, "GetCart", &get("$checkout"))
        .calls(SERVICE, "GetCart", &get("stores/other/carts/crt_00000000000000000000000000000001"))
        .calls(SERVICE, "GetCart", &get("stores/shop/carts/crt_00000000000000000000000000000001"))
        .calls(SERVICE, "GetCart", &get("stores/shop/carts/../carts"))
        .calls(SERVICE, "GetCart", &get(""))
        .calls(
            SERVICE,
            "CreateCheckout",
            &CreateCheckoutRequest { cart: text("$checkout"), ..checkout(buyer()) },
        )
        .calls(
            SERVICE,
            "CreateCart",
            &CreateCartRequest { parent: text("stores/nowhere"), ..cart(Vec::new()) },
        )
        .calls(SERVICE, "CreateCart", &CreateCartRequest { currency_code: text("XXX"), ..cart(Vec::new()) })
        .calls(OPERATOR, "SetPartnerMode", &mode("nobody", 1))
        .calls(OPERATOR, "SetPartnerMode", &mode("primary", 77))
        .calls(OPERATOR, "SetPartnerMode", &mode("Primary/", 1))
}

fn masks_and_pages() -> Visit {
    let masked = |paths: &[&str], details| UpdateCheckoutRequest {
        update_mask: Some(FieldMask { paths: paths.iter().map(|path| text(path)).collect() }),
        ..update(details)
    };
    let near = |latitude, longitude| ListPickupLocationsRequest {
        parent: text("$checkout"),
        near: Some(LatLng { latitude, longitude }),
        page_size: -1,
        page_token: text("$page"),
    };
    let orders = ListOrdersRequest {
        parent: text(STORE),
        page_size: i32::MAX,
        page_token: text("QUJD"),
        customer: String::new(),
    };
    opened()
        .calls(SERVICE, "UpdateCheckout", &masked(&["*"], CheckoutDetails::default()))
        .calls(SERVICE, "UpdateCheckout", &masked(&["contact", "contact"], buyer()))
        .calls(SERVICE, "UpdateCheckout", &masked(&["contact.email"], buyer()))
        .calls(SERVICE, "UpdateCheckout", &masked(&[CARD], buyer()))
        .calls(SERVICE, "UpdateCheckout", &masked(&["billing"], CheckoutDetails::default()))
        .calls(SERVICE, "ListPickupLocations", &near(f64::NAN, f64::INFINITY))
        .calls(SERVICE, "ListPickupLocations", &near(-90.1, 180.0))
        .calls(STAFF, "ListOrders", &orders)
}

/// Each RPC, by somebody who may not call it.
fn callers() -> Visit {
    let whom = [STRANGER, ELSEWHERE, UNKNOWN, NOBODY];
    let named = GetCartRequest { name: text("$cart") };
    RPCS.iter()
        .take(22)
        .zip(whom.iter().cycle())
        .fold(opened(), |visit, (rpc, caller)| visit.calls(*caller, rpc.rsplit('/').next().unwrap(), &named))
}

fn payments() -> Visit {
    let absent = "stores/shop/payments/pay_00000000000000000000000000000001";
    let order =
        cashwrap::proto::cashwrap::v1::GetOrderRequest { name: absent.replace("payments/pay", "orders/ord") };
    let mut payment = see_payment();
    payment.name = text(absent);
    let mut explained = explain();
    explained.name = text(absent);
    let mut voided = void();
    voided.name = text(absent);
    opened()
        .calls(STAFF, "GetPayment", &payment)
        .calls(OPERATOR, "ExplainPayment", &explained)
        .calls(STAFF, "VoidPayment", &voided)
        .calls(STAFF, "CapturePayment", &capture(None))
        .calls(STAFF, "GetOrder", &order)
        .calls(SERVICE, "ConfirmPaymentAction", &confirm())
        .calls(OPERATOR, "ListPartners", &checkout(buyer()))
        .calls(OPERATOR, "ListUnresolvedPayments", &see_payment())
}

fn malformed() -> Visit {
    opened()
        .sends(SERVICE, "CreateCart", &[0xff; 12])
        .sends(SERVICE, "UpdateCart", &[0x0a, 0x7f, b'x'])
        .sends(SERVICE, "GetCart", &[0x0a, 2, 0xc3, 0x28])
        .sends(SERVICE, "PlaceOrder", &[0x08, 1, 0x10, 1])
        .sends(SERVICE, "ListPaymentMethods", &[0x12, 1, b'x', 0x0b, 0x0c])
        .sends(SERVICE, "DeleteCart", &[])
}
