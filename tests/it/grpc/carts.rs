//! CartService: what it takes, what it refuses, and that a refusal has no effect.

use cashwrap::proto::cashwrap::v1::cart_action::Action;
use cashwrap::proto::cashwrap::v1::{
    AddLine, ApplyCodeRequest, Cart, CartAction, CreateCartRequest, CreateCartResponse, DeleteCartRequest,
    GetCartRequest, RemoveCodeRequest, RemoveLine, SetLineQuantity, UpdateCartRequest,
};
use tonic::Code::{Aborted, AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, ResourceExhausted};

use super::rig::{CARD, Rig, guest, is, key, refusal, service, stranger};

pub(crate) fn add(sku: &str, quantity: i32) -> CartAction {
    CartAction { action: Some(Action::Add(AddLine { sku: sku.to_owned(), quantity })) }
}

pub(crate) fn new_cart(actions: Vec<CartAction>) -> CreateCartRequest {
    CreateCartRequest {
        parent: "stores/shop".to_owned(),
        request_id: key(),
        currency_code: "EUR".to_owned(),
        region_code: "DE".to_owned(),
        language_code: "de".to_owned(),
        actions,
        customer: String::new(),
    }
}

pub(super) async fn cart_of(rig: &Rig, actions: Vec<CartAction>) -> Cart {
    rig.carts().create_cart(service(new_cart(actions))).await.unwrap().into_inner().cart.unwrap()
}

async fn read(rig: &Rig, name: &str) -> Cart {
    let request = GetCartRequest { name: name.to_owned() };
    rig.carts().get_cart(service(request)).await.unwrap().into_inner().cart.unwrap()
}

pub(super) fn update(cart: &Cart, actions: Vec<CartAction>) -> UpdateCartRequest {
    UpdateCartRequest { name: cart.name.clone(), request_id: key(), etag: String::new(), actions }
}

fn units(cart: &Cart) -> Option<(i64, i64, i64)> {
    let totals = cart.totals.as_ref()?;
    let cents = |money: &Option<cashwrap::proto::google::r#type::Money>| {
        money.as_ref().map(|money| money.units * 100 + i64::from(money.nanos / 10_000_000))
    };
    Some((cents(&totals.subtotal)?, cents(&totals.discount)?, cents(&totals.total)?))
}

#[tokio::test]
async fn a_guest_fills_a_cart_with_its_token_and_sees_what_it_costs() {
    let rig = Rig::start().await;
    let created = rig.carts().create_cart(guest("", new_cart(vec![add("tea", 2)]))).await.unwrap();
    let CreateCartResponse { cart: Some(cart), capability_token } = created.into_inner() else {
        panic!("no cart")
    };
    assert_eq!(units(&cart), Some((1700, 0, 1700)));
    let change = update(&cart, vec![add("tea", 1), add("course", 1)]);
    let cart =
        rig.carts().update_cart(guest(&capability_token, change)).await.unwrap().into_inner().cart.unwrap();
    assert_eq!(cart.lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), [3, 1]);
    let code = ApplyCodeRequest {
        name: cart.name.clone(),
        request_id: key(),
        etag: cart.etag.clone(),
        code: " save5 ".to_owned(),
    };
    let cart =
        rig.carts().apply_code(guest(&capability_token, code)).await.unwrap().into_inner().cart.unwrap();
    assert_eq!(units(&cart), Some((7450, 500, 6950)));
    assert!(cart.codes[0].applied);
    let off: i64 = cart.lines.iter().flat_map(|line| &line.discounts).count().try_into().unwrap();
    assert!(off > 0, "the lines tell what fell on them");
}

