//! The house behind its door, as it ships: layers, services, use cases and engine. Only the store, two tills, the clock
//! and the ids are doubles, behind their ports, so that a visit is the same each time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use cashwrap::app::house::Times;
use cashwrap::app::{House, StoreSettings};
use cashwrap::config::flow::{Source, load_sources};
use cashwrap::config::{ApiKey, StoreTimers};
use cashwrap::domain::coupon::{Benefit, Coupon};
use cashwrap::domain::flow::Flow;
use cashwrap::domain::ids::{StoreId, UnitId, WorkerId};
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{OperationKind, Policy};
use cashwrap::domain::pricing::{RoundingLevel, RoundingMode, RoundingPolicy};
use cashwrap::domain::product::{Product, TaxCategory, stock_counter};
use cashwrap::engine::modes::Modes;
use cashwrap::engine::{Driver, Parts, Settings, Tasks, claims};
use cashwrap::grpc::auth::Keys;
use cashwrap::grpc::capability::Capabilities;
use cashwrap::grpc::replies::ProtoReplies;
use cashwrap::grpc::server::limits::{MAX_DECODE_BYTES, MAX_ENCODE_BYTES};
use cashwrap::grpc::server::stack::{self, Door, stack};
use cashwrap::grpc::services::{Carts, Checkouts, Desk, Operations, Orders, Partners, Payments};
use cashwrap::partners::carrier::pickup::Pickup;
use cashwrap::partners::carrier::table_rate::TableRate;
use cashwrap::partners::catalogue::builtin::BuiltinCatalogue;
use cashwrap::partners::quotes::{QuoteDesk, QuoteSettings};
use cashwrap::partners::tax::builtin::{BuiltinTax, BuiltinTaxSettings};
use cashwrap::partners::vault::{DataKey, KeyVault};
use cashwrap::ports::carrier::Carrier;
use cashwrap::ports::gateway::Gateway;
use cashwrap::ports::store::{CounterChange, CounterMove, Store, UnitOfWork, Verdict, Write};
use cashwrap::ports::tax::TaxProvider;
use cashwrap::ports::{Clock, Ids, Record, Vault};
use cashwrap::proto::cashwrap::v1::cart_service_server::CartServiceServer;
use cashwrap::proto::cashwrap::v1::checkout_service_server::CheckoutServiceServer;
use cashwrap::proto::cashwrap::v1::operations_service_server::OperationsServiceServer;
use cashwrap::proto::cashwrap::v1::order_service_server::OrderServiceServer;
use cashwrap::proto::cashwrap::v1::payment_service_server::PaymentServiceServer;
use cashwrap::resilience::Entropy;
use cashwrap::store::MemoryStore;
use cashwrap::store::document::Records;
use cashwrap::store::memory::Dump;
use http_body_util::{BodyExt as _, Full};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Code, Status};
use tower::ServiceExt as _;

use super::super::stand_ins::{CountingIds, PausedClock};
use super::super::till::{Till, Weather};
use super::input::{CALLERS, Caller};

/// Everything that a buyer can meet: codes, delivery and shops to collect from.
const FLOW: &str = "
id: everything
version: 1
priority: 0
criteria: {}
interface: { layout: one_page }
frontend:
  delivery_options: all
  click_and_collect: true
  coupons: true
  identity: [guest, registered]
backend:
  gateways: [primary, backup]
  carriers: [parcel]
  pickup: [shops]
  tax: builtin
  capture: by_kind
";

const PARCEL: &str = r#"
currency = "EUR"
[[methods]]
code = "standard"
title = "Standard"
[[methods.zones]]
countries = ["DE"]
by = "weight-grams"
bands = [{ amount = "4.90" }]
"#;

const SHOPS: &str = r#"
[[locations]]
id = "mitte"
name = "Shop in Mitte"
lines = ["Torstraße 1"]
locality = "Berlin"
postal_code = "10119"
country = "DE"
ready_in_hours = 2
latitude = "52.5290"
longitude = "13.4010"
"#;

/// What no visit changes: it is read once.
struct Fixtures {
    flows: Vec<Flow>,
    parcel: Arc<dyn Carrier>,
    shops: Arc<dyn Carrier>,
    tax: Arc<dyn TaxProvider>,
    keys: Keys,
}

static FIXTURES: LazyLock<Fixtures> = LazyLock::new(|| {
    let source = Source { name: "everything.yaml".to_owned(), text: FLOW.to_owned() };
    Fixtures {
        flows: load_sources(&[source], None).unwrap().flows,
        parcel: Arc::new(TableRate::new(toml::from_str(PARCEL).unwrap()).unwrap()),
        shops: Arc::new(Pickup::new(toml::from_str(SHOPS).unwrap()).unwrap()),
        tax: Arc::new(BuiltinTax::new(BuiltinTaxSettings::default()).unwrap()),
        keys: Keys::new(CALLERS.iter().filter(|caller| !caller.scopes.is_empty()).map(key).collect()),
    }
});

