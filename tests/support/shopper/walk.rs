//! From a cart to an order.

use api::cart_service_client::CartServiceClient;
use api::checkout_service_client::CheckoutServiceClient;
use api::place_order_response::Result as Became;
use cashwrap::proto::cashwrap::v1 as api;
use tonic::Status;
use tonic::transport::Channel;
use uuid::Uuid;

use super::asking::insist;
use super::details;
use crate::support::dice::Dice;

const STORE: &str = "stores/demo";

/// A checkout that is ready to be placed.
#[derive(Debug, Clone)]
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

/// What a PlaceOrder answered, without the parts that a test does not ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The order's name.
    Order(String),
    /// The customer must act.
    Action,
    /// The next action of the decline.
    Declined(api::DeclineAction),
    /// Not known yet.
    Processing,
}

/// What a response says.
pub fn answer(response: &api::PlaceOrderResponse) -> Answer {
    match response.result.as_ref().expect("a response has a result") {
        Became::Order(order) => Answer::Order(order.name.clone()),
        Became::Action(_) => Answer::Action,
        Became::Decline(decline) => Answer::Declined(decline.next_action()),
        Became::Processing(_) => Answer::Processing,
    }
}

/// The last part of a resource's name.
fn id_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// A shopper. Clones choose other request ids.
pub struct Shopper {
    carts: CartServiceClient<Channel>,
    checkouts: CheckoutServiceClient<Channel>,
    dice: Dice,
}

impl Shopper {
    /// A shopper at this server.
    pub fn at(channel: Channel, dice: Dice) -> Self {
        let carts = CartServiceClient::new(channel.clone());
        Self { carts, checkouts: CheckoutServiceClient::new(channel), dice }
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
            let (mut carts, request) = (self.carts.clone(), request.clone());
            async move { carts.create_cart(request).await }
        };
        let response = insist(ask).await.unwrap();
        response.into_inner().cart.unwrap().name
    }

    /// Opens a checkout of a cart with goods that nobody ships; it is ready to be placed.
    pub async fn check_out(&mut self, cart: &str) -> Session {
        ready(self.create_checkout(cart, details::digital()).await)
    }

    /// Opens a checkout of a cart with goods that are sent, and chooses the cheapest way.
    pub async fn check_out_sent(&mut self, cart: &str) -> Session {
        let opened = self.create_checkout(cart, details::sent()).await;
        let list = api::ListDeliveryOptionsRequest { parent: opened.name.clone(), ..Default::default() };
        let options = self.checkouts.list_delivery_options(list).await.unwrap().into_inner().delivery_options;
        let update = api::UpdateCheckoutRequest {
            name: opened.name,
            request_id: self.request_id().to_string(),
            details: Some(details::delivered_by(&options[0])),
            ..api::UpdateCheckoutRequest::default()
        };
        let ask = || {
            let (mut checkouts, request) = (self.checkouts.clone(), update.clone());
            async move { checkouts.update_checkout(request).await }
        };
        let response = insist(ask).await.unwrap();
        ready(response.into_inner().checkout.unwrap())
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
            let (mut checkouts, request) = (self.checkouts.clone(), request.clone());
            async move { checkouts.create_checkout(request).await }
        };
        let response = insist(ask).await.unwrap();
        response.into_inner().checkout.unwrap()
    }

    /// The checkout as it stands.
    pub async fn look(&self, session: &Session) -> api::Checkout {
        let request = api::GetCheckoutRequest { name: session.name.clone() };
        let ask = || {
            let (mut checkouts, request) = (self.checkouts.clone(), request.clone());
            async move { checkouts.get_checkout(request).await }
        };
        let response = insist(ask).await.unwrap();
        response.into_inner().checkout.unwrap()
    }

    /// Places once, with a card that behaves so at the primary and is also known to the backup.
    pub fn place(
        &self,
        session: &Session,
        request_id: Uuid,
        behaviour: &str,
    ) -> impl Future<Output = Result<api::PlaceOrderResponse, Status>> + Send + use<> {
        let instrument = |account: &str, behaviour: &str| api::CardInstrument {
            partner_account: account.to_owned(),
            // A card of its own for each call: the schemes' limits are counted per card.
            token: format!("tok_{account}_{behaviour}.{}", letters(request_id)),
        };
        let card = api::CardTender {
            instruments: vec![instrument("primary", behaviour), instrument("backup", "approve")],
            descriptor: None,
        };
        let tender = api::Tender { amount: None, instrument: Some(api::tender::Instrument::Card(card)) };
        let request = api::PlaceOrderRequest {
            name: session.name.clone(),
            request_id: request_id.to_string(),
            quote_digest: session.digest.clone(),
            tenders: vec![tender],
        };
        let mut checkouts = self.checkouts.clone();
        async move { Ok(checkouts.place_order(request).await?.into_inner()) }
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

/// An id in letters alone, so that no run of digits in it can look like a card number.
fn letters(id: Uuid) -> String {
    let digits = id.simple().to_string();
    digits
        .chars()
        .map(|digit| char::from(b'a' + u8::try_from(digit.to_digit(16).unwrap()).unwrap()))
        .collect()
}
