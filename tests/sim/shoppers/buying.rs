//! The steps of a purchase: a cart, a session that can be placed, and the placement until it is settled.

use std::time::Duration;

use bytes::Bytes;
use cashwrap::app::carts::{CartView, NewCart};
use cashwrap::app::checkouts::{CheckoutView, Choice, Edit, NewCheckout};
use cashwrap::app::placing::{CardTender, PlaceOrder};
use cashwrap::app::{Mutation, Reach, Reason, Versioned};
use cashwrap::domain::address::{Address, Contact};
use cashwrap::domain::cart::CartAction;
use cashwrap::domain::checkout::{Billing, Context, Customer};
use cashwrap::domain::flow::{Channel, CustomerKind, Device};
use cashwrap::domain::ids::{CartId, CheckoutId, LineId};
use cashwrap::domain::payment::{Network, Payment};
use tokio::time::sleep;

use super::customer::Habit;
use super::hand::Hand;
use crate::world::core::ACCOUNTS;
use crate::world::shop::store_id;

/// A session that may be placed.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub checkout: CheckoutId,
    /// What the buyer agrees to.
    pub digest: String,
}

/// Shows a cart as a reply.
pub fn cart_reply(view: &CartView) -> Bytes {
    format!("cart {} {}", view.row.id, view.etag).into()
}

/// Shows a session as a reply.
pub fn checkout_reply(view: &CheckoutView) -> Bytes {
    format!("checkout {} {}", view.checkout.id, view.etag).into()
}

/// Shows a payment as a reply.
pub fn payment_reply(payment: &Versioned<Payment>) -> Bytes {
    format!("payment {} {}", payment.row.id, payment.etag).into()
}

/// Where somebody lives.
pub fn address() -> Address {
    Address {
        recipient: "Ada Example".to_owned(),
        lines: vec!["Teststrasse 1".to_owned()],
        locality: "Berlin".to_owned(),
        postal_code: "10115".to_owned(),
        ..Address::of_country("DE".parse().unwrap())
    }
}

impl Hand {
    /// A cart of some of what is sold.
    pub async fn cart(&mut self) -> Option<CartId> {
        let id = CartId(self.world.fresh());
        self.world.core().book.owns(id.to_string(), &self.name);
        let mut actions = Vec::new();
        for sku in ["mug", "tee", "song"] {
            if self.one_in(2) || (sku == "song" && actions.is_empty()) {
                let quantity = 1 + u32::try_from(self.dice.below(2)).unwrap();
                let line = LineId(self.world.fresh());
                actions.push(CartAction::Add { sku: sku.parse().unwrap(), quantity, line });
            }
        }
        let new = NewCart {
            id,
            currency: "EUR".parse().unwrap(),
            region: "DE".to_owned(),
            language: String::new(),
            customer: None,
            actions,
        };
        let mutation = self.mutation("CreateCart");
        let made = self.change(&mutation, |house, mutation| {
            let new = new.clone();
            Box::pin(async move { house.create_cart(&mutation, &new, &cart_reply).await })
        });
        made.await.ok().map(|_| id)
    }

    /// Applies a code; whether it was taken.
    pub async fn apply(&mut self, cart: CartId, code: &'static str) -> Result<Bytes, Reason> {
        let mutation = self.mutation("ApplyCode");
        self.change(&mutation, |house, mutation| {
            Box::pin(
                async move { house.apply_code(&mutation, cart, &code.parse().unwrap(), &cart_reply).await },
            )
        })
        .await
    }

    /// A session on a cart.
    pub async fn session(&mut self, cart: CartId) -> Option<Session> {
        let id = CheckoutId(self.world.fresh());
        let new = NewCheckout {
            id,
            cart,
            context: Context {
                device: Some(Device::Desktop),
                channel: Channel::Web,
                customer: Customer { id: None, kind: CustomerKind::Guest },
                language: String::new(),
                region: "DE".to_owned(),
            },
            edit: Edit {
                contact: Some(Some(Contact { email: "ada@example.com".to_owned(), phone: String::new() })),
                delivery_address: Some(Some(address())),
                billing: Some(Some(Billing::SameAsDelivery)),
                ..Edit::default()
            },
        };
        let mutation = self.mutation("CreateCheckout");
        self.change(&mutation, |house, mutation| {
            let new = new.clone();
            Box::pin(async move { house.create_checkout(&mutation, &new, &checkout_reply).await })
        })
        .await
        .ok()?;
        self.ready(id).await
    }