fn key(caller: &Caller) -> ApiKey {
    let hash = ring::digest::digest(&ring::digest::SHA256, caller.key.as_bytes());
    ApiKey {
        id: caller.key.to_owned(),
        sha256: hash.as_ref().try_into().unwrap(),
        stores: BTreeSet::from([caller.store.parse().unwrap()]),
        scopes: caller.scopes.iter().copied().collect(),
        customer: caller.customer.map(str::to_owned),
    }
}

fn store_id() -> StoreId {
    "shop".parse().unwrap()
}

/// A shop.
pub struct Shop {
    house: Arc<House>,
    memory: Arc<MemoryStore>,
    till: Till,
    door: Door,
}

impl Shop {
    /// Opens a shop with goods on its shelves.
    pub async fn open() -> Self {
        let clock = PausedClock::begin();
        let memory = Arc::new(MemoryStore::new(Arc::new(move || clock.now())));
        // Both accounts are one till: what it meets is asked for by the kind of call alone.
        let till = Till::default();
        let house = Arc::new(house(clock, &memory, &till));
        house.engine.tasks.spawn(claims::run(Arc::clone(&house.engine)));
        let door = stack(routes(&house), door_parts());
        let shop = Self { house, memory, till, door };
        shop.fill().await;
        shop
    }

    /// Sends a message, and gives the message that answers, or the refusal.
    pub async fn call(
        &self,
        rpc: &str,
        caller: &Caller,
        capability: Option<&str>,
        message: &[u8],
    ) -> Result<Vec<u8>, Status> {
        let mut framed = vec![0];
        framed.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
        framed.extend(message);
        let mut request = http::Request::post(format!("http://shop/cashwrap.v1.{rpc}"))
            .version(http::Version::HTTP_2)
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        if !caller.key.is_empty() {
            request = request.header("authorization", format!("Bearer {}", caller.key));
        }
        if let Some(capability) = capability {
            request = request.header("cashwrap-capability", capability);
        }
        let request = request.body(tonic::body::Body::new(Full::new(Bytes::from(framed)))).unwrap();
        let Ok(answer) = self.door.clone().oneshot(request).await;
        let told_at_once = Status::from_header_map(answer.headers());
        let body = answer.into_body().collect().await.unwrap();
        let status = told_at_once.or_else(|| Status::from_header_map(body.trailers()?)).expect("a status");
        if status.code() == Code::Ok {
            return Ok(body.to_bytes().get(5..).unwrap_or_default().to_vec());
        }
        Err(status)
    }

    /// Lets the engine do what it has to do by now; what it looks at each second falls within, and not on the end.
    pub async fn settle(&self) {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
    }

    /// Time passes in one leap, as for a machine that slept.
    pub async fn wait(&self, span: Duration) {
        tokio::time::advance(span).await;
    }

    /// The next such call of a gateway meets this.
    pub fn weather(&self, kind: OperationKind, weather: Weather) {
        self.till.next(kind, weather);
    }

    /// The customer comes back from the bank.
    pub fn customer_acts(&self, succeeds: bool) {
        self.till.customer_acts(succeeds);
    }

    /// How often the engine met what must never happen.
    pub fn alarms(&self) -> u64 {
        self.house.engine.alarms.count()
    }

    /// Everything that is durable.
    pub fn dump(&self) -> Dump {
        self.memory.dump()
    }

    /// Every text that is durable.
    pub fn texts(&self) -> String {
        self.memory.inspect(|dump| {
            let documents = dump.rows.values().map(|row| format!("{:?}", row.document));
            let events = dump.events.values().flatten().map(|event| event.data.to_string());
            let columns = dump.columns.values().map(|columns| format!("{columns:?}"));
            documents.chain(events).chain(columns).collect::<Vec<_>>().join("\n")
        })
    }

    async fn fill(&self) {
        let mut unit = UnitOfWork::new(UnitId(self.house.engine.ids.fresh()), store_id());
        let goods = [
            product("tea", 850, true, Some(10)),
            product("course", 4_900, false, None),
            product("last", 1_000, false, Some(1)),
            product("palace", 999_999_999_999, false, None),
            coupon("SAVE5", None),
            coupon("ONCE", Some(1)),
            coupon("GONE", Some(0)),
        ];
        for (record, counter) in goods {
            unit.counters
                .extend(counter.map(|(name, of)| CounterMove { name, change: CounterChange::Limit(of) }));
            let key = record.key(&store_id());
            unit.writes.push(Write { key, expected: 0, row: record, events: Vec::new() });
        }
        assert_eq!(self.house.engine.store.commit(&unit).await, Verdict::Committed);
    }
}

