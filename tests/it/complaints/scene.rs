//! What the scenarios share: two processes over one world, sales that are ready to be placed, and the end.
//!
//! No scenario's own story belongs here, and no judgement: that is the oracle's.

use std::sync::Arc;

use bytes::Bytes;
use cashwrap::app::carts::NewCart;
use cashwrap::app::checkouts::{CheckoutView, Edit, NewCheckout};
use cashwrap::app::placing::PlaceOrder;
use cashwrap::app::{Error, House, Reach};
use cashwrap::domain::address::Contact;
use cashwrap::domain::cart::{Cart, CartAction};
use cashwrap::domain::checkout::{Billing, Checkout, Context, Customer};
use cashwrap::domain::flow::{Channel, CustomerKind};
use cashwrap::domain::ids::{CartId, CheckoutId, LineId};
use cashwrap::domain::order::Order;
use cashwrap::domain::payment::{OperationKind, Payment};
use cashwrap::ports::Record;
use cashwrap::ports::store::Kind;

use crate::placing::fuse::Fuse;
use crate::placing::till::Weather;
use crate::placing::world::{World, berlin, shown, store_id};

/// A world, two processes on it and the fuses that slow them down.
pub(super) struct Scene {
    pub(super) world: World,
    pub(super) houses: [Arc<House>; 2],
    pub(super) fuses: [Fuse; 2],
}

/// A checkout that can be placed.
#[derive(Debug, Clone)]
pub(super) struct Sale {
    pub(super) cart: CartId,
    pub(super) checkout: CheckoutId,
    pub(super) digest: String,
}

impl Sale {
    /// PlaceOrder with a card of this name.
    pub(super) fn with(&self, token: &str) -> PlaceOrder {
        World::order_with(self.checkout, &self.digest, token)
    }
}

impl Scene {
    pub(super) async fn new() -> Self {
        Self::of(World::new().await)
    }

    /// Two processes on this world.
    pub(super) fn of(world: World) -> Self {
        let fuses = [Fuse::never(), Fuse::never()];
        let houses = [world.process(&fuses[0]), world.process(&fuses[1])];
        Self { world, houses, fuses }
    }

    pub(super) fn house(&self) -> &Arc<House> {
        &self.houses[0]
    }

    pub(super) async fn cart(&self, lines: &[(&str, u32)]) -> CartId {
        let id = CartId(self.world.fresh());
        let new = NewCart {
            id,
            currency: "EUR".parse().unwrap(),
            region: "DE".to_owned(),
            language: String::new(),
            customer: None,
            actions: lines.iter().map(|(sku, quantity)| self.adding(sku, *quantity)).collect(),
        };
        let mutation = self.world.mutation("CreateCart");
        self.house().create_cart(&mutation, &new, &|_| Bytes::new()).await.unwrap();
        id
    }

    pub(super) fn adding(&self, sku: &str, quantity: u32) -> CartAction {
        CartAction::Add { sku: sku.parse().unwrap(), quantity, line: LineId(self.world.fresh()) }
    }

    pub(super) async fn add(&self, cart: CartId, sku: &str, quantity: u32) -> Result<Bytes, Error> {
        let actions = [self.adding(sku, quantity)];
        self.house().update_cart(&self.world.mutation("UpdateCart"), cart, &actions, &|_| Bytes::new()).await
    }

    pub(super) async fn apply(&self, cart: CartId, code: &str) -> Result<Bytes, Error> {
        let code = code.parse().unwrap();
        self.house().apply_code(&self.world.mutation("ApplyCode"), cart, &code, &|_| Bytes::new()).await
    }

    /// A session of a guest who has given what a sale without delivery asks for.
    pub(super) async fn checkout(&self, cart: CartId) -> CheckoutId {
        let id = CheckoutId(self.world.fresh());
        let guest = Customer { id: None, kind: CustomerKind::Guest };
        let new = NewCheckout {
            id,
            cart,
            context: Context {
                device: None,
                channel: Channel::Web,
                customer: guest,
                language: String::new(),
                region: "DE".to_owned(),
            },
            edit: Edit {
                contact: Some(Some(Contact { email: "ada@example.com".to_owned(), phone: String::new() })),
                billing: Some(Some(Billing::Address(berlin()))),
                ..Edit::default()
            },
        };
        let mutation = self.world.mutation("CreateCheckout");
        self.house().create_checkout(&mutation, &new, &|_| Bytes::new()).await.unwrap();
        id
    }

