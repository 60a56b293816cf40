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
use crate::support::stand_ins::{CountingIds, MarkingVault, PausedClock, PlainReplies};

const FLOW: &str = "
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

/// What outlives every process.
pub struct World {
    pub store: Arc<dyn Store<Record>>,
    pub primary: Till,
    pub backup: Till,
    ids: Arc<CountingIds>,
    clock: PausedClock,
    requests: AtomicU64,
    engines: Mutex<Vec<Engine>>,
    /// How many placements a process takes at once.
    pub room: u32,
    /// How long carts and checkouts live; for ever where nothing is said.
    pub lifetimes: Option<Lifetimes>,
}

pub fn store_id() -> StoreId {
    "shop".parse().unwrap()
}

fn euro(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

impl World {
    /// A world with three mugs at 12.50 and a coupon that can be used once.
    pub async fn new() -> Self {
        let clock = PausedClock::begin();
        let memory = Arc::new(MemoryStore::new(Arc::new(move || clock.now())));
        let store: Arc<dyn Store<Record>> = Arc::new(Records::new(memory));
        let world = Self {
            store,
            primary: Till::default(),
            backup: Till::default(),
            ids: Arc::default(),
            clock,
            requests: AtomicU64::new(1),
            engines: Mutex::default(),
            room: 1_024,
            lifetimes: None,
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

    /// Loads a product.
    pub async fn stock(&self, sku: &str, price: i64, stock: Option<u32>) {
        let product = Product {
            sku: sku.parse().unwrap(),
            title: sku.to_owned(),
            unit_price: euro(price),
            compare_at: None,
            image: None,
            tax_category: TaxCategory::Standard,
            weight_grams: 300,
            requires_delivery: false,
            tags: std::collections::BTreeSet::default(),
            tracked: stock.is_some(),
        };
        let counter = stock.map(|stock| (stock_counter(&product.sku), stock));
        self.load(Record::Product(Box::new(product)), counter).await;
    }

    async fn load(&self, record: Record, counter: Option<(String, u32)>) {
        let mut unit = UnitOfWork::new(UnitId(self.ids.fresh()), store_id());
        let key = record.key(&store_id());
        unit.writes.push(Write { key, expected: 0, row: record, events: Vec::new() });
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
            Arc::new(FusedGateway { inner: Arc::new(till.clone()), fuse: fuse.clone() })
        };
        let parts = Parts {
            store: Arc::new(FusedStore { inner: Arc::clone(&self.store), fuse: fuse.clone() }),
            clock: Arc::new(self.clock),
            ids: Arc::clone(&self.ids) as Arc<dyn Ids>,
            vault: Arc::new(MarkingVault),
            gateways: BTreeMap::from([
                ("primary".parse().unwrap(), fused(&self.primary)),
                ("backup".parse().unwrap(), fused(&self.backup)),
            ]),
            modes: Arc::new(Modes::default()),
            replies: Arc::new(PlainReplies),
            policy: Policy::default(),
            // Far apart, so that days pass in few steps; our own commits ring the bell anyway.
            settings: Settings {
                poll: Duration::from_secs(10),
                lifetimes: self.lifetimes.map(|lives| (store_id(), lives)).into_iter().collect(),
                ..Settings::default()
            },
            worker: WorkerId(self.ids.fresh()),
            tasks: Tasks::bounded(self.room),
        };
        let table = toml::from_str(
            "currency = \"EUR\"\n[[methods]]\ncode = \"standard\"\ntitle = \"Standard\"\n[[methods.zones]]\ncountries = [\"DE\"]\nby = \"weight-grams\"\nbands = [{ amount = \"4.90\" }]\n",
        );
        let table = table.ok().and_then(|settings| TableRate::new(settings).ok());
        let flows =
            load_sources(&[Source { name: "test.yaml".to_owned(), text: FLOW.to_owned() }], None).unwrap();
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
                    prices_include_tax: true,
                    rounding: RoundingPolicy { mode: RoundingMode::HalfUp, level: RoundingLevel::Line },
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
        let address = Address {
            recipient: "Ada Example".to_owned(),
            lines: vec!["Teststrasse 1".to_owned()],
            locality: "Berlin".to_owned(),
            postal_code: "10115".to_owned(),
            ..Address::of_country("DE".parse().unwrap())
        };
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
                billing: Some(Some(cashwrap::domain::checkout::Billing::Address(address))),
                ..Edit::default()
            },
        };
        house.create_checkout(&self.mutation("CreateCheckout"), &new, &|_| Bytes::new()).await.unwrap();
        let view = house.get_checkout(&store_id(), id).await.unwrap();
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

    /// The audit: the gateways' ledgers against the orders. Gives back how many orders there are.
    pub async fn audit(&self) -> usize {
        let alarms: u64 = self.engines.lock().unwrap().iter().map(|engine| engine.alarms.count()).sum();
        assert_eq!(alarms, 0, "something happened that must never happen: see the log");
        let orders = self.rows(Kind::Order).await;
        let mut due: BTreeMap<String, i64> = BTreeMap::new();
        for record in &orders {
            let Record::Order(order) = record else { panic!("not an order") };
            for payment in &order.payments {
                due.insert(payment.to_string(), order.quoted.quote.totals.total.minor);
            }
            assert_eq!(
                order.payment_state.as_str(),
                "PAID",
                "an order of a flow that captures at placement ends paid"
            );
        }
        let mut captured: BTreeMap<String, i64> = BTreeMap::new();
        for till in [&self.primary, &self.backup] {
            for (reference, objects) in till.totals() {
                for totals in objects {
                    assert_eq!(totals.held, 0, "{reference} still holds money: {totals:?}");
                    *captured.entry(reference.clone()).or_default() += totals.captured - totals.refunded;
                }
            }
        }
        for (reference, amount) in captured {
            assert_eq!(amount, due.remove(&reference).unwrap_or(0), "{reference}");
        }
        assert!(due.is_empty(), "orders without a charge: {due:?}");
        let mut operations = std::collections::BTreeSet::new();
        for record in self.rows(Kind::Payment).await {
            let Record::Payment(payment) = record else { panic!("not a payment") };
            let all = payment.attempts.iter().flat_map(|attempt| &attempt.operations);
            operations.extend(all.map(|operation| operation.id.to_string()));
        }
        for key in [&self.primary, &self.backup].into_iter().flat_map(Till::keys) {
            assert!(operations.contains(&key), "{key} reached a gateway and is the key of no operation row");
        }
        for record in self.rows(Kind::Placement).await {
            let Record::Placement(placement) = record else { panic!("not a placement") };
            assert!(placement.state.terminal(), "a placement never ended: {placement:?}");
        }
        orders.len()
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
    house.get_checkout(&store_id(), checkout).await.unwrap()
}

/// The payment of the only placement.
pub async fn only_payment(world: &World) -> PaymentId {
    match world.rows(Kind::Payment).await.as_slice() {
        [Record::Payment(payment)] => payment.id,
        other => panic!("not one payment: {other:?}"),
    }
}
