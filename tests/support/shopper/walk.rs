//! From a cart to a checkout that is ready to be placed.

use cashwrap::proto::cashwrap::v1 as api;
use serde::{Deserialize, Serialize};
use tonic::transport::Channel;
use uuid::Uuid;

use super::asking::{insist, told};
use super::details;
use super::doors::{Door, Doors, Turn};
use crate::support::dice::Dice;

const STORE: &str = "stores/demo";

/// A checkout that is ready to be placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// `stores/demo/checkouts/…`.
    pub name: String,
    /// `stores/demo/carts/…`.
    pub cart: String,
    /// What the buyer agrees to.
    pub digest: String,
    /// What is due, in cents.
    pub total_minor: i64,
}

impl Session {
    /// The last part of its name, as rows have it.
    pub fn id(&self) -> &str {
        id_of(&self.name)
    }
}

/// The last part of a resource's name.
fn id_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// A shopper. Clones choose other request ids.
pub struct Shopper {
    doors: Doors,
    dice: Dice,
}

impl Shopper {
    /// A shopper at this server.
    pub fn at(channel: Channel, dice: Dice) -> Self {
        Self::at_any(vec![channel], dice)
    }

    /// A shopper who calls these servers in turn.
    pub fn at_any(channels: Vec<Channel>, dice: Dice) -> Self {
        Self { doors: Doors::to(channels), dice }
    }

    /// Which server was called last.
    pub fn turn(&self) -> Turn {
        self.doors.turn()
    }

    pub(super) fn door(&self) -> Door {
        self.doors.next()
    }

    /// A request id that was never used.
    pub fn request_id(&mut self) -> Uuid {
        self.dice.uuid()
    }

    /// Puts one of a product into a new cart.
    pub async fn fill_cart(&mut self, sku: &str) -> String {
        let add = api::AddLine { sku: sku.to_owned(), quantity: 1 };
        let request = api::CreateCartRequest {
            parent: STORE.to_owned(),
            request_id: self.request_id().to_string(),
            currency_code: "EUR".to_owned(),
            region_code: "DE".to_owned(),
            actions: vec![api::CartAction { action: Some(api::cart_action::Action::Add(add)) }],
            ..api::CreateCartRequest::default()
        };
        let ask = || {
            let (mut door, request) = (self.door(), request.clone());
            async move { door.carts.create_cart(request).await }
        };
        let response = insist(ask).await.unwrap();
        response.into_inner().cart.unwrap().name
    }

    /// Enters a coupon code; whether there was one left.
    pub async fn enter_code(&mut self, cart: &str, code: &str) -> bool {
        let request = api::ApplyCodeRequest {
            name: cart.to_owned(),
            request_id: self.request_id().to_string(),
            code: code.to_owned(),
            ..api::ApplyCodeRequest::default()
        };
        let ask = || {
            let (mut door, request) = (self.door(), request.clone());
            async move { door.carts.apply_code(request).await }
        };
        match insist(ask).await {
            Ok(_) => true,
            Err(status) if told(&status).reason == "CODE_INVALID" => false,
            Err(status) => panic!("{code}: {status}"),
        }
    }

    /// Opens a checkout of a cart with goods that nobody ships; it is ready to be placed.
    pub async fn check_out(&mut self, cart: &str) -> Session {
        ready(self.create_checkout(cart, details::digital()).await)
    }

    /// Opens a checkout of a cart with goods that are sent, and chooses the cheapest way.
    pub async fn check_out_sent(&mut self, cart: &str) -> Session {
        let opened = self.create_checkout(cart, details::sent()).await;
        let list = api::ListDeliveryOptionsRequest { parent: opened.name.clone(), ..Default::default() };
        let ask = || {
            let (mut door, list) = (self.door(), list.clone());
            async move { door.checkouts.list_delivery_options(list).await }
        };
        let options = insist(ask).await.unwrap().into_inner().delivery_options;
        ready(self.update(&opened, details::delivered_by(&options[0])).await)
    }

    /// Opens a checkout of a cart with goods that are collected, and chooses the first place.
    pub async fn check_out_collected(&mut self, cart: &str) -> Session {
        let opened = self.create_checkout(cart, details::digital()).await;
        let list = api::ListPickupLocationsRequest { parent: opened.name.clone(), ..Default::default() };
        let ask = || {
            let (mut door, list) = (self.door(), list.clone());
            async move { door.checkouts.list_pickup_locations(list).await }
        };
        let places = insist(ask).await.unwrap().into_inner().pickup_locations;
        ready(self.update(&opened, details::collected_at(&places[0])).await)
    }

    async fn update(&mut self, opened: &api::Checkout, details: api::CheckoutDetails) -> api::Checkout {
        let update = api::UpdateCheckoutRequest {
            name: opened.name.clone(),
            request_id: self.request_id().to_string(),
            details: Some(details),
            ..api::UpdateCheckoutRequest::default()
        };
        let ask = || {
            let (mut door, request) = (self.door(), update.clone());
            async move { door.checkouts.update_checkout(request).await }
        };
        insist(ask).await.unwrap().into_inner().checkout.unwrap()
    }

    async fn create_checkout(&mut self, cart: &str, details: api::CheckoutDetails) -> api::Checkout {
        let request = api::CreateCheckoutRequest {
            parent: STORE.to_owned(),
            request_id: self.request_id().to_string(),
            cart: cart.to_owned(),
            details: Some(details),
            ..api::CreateCheckoutRequest::default()
        };
        let ask = || {
            let (mut door, request) = (self.door(), request.clone());
            async move { door.checkouts.create_checkout(request).await }
        };
        insist(ask).await.unwrap().into_inner().checkout.unwrap()
    }

    /// The checkout as it stands.
    pub async fn look(&self, session: &Session) -> api::Checkout {
        let request = api::GetCheckoutRequest { name: session.name.clone() };
        let ask = || {
            let (mut door, request) = (self.door(), request.clone());
            async move { door.checkouts.get_checkout(request).await }
        };
        insist(ask).await.unwrap().into_inner().checkout.unwrap()
    }
}

fn ready(checkout: api::Checkout) -> Session {
    assert!(checkout.problems.is_empty(), "{:?}", checkout.problems);
    let quote = checkout.quote.unwrap();
    let total = quote.amount_due.unwrap();
    Session {
        name: checkout.name,
        cart: checkout.cart,
        digest: quote.quote_digest,
        total_minor: total.units * 100 + i64::from(total.nanos) / 10_000_000,
    }
}