    pub(super) async fn edit(&self, checkout: CheckoutId, edit: &Edit) -> Result<Bytes, Error> {
        let mutation = self.world.mutation("UpdateCheckout");
        self.house().update_checkout(&mutation, checkout, edit, &|_| Bytes::new()).await
    }

    /// The sale that a cart and a checkout are now, read anew as a client would before it places.
    pub(super) async fn ready(&self, checkout: CheckoutId) -> Sale {
        let view = shown(self.house(), checkout).await;
        assert!(view.problems.is_empty(), "{:?}", view.problems);
        Sale { cart: view.checkout.cart, checkout, digest: view.checkout.quoted.unwrap().digest }
    }

    pub(super) async fn sale(&self, lines: &[(&str, u32)]) -> Sale {
        let cart = self.cart(lines).await;
        self.another(cart).await
    }

    /// Another checkout of a cart.
    pub(super) async fn another(&self, cart: CartId) -> Sale {
        let checkout = self.checkout(cart).await;
        self.ready(checkout).await
    }

    /// PlaceOrder on the first process, under a key of its own.
    pub(super) async fn place(&self, place: &PlaceOrder) -> Result<String, Error> {
        place_on(&self.world, self.house(), place).await
    }

    /// A sale that becomes an order at once.
    pub(super) async fn placed(&self, sale: &Sale) -> String {
        let answer = self.place(&sale.with("tok")).await.unwrap();
        assert!(answer.starts_with("order "), "{answer}");
        answer
    }

    /// A sale that waits for its customer at a gateway.
    pub(super) async fn awaiting(&self, sale: &Sale) -> Payment {
        self.world.primary.next(OperationKind::Confirm, Weather::Action);
        let answer = self.place(&sale.with("tok")).await.unwrap();
        assert!(answer.starts_with("action "), "{answer}");
        let action = shown(self.house(), sale.checkout).await.checkout.action.unwrap();
        self.house().get_payment(&store_id(), action.payment).await.unwrap().row
    }

    /// The customer did what was asked for and comes back.
    pub(super) async fn returns(&self, sale: &Sale, payment: &Payment) -> Result<String, Error> {
        let mutation = self.world.mutation("ConfirmPaymentAction");
        told(self.house().confirm_action(&mutation, sale.checkout, payment.id, &[]).await)
    }

    pub(super) async fn view(&self, checkout: CheckoutId) -> CheckoutView {
        shown(self.house(), checkout).await
    }

    /// The quote id of the first way to have a checkout delivered.
    pub(super) async fn offer(&self, checkout: CheckoutId) -> String {
        let view = self.view(checkout).await;
        let offers = self.house().delivery_options(&view.checkout, view.flow().unwrap()).await.unwrap();
        offers.options[0].quote_id.clone()
    }

    pub(super) async fn session(&self, sale: &Sale) -> Checkout {
        shown(self.house(), sale.checkout).await.checkout
    }

    pub(super) async fn cart_row(&self, cart: CartId) -> Cart {
        self.house().get_cart(&store_id(), cart, &Reach::Anybodys).await.unwrap().row
    }

    pub(super) async fn orders(&self) -> Vec<Order> {
        let rows = self.world.rows(Kind::Order).await.into_iter();
        rows.map(|row| match row {
            Record::Order(order) => *order,
            other => panic!("not an order: {other:?}"),
        })
        .collect()
    }
}

/// PlaceOrder on a process, under a key of its own.
pub(super) async fn place_on(world: &World, house: &Arc<House>, place: &PlaceOrder) -> Result<String, Error> {
    told(house.place_order(&world.mutation("PlaceOrder"), place).await)
}

fn told(answer: Result<Bytes, Error>) -> Result<String, Error> {
    answer.map(|body| String::from_utf8(body.to_vec()).unwrap())
}

/// Everything comes to its end, and the oracle has nothing to say: this many orders.
pub(super) async fn done(scene: &Scene, orders: usize) {
    scene.world.settle().await;
    assert_eq!(scene.world.alarms(), 0, "something happened that must never happen: see the log");
    assert_eq!(scene.world.books().await.ended(), Ok(orders));
}