fn house(clock: PausedClock, memory: &Arc<MemoryStore>, till: &Till) -> House {
    let vault: Arc<dyn Vault> =
        Arc::new(KeyVault::new(&[DataKey { number: 1, key: [1; 32] }], &[2; 32]).unwrap());
    let ids = Arc::new(CountingIds::default());
    let gateway = || -> Arc<dyn Gateway> { Arc::new(till.clone()) };
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let store: Arc<dyn Store<Record>> = Arc::new(Records::new(Arc::clone(memory)));
    let worker = WorkerId(ids.fresh());
    let driver = Driver::new(Parts {
        store,
        clock: Arc::clone(&clock),
        ids,
        vault,
        gateways: BTreeMap::from([
            ("primary".parse().unwrap(), gateway()),
            ("backup".parse().unwrap(), gateway()),
        ]),
        modes: Arc::new(Modes::default()),
        replies: Arc::new(ProtoReplies::new(clock)),
        policy: Policy::default(),
        settings: Settings {
            poll: Duration::from_secs(1),
            lifetimes: BTreeMap::from([(store_id(), StoreTimers::default().lifetimes())]),
            ..Settings::default()
        },
        worker,
        tasks: Tasks::default(),
    });
    let quoting = QuoteSettings::default();
    let quotes = QuoteDesk::new(Entropy::new(|| 0))
        .with_carrier("parcel".parse().unwrap(), Arc::clone(&FIXTURES.parcel), &quoting)
        .with_carrier("shops".parse().unwrap(), Arc::clone(&FIXTURES.shops), &quoting)
        .with_tax("builtin".parse().unwrap(), Arc::clone(&FIXTURES.tax), &quoting);
    let settings = StoreSettings {
        currencies: vec!["EUR".parse().unwrap(), "GBP".parse().unwrap()],
        prices_include_tax: true,
        rounding: RoundingPolicy { mode: RoundingMode::HalfUp, level: RoundingLevel::Line },
        country: "DE".parse().ok(),
    };
    House {
        engine: Arc::new(driver),
        catalogue: Arc::new(BuiltinCatalogue),
        quotes: Arc::new(quotes),
        stores: BTreeMap::from([(store_id(), settings.clone()), ("other".parse().unwrap(), settings)]),
        flows: FIXTURES.flows.clone(),
        times: Times::default(),
    }
}

fn routes(house: &Arc<House>) -> Routes {
    let capabilities = Capabilities::new(Arc::clone(&house.engine.vault));
    let desk = Desk::new(Arc::clone(house), capabilities, Partners::default());
    macro_rules! limited {
        ($server:ident, $service:expr) => {
            $server::new($service)
                .max_decoding_message_size(MAX_DECODE_BYTES)
                .max_encoding_message_size(MAX_ENCODE_BYTES)
        };
    }
    Routes::new(limited!(CartServiceServer, Carts::new(desk.clone())))
        .add_service(limited!(CheckoutServiceServer, Checkouts::new(desk.clone())))
        .add_service(limited!(PaymentServiceServer, Payments::new(desk.clone())))
        .add_service(limited!(OrderServiceServer, Orders::new(desk.clone())))
        .add_service(limited!(OperationsServiceServer, Operations::new(desk)))
}

fn door_parts() -> stack::Parts {
    stack::Parts {
        keys: FIXTURES.keys.clone(),
        request_timeout: Duration::from_secs(30),
        max_concurrent: 100,
        drain: CancellationToken::new(),
    }
}

/// A record, and its counter with a limit.
type Stocked = (Record, Option<(String, u32)>);

fn product(sku: &str, minor: i64, ships: bool, stock: Option<u32>) -> Stocked {
    let product = Product {
        sku: sku.parse().unwrap(),
        title: sku.to_owned(),
        unit_price: Money::new(minor, "EUR".parse().unwrap()),
        compare_at: None,
        image: None,
        tax_category: TaxCategory::Standard,
        weight_grams: 100,
        requires_delivery: ships,
        tags: BTreeSet::default(),
        tracked: stock.is_some(),
    };
    let counter = stock.map(|stock| (stock_counter(&product.sku), stock));
    (Record::Product(Box::new(product)), counter)
}

fn coupon(code: &str, limit: Option<u32>) -> Stocked {
    let coupon = Coupon {
        code: code.parse().unwrap(),
        reason: "5 EUR off".to_owned(),
        benefit: Benefit::Fixed(Money::new(500, "EUR".parse().unwrap())),
        minimum_subtotal: None,
        limit,
        starts_at: None,
        ends_at: None,
        excluded_skus: BTreeSet::default(),
        excluded_tags: BTreeSet::default(),
    };
    (Record::Coupon(Box::new(coupon)), limit.map(|limit| (format!("coupon/{code}"), limit)))
}
