//! A store, two gateways, a catalogue and a flow; processes that come and go; and the audit of what remains.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cashwrap::app::carts::NewCart;
use cashwrap::app::checkouts::{CheckoutView, Edit, NewCheckout};
use cashwrap::app::house::Times;
use cashwrap::app::placing::{CardTender, PlaceOrder};
use cashwrap::app::{Error, House, Mutation, Reach, StoreSettings};
use cashwrap::config::flow::{Source, load_sources};
use cashwrap::domain::address::{Address, Contact};
use cashwrap::domain::cart::CartAction;
use cashwrap::domain::checkout::{Context, Customer};
use cashwrap::domain::coupon::{Benefit, Coupon};
use cashwrap::domain::flow::{Channel, CustomerKind, Device, IdentityOption};
use cashwrap::domain::ids::{CartId, CheckoutId, LineId, PaymentId, StoreId, UnitId, WorkerId};
use cashwrap::domain::lifetime::Lifetimes;
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{Network, Policy};
use cashwrap::domain::pricing::{RoundingLevel, RoundingMode, RoundingPolicy};
use cashwrap::domain::product::{Product, TaxCategory, stock_counter};
use cashwrap::engine::modes::Modes;
use cashwrap::engine::{Driver, Engine, Parts, Settings, Tasks, claims};
use cashwrap::partners::carrier::table_rate::TableRate;
use cashwrap::partners::catalogue::builtin::BuiltinCatalogue;
use cashwrap::partners::quotes::{QuoteDesk, QuoteSettings};
use cashwrap::partners::system::entropy;
use cashwrap::partners::tax::builtin::{BuiltinTax, BuiltinTaxSettings};
use cashwrap::ports::gateway::Gateway;
use cashwrap::ports::store::{CounterChange, CounterMove, Kind, Query, Store, UnitOfWork, Verdict, Write};
use cashwrap::ports::{Clock, Ids, Record};
use cashwrap::store::MemoryStore;
use cashwrap::store::document::Records;
use uuid::Uuid;

use super::fuse::{Fuse, FusedGateway, FusedStore};
use super::till::Till;
use super::witness::{Calls, Witnessed};
use crate::complaints::oracle::Books;
use crate::support::stand_ins::{CountingIds, MarkingVault, PausedClock, PlainReplies};

/// Everything at once, captured with the order.
pub const FLOW: &str = "
id: test
version: 1
priority: 0
criteria: {}
interface: { layout: one_page }
frontend:
  delivery_options: all
  click_and_collect: false
  coupons: true
  identity: [guest]
backend:
  gateways: [primary, backup]
  carriers: [parcel]
  tax: builtin
  capture: at_placement
";

const CARRIER: &str = r#"
currency = "EUR"
[[methods]]
code = "standard"
title = "Standard"
free_over = { value = "48.00", measured = "after-discounts" }
[[methods.zones]]
countries = ["DE"]
by = "weight-grams"
bands = [{ amount = "4.90" }]
"#;

/// What outlives every process.
pub struct World {
    pub store: Arc<dyn Store<Record>>,
    pub memory: Arc<MemoryStore>,
    pub calls: Calls,
    pub primary: Till,
    pub backup: Till,
    ids: Arc<CountingIds>,
    clock: PausedClock,
    requests: AtomicU64,
    engines: Mutex<Vec<Engine>>,
    /// What stands in the primary till's place, where something does.
    pub primary_is: Option<Arc<dyn Gateway>>,
    /// The machines' time constants.
    pub policy: Policy,
    /// How often a process looks for what is due. Far apart, so that days pass in few steps; our own commits ring the
    /// bell anyway.
    pub poll: Duration,
    /// The one flow.
    pub flow: String,
    /// How many placements a process takes at once.
    pub room: u32,
    /// How long carts and checkouts live; for ever where nothing is said.
    pub lifetimes: Option<Lifetimes>,
    /// How amounts are rounded.
    pub rounding: RoundingPolicy,
    /// Whether prices have their tax in them.
    pub prices_include_tax: bool,
}

pub fn store_id() -> StoreId {
    "shop".parse().unwrap()
}