    /// Reads a session until it can be placed, and chooses a delivery where one is needed.
    pub async fn ready(&mut self, checkout: CheckoutId) -> Option<Session> {
        for _ in 0..4 {
            let view = self
                .read(|house| {
                    Box::pin(async move { house.get_checkout(&store_id(), checkout, &Reach::Anybodys).await })
                })
                .await
                .ok()?;
            if view.checkout.state != cashwrap::domain::checkout::CheckoutState::Open {
                return None;
            }
            if let (true, Some(quoted)) = (view.problems.is_empty(), &view.checkout.quoted) {
                return Some(Session { checkout, digest: quoted.digest.clone() });
            }
            if !self.deliver(&view).await {
                self.edit(checkout).await;
            }
        }
        None
    }

    /// Chooses the first way to deliver; false where nothing was offered.
    async fn deliver(&mut self, view: &CheckoutView) -> bool {
        let (session, flow) = (view.checkout.clone(), view.flow.clone().unwrap());
        let offers = self.read(|house| {
            let (session, flow) = (session.clone(), flow.clone());
            Box::pin(async move { house.delivery_options(&session, &flow).await })
        });
        let Some(offer) = offers.await.ok().and_then(|offers| offers.options.into_iter().next()) else {
            return false;
        };
        let edit = Edit { delivery: Some(Some(Choice::Quote(offer.quote_id))), ..Edit::default() };
        self.update(view.checkout.id, edit).await.is_ok()
    }

    /// Changes something harmless of a session, so that it is quoted anew.
    pub async fn edit(&mut self, checkout: CheckoutId) -> bool {
        let page = format!("https://shop.example/{}", self.dice.below(1_000));
        let edit = Edit { return_uri: Some(Some(page)), ..Edit::default() };
        self.update(checkout, edit).await.is_ok()
    }

    async fn update(&mut self, checkout: CheckoutId, edit: Edit) -> Result<Bytes, Reason> {
        let mutation = self.mutation("UpdateCheckout");
        self.change(&mutation, |house, mutation| {
            let edit = edit.clone();
            Box::pin(async move { house.update_checkout(&mutation, checkout, &edit, &checkout_reply).await })
        })
        .await
    }

    /// A card, with tokens for some of the accounts. There are few cards, so that several shoppers try one at once.
    pub fn wallet(&mut self, challenges: bool) -> CardTender {
        let kind = if challenges { "tok_3ds" } else { "tok" };
        let number = self.dice.below(8);
        let all = !self.one_in(4);
        let instruments: Vec<_> = ACCOUNTS
            .iter()
            .enumerate()
            .filter(|(index, _)| all || *index == 0 || self.dice.below(2) == 0)
            .map(|(_, account)| (account.parse().unwrap(), format!("{kind}_{number}_{account}")))
            .collect();
        CardTender { amount: None, instruments, description: None, network: Network::default() }
    }

    /// What is placed.
    pub fn order(session: &Session, wallet: &CardTender) -> PlaceOrder {
        PlaceOrder {
            checkout: session.checkout,
            digest: session.digest.clone(),
            tenders: vec![wallet.clone()],
        }
    }

    /// Places under one key, again and again until it is settled, and does what a customer is asked for.
    pub async fn place(
        &mut self,
        mutation: &Mutation,
        place: &PlaceOrder,
        habit: Habit,
    ) -> Result<String, Reason> {
        for round in 1..=12_u64 {
            let body = self.place_once(mutation, place).await?;
            match body.split_once(' ') {
                Some(("action", payment)) => {
                    if !self.act(place.checkout, payment.parse().unwrap(), habit).await {
                        return Ok(body);
                    }
                }
                Some(_) => {
                    if self.one_in(3) {
                        let _same = self.place_once(mutation, place).await;
                    }
                    return Ok(body);
                }
                None => sleep(Duration::from_millis(500 * round * round + self.dice.below(4_000))).await,
            }
        }
        Err(Reason::RequestInProgress)
    }

    async fn place_once(&mut self, mutation: &Mutation, place: &PlaceOrder) -> Result<String, Reason> {
        let body = self.change(mutation, |house, mutation| {
            let place = place.clone();
            Box::pin(async move { house.place_order(&mutation, &place).await })
        });
        body.await.map(|body| String::from_utf8_lossy(&body).into_owned())
    }

    /// All of it, with another try where the placement failed.
    pub async fn buy(&mut self, session: Session, challenges: bool, habit: Habit) -> Option<String> {
        let mut session = session;
        for _ in 0..2 {
            let wallet = self.wallet(challenges);
            let mutation = self.mutation("PlaceOrder");
            let place = Self::order(&session, &wallet);
            match self.place(&mutation, &place, habit).await {
                Ok(body) if body.starts_with("order ") => return Some(body),
                Ok(body) if body.starts_with("action ") => return None,
                _ => {}
            }
            self.dawdle(5_000).await;
            session = self.ready(session.checkout).await?;
        }
        None
    }
}