#[tokio::test]
async fn each_bad_cart_is_refused_by_its_field_and_changes_nothing() {
    let rig = Rig::start().await;
    let cart = cart_of(&rig, vec![add("tea", 1)]).await;
    let line = cart.lines[0].id.clone();
    let set = |line_id: &str, quantity| CartAction {
        action: Some(Action::SetQuantity(SetLineQuantity { line_id: line_id.to_owned(), quantity })),
    };
    let remove = |line_id: &str| CartAction {
        action: Some(Action::Remove(RemoveLine { line_id: line_id.to_owned() })),
    };
    let huge = "x".repeat(1 << 20);
    for (actions, expected) in [
        (vec![], is(InvalidArgument, "INVALID_FIELD", "actions")),
        (vec![CartAction::default()], is(InvalidArgument, "INVALID_FIELD", "actions[0]")),
        (vec![add("tea", 0)], is(InvalidArgument, "INVALID_FIELD", "actions[0].add.quantity")),
        (vec![add("tea", -1)], is(InvalidArgument, "INVALID_FIELD", "actions[0].add.quantity")),
        (vec![add("tea", 1_000_000)], is(InvalidArgument, "INVALID_FIELD", "actions[0].add.quantity")),
        (vec![add("tea", 9_999)], is(ResourceExhausted, "LIMIT_EXCEEDED", "actions[0].add.quantity")),
        (
            vec![add("course", 9_000), add("course", 1_000)],
            is(ResourceExhausted, "LIMIT_EXCEEDED", "actions[1].add.quantity"),
        ),
        (vec![set(&line, -1)], is(InvalidArgument, "INVALID_FIELD", "actions[0].set_quantity.quantity")),
        (vec![set("x", 1)], is(InvalidArgument, "INVALID_FIELD", "actions[0].set_quantity.line_id")),
        (vec![remove("x")], is(InvalidArgument, "INVALID_FIELD", "actions[0].remove.line_id")),
        (
            vec![remove("lin_00000000000000000000000000000001")],
            is(InvalidArgument, "INVALID_FIELD", "actions[0]"),
        ),
        (vec![add("tea", 1), add("no-such", 1)], is(NotFound, "SKU_UNKNOWN", "actions[1].add.sku")),
        (vec![add("", 1)], is(InvalidArgument, "INVALID_FIELD", "actions[0].add.sku")),
        (vec![add("te\0a", 1)], is(InvalidArgument, "INVALID_FIELD", "actions[0].add.sku")),
        (vec![add(&huge, 1)], is(InvalidArgument, "INVALID_FIELD", "actions[0].add.sku")),
        (vec![add(CARD, 1)], is(InvalidArgument, "CARD_NUMBER_REFUSED", "actions[0].add.sku")),
        (vec![add("dollar", 1)], is(InvalidArgument, "CURRENCY_MISMATCH", "actions[0].add.sku")),
        (vec![add("palace", 2)], is(InvalidArgument, "AMOUNT_INVALID", "actions")),
        (vec![add("tea", 1); 101], is(ResourceExhausted, "LIMIT_EXCEEDED", "actions")),
    ] {
        let shown = format!("{expected:?}");
        let status = rig.carts().update_cart(service(update(&cart, actions))).await.expect_err(&shown);
        assert_eq!(refusal(&status), expected);
    }
    assert_eq!(read(&rig, &cart.name).await, cart);
}

#[tokio::test]
async fn each_bad_creation_is_refused_by_its_field() {
    let rig = Rig::start().await;
    let with = |change: fn(&mut CreateCartRequest)| {
        let mut request = new_cart(Vec::new());
        change(&mut request);
        request
    };
    for (request, expected) in [
        (with(|r| r.parent = String::new()), is(InvalidArgument, "INVALID_FIELD", "parent")),
        (with(|r| r.parent = "stores/nowhere".to_owned()), is(NotFound, "NOT_FOUND", "parent")),
        (with(|r| r.request_id = String::new()), is(InvalidArgument, "REQUEST_ID_INVALID", "request_id")),
        (with(|r| r.request_id = CARD.to_owned()), is(InvalidArgument, "REQUEST_ID_INVALID", "request_id")),
        (
            with(|r| r.currency_code = "XXX".to_owned()),
            is(InvalidArgument, "CURRENCY_MISMATCH", "currency_code"),
        ),
        (
            with(|r| r.currency_code = "USD".to_owned()),
            is(InvalidArgument, "CURRENCY_MISMATCH", "currency_code"),
        ),
        (with(|r| r.region_code = "UK".to_owned()), is(InvalidArgument, "INVALID_FIELD", "region_code")),
        (with(|r| r.language_code = "\0".to_owned()), is(InvalidArgument, "INVALID_FIELD", "language_code")),
    ] {
        let status = rig.carts().create_cart(service(request)).await.unwrap_err();
        assert_eq!(refusal(&status), expected);
    }
}

#[tokio::test]
async fn a_repeat_gets_the_first_reply_and_another_request_under_its_key_a_conflict() {
    let rig = Rig::start().await;
    let request = new_cart(vec![add("tea", 1)]);
    let first = rig.carts().create_cart(service(request.clone())).await.unwrap().into_inner();
    let again = rig.carts().create_cart(service(request.clone())).await.unwrap().into_inner();
    assert_eq!(first, again);
    let other = CreateCartRequest { actions: vec![add("tea", 2)], ..request.clone() };
    let status = rig.carts().create_cart(service(other)).await.unwrap_err();
    assert_eq!(refusal(&status), is(AlreadyExists, "IDEMPOTENCY_KEY_REUSED", "request_id"));
    let status = rig.carts().create_cart(guest("", request)).await.unwrap_err();
    assert_eq!(refusal(&status), is(AlreadyExists, "IDEMPOTENCY_KEY_REUSED", "request_id"));
}

#[tokio::test]
async fn what_was_refused_takes_no_key() {
    let rig = Rig::start().await;
    let cart = cart_of(&rig, vec![add("tea", 1)]).await;
    let bad = update(&cart, vec![add("no-such", 1)]);
    let good = UpdateCartRequest { actions: vec![add("course", 1)], ..bad.clone() };
    assert!(rig.carts().update_cart(service(bad)).await.is_err());
    assert!(rig.carts().update_cart(service(good)).await.is_ok());
}