pub fn euro(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

/// Where Ada lives.
pub fn berlin() -> Address {
    Address {
        recipient: "Ada Example".to_owned(),
        lines: vec!["Teststrasse 1".to_owned()],
        locality: "Berlin".to_owned(),
        postal_code: "10115".to_owned(),
        ..Address::of_country("DE".parse().unwrap())
    }
}

impl World {
    /// A world with three mugs at 12.50 and a coupon that can be used once.
    pub async fn new() -> Self {
        let clock = PausedClock::begin();
        let memory = Arc::new(MemoryStore::new(Arc::new(move || clock.now())));
        let store: Arc<dyn Store<Record>> = Arc::new(Records::new(Arc::clone(&memory)));
        let world = Self {
            store,
            memory,
            calls: Calls::default(),
            primary: Till::default(),
            backup: Till::default(),
            ids: Arc::default(),
            clock,
            requests: AtomicU64::new(1),
            engines: Mutex::default(),
            primary_is: None,
            policy: Policy::default(),
            poll: Duration::from_secs(10),
            flow: FLOW.to_owned(),
            room: 1_024,
            lifetimes: None,
            rounding: RoundingPolicy { mode: RoundingMode::HalfUp, level: RoundingLevel::Line },
            prices_include_tax: true,
        };
        world.stock("mug", 1250, Some(3)).await;
        let coupon = Coupon {
            code: "ONCE".parse().unwrap(),
            reason: "once".to_owned(),
            benefit: Benefit::Fixed(euro(250)),
            minimum_subtotal: None,
            limit: Some(1),
            starts_at: None,
            ends_at: None,
            excluded_skus: std::collections::BTreeSet::default(),
            excluded_tags: std::collections::BTreeSet::default(),
        };
        world.load(Record::Coupon(Box::new(coupon)), Some(("coupon/ONCE".to_owned(), 1))).await;
        world
    }

    /// Loads a product, or another price of it.
    pub async fn stock(&self, sku: &str, price: i64, stock: Option<u32>) {
        self.sells(Product { tracked: stock.is_some(), ..Self::product(sku, price) }, stock).await;
    }

    /// A product that needs no delivery and is not counted.
    pub fn product(sku: &str, price: i64) -> Product {
        Product {
            sku: sku.parse().unwrap(),
            title: sku.to_owned(),
            unit_price: euro(price),
            compare_at: None,
            image: None,
            tax_category: TaxCategory::Standard,
            weight_grams: 300,
            requires_delivery: false,
            tags: std::collections::BTreeSet::default(),
            tracked: false,
        }
    }

    /// Loads a product as it is.
    pub async fn sells(&self, product: Product, stock: Option<u32>) {
        let counter = stock.map(|stock| (stock_counter(&product.sku), stock));
        self.load(Record::Product(Box::new(product)), counter).await;
    }

    /// Loads a row of the catalogue, or what it is from now on.
    pub async fn load(&self, record: Record, counter: Option<(String, u32)>) {
        let mut unit = UnitOfWork::new(UnitId(self.ids.fresh()), store_id());
        let key = record.key(&store_id());
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let expected = self.store.read(&query).await.unwrap().rows.get(&key).map_or(0, |row| row.version);
        unit.writes.push(Write { key, expected, row: record, events: Vec::new() });
        unit.counters = counter
            .into_iter()
            .map(|(name, of)| CounterMove { name, change: CounterChange::Limit(of) })
            .collect();
        assert_eq!(self.store.commit(&unit).await, Verdict::Committed);
    }

    /// A process on this world, with its claim loop running.
    pub fn process(&self, fuse: &Fuse) -> Arc<House> {
        let house = Arc::new(self.house(fuse));
        let engine = Arc::clone(&house.engine);
        house.engine.tasks.spawn(claims::run(engine));
        house
    }

    /// As `process`, without a claim loop: nothing runs but what is called.
    pub fn house(&self, fuse: &Fuse) -> House {
        let fused = |till: &Till| -> Arc<dyn Gateway> {
            let (store, calls) = (Arc::clone(&self.store), self.calls.clone());
            let inner = Arc::new(Witnessed { inner: till.clone(), store, calls });
            Arc::new(FusedGateway { inner, fuse: fuse.clone() })
        };
        let primary = || fused(&self.primary);
        let parts = Parts {
            store: Arc::new(FusedStore { inner: Arc::clone(&self.store), fuse: fuse.clone() }),
            clock: Arc::new(self.clock),
            ids: Arc::clone(&self.ids) as Arc<dyn Ids>,
            vault: Arc::new(MarkingVault),
            gateways: BTreeMap::from([
                ("primary".parse().unwrap(), self.primary_is.clone().unwrap_or_else(primary)),
                ("backup".parse().unwrap(), fused(&self.backup)),
            ]),
            modes: Arc::new(Modes::default()),
            replies: Arc::new(PlainReplies),
            policy: self.policy.clone(),
            settings: Settings {
                poll: self.poll,
                lifetimes: self.lifetimes.map(|lives| (store_id(), lives)).into_iter().collect(),
                ..Settings::default()
            },
            worker: WorkerId(self.ids.fresh()),
            tasks: Tasks::bounded(self.room),
        };
        let table = toml::from_str(CARRIER);
        let table = table.ok().and_then(|settings| TableRate::new(settings).ok());
        let flows =
            load_sources(&[Source { name: "test.yaml".to_owned(), text: self.flow.clone() }], None).unwrap();
        let tax = BuiltinTax::new(BuiltinTaxSettings::default()).unwrap();
        let quoting = QuoteSettings::default();
        let mut quotes =
            QuoteDesk::new(entropy()).with_tax("builtin".parse().unwrap(), Arc::new(tax), &quoting);
        if let Some(table) = table {
            quotes = quotes.with_carrier("parcel".parse().unwrap(), Arc::new(table), &quoting);
        }
        let engine = Arc::new(Driver::new(parts));
        self.engines.lock().unwrap().push(Arc::clone(&engine));
        House {
            engine,
            catalogue: Arc::new(BuiltinCatalogue),
            quotes: Arc::new(quotes),
            stores: BTreeMap::from([(
                store_id(),
                StoreSettings {
                    currencies: vec!["EUR".parse().unwrap()],
                    prices_include_tax: self.prices_include_tax,
                    rounding: self.rounding,
                    country: "DE".parse().ok(),
                },
            )]),
            flows: flows.flows,
            times: Times::default(),
        }
    }

    pub fn mutation(&self, method: &'static str) -> Mutation {
        let request = self.requests.fetch_add(1, Ordering::SeqCst);
        Mutation {
            store: store_id(),
            method,
            request_id: Uuid::from_u128(u128::from(request)),
            fingerprint: [7; 32],
            etag: None,
            reach: Reach::Anybodys,
            answer_by: None,
        }
    }

    /// A fresh id.
    pub fn fresh(&self) -> Uuid {
        self.ids.fresh()
    }

    /// A cart of `quantity` mugs.
    pub async fn cart(&self, house: &House, quantity: u32) -> CartId {
        let id = CartId(self.ids.fresh());
        let new = NewCart {
            id,
            currency: "EUR".parse().unwrap(),
            region: "DE".to_owned(),
            language: String::new(),
            customer: None,
            actions: vec![CartAction::Add {
                sku: "mug".parse().unwrap(),
                quantity,
                line: LineId(self.ids.fresh()),
            }],
        };
        house.create_cart(&self.mutation("CreateCart"), &new, &|_| Bytes::new()).await.unwrap();
        id
    }

    /// A checkout of a guest that can be placed, and its digest.
    pub async fn checkout(&self, house: &House, cart: CartId) -> (CheckoutId, String) {
        self.checkout_of(house, cart, None).await
    }

    /// A checkout of a customer or a guest that can be placed, and its digest.
    pub async fn checkout_of(
        &self,
        house: &House,
        cart: CartId,
        customer: Option<&str>,
    ) -> (CheckoutId, String) {
        let kind = if customer.is_some() { CustomerKind::Registered } else { CustomerKind::Guest };
        let id = CheckoutId(self.ids.fresh());
        let new = NewCheckout {
            id,
            cart,
            context: Context {
                device: Some(Device::Desktop),
                channel: Channel::Web,
                customer: Customer { id: customer.map(str::to_owned), kind },
                language: String::new(),
                region: "DE".to_owned(),
            },
            edit: Edit {
                identity: customer.map(|_| Some(IdentityOption::Guest)),
                contact: Some(Some(Contact { email: "ada@example.com".to_owned(), phone: String::new() })),
                billing: Some(Some(cashwrap::domain::checkout::Billing::Address(berlin()))),
                ..Edit::default()
            },
        };
        house.create_checkout(&self.mutation("CreateCheckout"), &new, &|_| Bytes::new()).await.unwrap();
        let view = house.get_checkout(&store_id(), id, &Reach::Anybodys).await.unwrap();
        assert!(view.problems.is_empty(), "{:?}", view.problems);
        (id, view.checkout.quoted.unwrap().digest)
    }

    /// PlaceOrder of a checkout with tokens for both gateways.
    pub fn order(checkout: CheckoutId, digest: &str) -> PlaceOrder {
        Self::order_with(checkout, digest, "tok")
    }

    pub fn order_with(checkout: CheckoutId, digest: &str, token: &str) -> PlaceOrder {
        PlaceOrder {
            checkout,
            digest: digest.to_owned(),
            tenders: vec![CardTender {
                amount: None,
                instruments: vec![
                    ("primary".parse().unwrap(), format!("{token}_primary")),
                    ("backup".parse().unwrap(), format!("{token}_backup")),
                ],
                description: None,
                network: Network::default(),
            }],
        }
    }

    /// Places under `mutation`, again and again until it is settled, as a client would.
    pub async fn place_until_settled(
        &self,
        house: &Arc<House>,
        mutation: &Mutation,
        place: &PlaceOrder,
    ) -> Result<String, Error> {
        let mut last = String::from("never asked");
        for _ in 0..600 {
            match house.place_order(mutation, place).await {
                Ok(body) => {
                    last = String::from_utf8(body.to_vec()).unwrap();
                    if last != "processing" {
                        return Ok(last);
                    }
                }
                Err(error) if error.pause().is_some() => last = error.to_string(),
                Err(error) => return Err(error),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("never settled: {last}");
    }

    /// Lets everything that runs by itself come to its end.
    pub async fn settle(&self) {
        tokio::time::sleep(Duration::from_hours(3)).await;
    }

    /// Lets what is under way come to rest, without waiting for the resolver.
    pub async fn settle_briefly(&self) {
        tokio::time::sleep(Duration::from_secs(5)).await;
    }

    /// Every row of a kind.
    pub async fn rows(&self, kind: Kind) -> Vec<Record> {
        let listing = cashwrap::ports::store::Listing {
            store: store_id(),
            kind,
            label: None,
            before: None,
            limit: 1_000,
        };
        self.store.list(&listing).await.unwrap().into_iter().map(|(_, row)| row.row).collect()
    }

    /// What is left of a counter.
    pub async fn left(&self, name: &str) -> i64 {
        let query = Query { counters: vec![(store_id(), name.to_owned())], ..Query::default() };
        self.store.read(&query).await.unwrap().left[name]
    }

    /// How often something happened that must never happen.
    pub fn alarms(&self) -> u64 {
        self.engines.lock().unwrap().iter().map(|engine| engine.alarms.count()).sum()
    }

    /// What store, gateways and witness hold now.
    pub async fn books(&self) -> Books {
        Books::of(&*self.store, &self.memory, [&self.primary, &self.backup], &self.calls).await
    }

    /// The audit, where every order is to be paid: the oracle's, after everything has ended. Gives back how many
    /// orders there are.
    pub async fn audit(&self) -> usize {
        assert_eq!(self.alarms(), 0, "something happened that must never happen: see the log");
        let books = self.books().await;
        for order in &books.orders {
            assert_eq!(order.payment_state.as_str(), "PAID", "a flow that captures at placement ends paid");
        }
        books.ended().unwrap_or_else(|complaints| panic!("{}", complaints.join("\n")))
    }
}

/// A living process with a checkout of one mug that can be placed.
pub struct Ready {
    pub world: World,
    pub house: Arc<House>,
    pub checkout: CheckoutId,
    pub digest: String,
}

impl Ready {
    /// A world of its own, up to the moment before PlaceOrder.
    pub async fn new() -> Self {
        let world = World::new().await;
        let house = world.process(&Fuse::never());
        let cart = world.cart(&house, 1).await;
        let (checkout, digest) = world.checkout(&house, cart).await;
        Self { world, house, checkout, digest }
    }
}

/// The session as it is shown.
pub async fn shown(house: &House, checkout: CheckoutId) -> CheckoutView {
    house.get_checkout(&store_id(), checkout, &Reach::Anybodys).await.unwrap()
}

/// The payment of the only placement.
pub async fn only_payment(world: &World) -> PaymentId {
    match world.rows(Kind::Payment).await.as_slice() {
        [Record::Payment(payment)] => payment.id,
        other => panic!("not one payment: {other:?}"),
    }
}