#[tokio::test]
async fn a_stale_etag_changes_nothing() {
    let rig = Rig::start().await;
    let cart = cart_of(&rig, vec![add("tea", 1)]).await;
    rig.carts().update_cart(service(update(&cart, vec![add("course", 1)]))).await.unwrap();
    let stale = UpdateCartRequest { etag: cart.etag.clone(), ..update(&cart, vec![add("tea", 5)]) };
    let status = rig.carts().update_cart(service(stale)).await.unwrap_err();
    assert_eq!(refusal(&status), is(Aborted, "ETAG_MISMATCH", "etag"));
    assert_eq!(read(&rig, &cart.name).await.lines[0].quantity, 1);
}

#[tokio::test]
async fn what_is_not_yours_looks_like_what_is_not_there() {
    let rig = Rig::start().await;
    let cart = cart_of(&rig, vec![add("tea", 1)]).await;
    let other = rig.carts().create_cart(guest("", new_cart(Vec::new()))).await.unwrap().into_inner();
    let get = |name: &str| GetCartRequest { name: name.to_owned() };
    let absent = "stores/shop/carts/crt_00000000000000000000000000000001";
    let across = cart.name.replace("stores/shop", "stores/other");
    for (status, what) in [
        (rig.carts().get_cart(service(get(absent))).await.unwrap_err(), "an absent cart"),
        (rig.carts().get_cart(guest("", get(&cart.name))).await.unwrap_err(), "no token"),
        (
            rig.carts().get_cart(guest(&other.capability_token, get(&cart.name))).await.unwrap_err(),
            "another's",
        ),
        (rig.carts().get_cart(stranger(get(&cart.name))).await.unwrap_err(), "another store's caller"),
        (rig.carts().get_cart(stranger(get(&across))).await.unwrap_err(), "another store's name"),
    ] {
        assert_eq!(refusal(&status), is(NotFound, "NOT_FOUND", "name"), "{what}");
    }
}

#[tokio::test]
async fn codes_that_are_unknown_not_there_or_no_codes_are_refused_by_their_field() {
    let rig = Rig::start().await;
    let cart = cart_of(&rig, vec![add("tea", 1)]).await;
    let huge = "X".repeat(1 << 20);
    for (code, expected) in [
        ("NO-SUCH", is(FailedPrecondition, "CODE_INVALID", "code")),
        ("", is(InvalidArgument, "INVALID_FIELD", "code")),
        ("A\0B", is(InvalidArgument, "INVALID_FIELD", "code")),
        (CARD, is(InvalidArgument, "CARD_NUMBER_REFUSED", "code")),
        (huge.as_str(), is(InvalidArgument, "INVALID_FIELD", "code")),
    ] {
        let request = ApplyCodeRequest {
            name: cart.name.clone(),
            request_id: key(),
            code: code.to_owned(),
            etag: String::new(),
        };
        assert_eq!(refusal(&rig.carts().apply_code(service(request)).await.unwrap_err()), expected);
    }
    let request = RemoveCodeRequest {
        name: cart.name.clone(),
        request_id: key(),
        etag: String::new(),
        code: "SAVE5".to_owned(),
    };
    let status = rig.carts().remove_code(service(request)).await.unwrap_err();
    assert_eq!(refusal(&status), is(FailedPrecondition, "CODE_INVALID", "code"));
    assert_eq!(read(&rig, &cart.name).await, cart);
}

#[tokio::test]
async fn a_read_shows_todays_price_and_says_what_changed() {
    let rig = Rig::start().await;
    let cart = cart_of(&rig, vec![add("tea", 2)]).await;
    rig.sells("tea", 900, "EUR", true, None).await;
    let fresh = read(&rig, &cart.name).await;
    assert_eq!(units(&fresh), Some((1800, 0, 1800)));
    assert_eq!(fresh.warnings[0].code, "PRICE_CHANGED");
    assert_eq!(fresh.lines[0].unit_price_change_since_added.as_ref().unwrap().nanos, 500_000_000);
    assert_ne!(fresh.etag, cart.etag);
}

#[tokio::test]
async fn a_deleted_cart_is_gone() {
    let rig = Rig::start().await;
    let cart = cart_of(&rig, vec![add("tea", 2)]).await;
    let request = DeleteCartRequest { name: cart.name.clone(), request_id: key(), etag: cart.etag };
    rig.carts().delete_cart(service(request.clone())).await.unwrap();
    rig.carts().delete_cart(service(request)).await.unwrap();
    let status = rig.carts().get_cart(service(GetCartRequest { name: cart.name })).await.unwrap_err();
    assert_eq!(refusal(&status), is(NotFound, "NOT_FOUND", "name"));
}
