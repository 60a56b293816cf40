//! A shop behind its door, and callers of several kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cashwrap::app::house::Times;
use cashwrap::app::{House, StoreSettings};
use cashwrap::config::flow::{Source, load_sources};
use cashwrap::domain::coupon::{Benefit, Coupon};
use cashwrap::domain::ids::{AccountId, StoreId, UnitId, WorkerId};
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::Policy;
use cashwrap::domain::pricing::{RoundingLevel, RoundingMode, RoundingPolicy};
use cashwrap::domain::product::{Product, TaxCategory, stock_counter};
use cashwrap::engine::modes::Modes;
use cashwrap::engine::{Driver, Parts, Settings, Tasks, claims};
use cashwrap::grpc::auth::{Caller, Scope, Stores};
use cashwrap::grpc::capability::Capabilities;
use cashwrap::grpc::replies::ProtoReplies;
use cashwrap::grpc::services::{Carts, Checkouts, Desk, Operations, Orders, Partners, Payments};
use cashwrap::partners::carrier::table_rate::TableRate;
use cashwrap::partners::catalogue::builtin::BuiltinCatalogue;
use cashwrap::partners::quotes::{QuoteDesk, QuoteSettings};
use cashwrap::partners::system::{SystemClock, UuidV7, entropy};
use cashwrap::partners::tax::builtin::{BuiltinTax, BuiltinTaxSettings};
use cashwrap::partners::vault::{DataKey, KeyVault};
use cashwrap::ports::gateway::Gateway;
use cashwrap::ports::store::{
    CounterChange, CounterMove, Key, Kind, Query, Store, UnitOfWork, Verdict, Write,
};
use cashwrap::ports::tax::TaxProvider;
use cashwrap::ports::{Clock, Ids, Record, Vault};
use cashwrap::proto::cashwrap::v1::cart_service_client::CartServiceClient;
use cashwrap::proto::cashwrap::v1::cart_service_server::CartServiceServer;
use cashwrap::proto::cashwrap::v1::checkout_service_client::CheckoutServiceClient;
use cashwrap::proto::cashwrap::v1::checkout_service_server::CheckoutServiceServer;
use cashwrap::proto::cashwrap::v1::operations_service_client::OperationsServiceClient;
use cashwrap::proto::cashwrap::v1::operations_service_server::OperationsServiceServer;
use cashwrap::proto::cashwrap::v1::order_service_client::OrderServiceClient;
use cashwrap::proto::cashwrap::v1::order_service_server::OrderServiceServer;
use cashwrap::proto::cashwrap::v1::payment_service_client::PaymentServiceClient;
use cashwrap::proto::cashwrap::v1::payment_service_server::PaymentServiceServer;
use cashwrap::store::MemoryStore;
use cashwrap::store::document::Records;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use crate::placing::till::Till;
use crate::placing::witness::{Calls, Witnessed};

/// A card number that every field must refuse.
pub(crate) const CARD: &str = "4111 1111 1111 1111";

pub(crate) const FLOW: &str = "
id: test
version: 1
priority: 0
criteria: {}
interface: { layout: one_page }
frontend:
  delivery_options: all
  click_and_collect: false
  coupons: true
  identity: [guest, registered]
backend:
  gateways: [primary, backup]
  carriers: [parcel]
  tax: builtin
  capture: by_kind
";

/// A flow for televisions, which takes no codes.
const WITHOUT_CODES: &str = "
id: without-codes
version: 1
priority: 10
criteria: { device: [tv] }
interface: { layout: express }
frontend:
  delivery_options: all
  click_and_collect: false
  coupons: false
  identity: [guest, registered]
backend:
  gateways: [primary, backup]
  carriers: [parcel]
  tax: builtin
  capture: by_kind
";

const PARCEL: &str = r#"
currency = "EUR"
[[methods]]
code = "standard"
title = "Standard"
earliest_days = 1
latest_days = 3
[[methods.zones]]
countries = ["DE"]
by = "weight-grams"
bands = [{ amount = "4.90" }]
[[methods]]
code = "express"
title = "Express"
earliest_days = 1
latest_days = 1
[[methods.zones]]
countries = ["DE"]
by = "weight-grams"
bands = [{ amount = "9.90" }]
"#;

/// The shop.
pub(crate) struct Rig {
    pub(crate) house: Arc<House>,
    pub(crate) primary: Till,
    pub(crate) backup: Till,
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) calls: Calls,
    desk: Desk,
}

pub(crate) fn shop() -> StoreId {
    "shop".parse().unwrap()
}

pub(crate) fn builtin_tax() -> BuiltinTax {
    BuiltinTax::new(BuiltinTaxSettings::default()).unwrap()
}

fn settings() -> StoreSettings {
    StoreSettings {
        currencies: vec!["EUR".parse().unwrap(), "GBP".parse().unwrap()],
        prices_include_tax: true,
        rounding: RoundingPolicy { mode: RoundingMode::HalfUp, level: RoundingLevel::Line },
        country: "DE".parse().ok(),
    }
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::with(FLOW, |desk| desk).await
    }

    /// The shop with another tax provider.
    pub(crate) async fn taxed_by(tax: Arc<dyn TaxProvider>) -> Self {
        let account: AccountId = "builtin".parse().unwrap();
        let patient = QuoteSettings { timeout: Duration::from_secs(5), ..QuoteSettings::default() };
        Self::with(FLOW, |desk| desk.with_tax(account, tax, &patient)).await
    }

    /// A shop with another flow and further partners.
    pub(crate) async fn with(flow: &str, partners: impl FnOnce(QuoteDesk) -> QuoteDesk) -> Self {
        Self::with_flows(&[flow, WITHOUT_CODES], partners).await
    }

    /// A shop with these flows alone.
    pub(crate) async fn with_flows(flows: &[&str], partners: impl FnOnce(QuoteDesk) -> QuoteDesk) -> Self {
        let (primary, backup) = (Till::default(), Till::default());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let lent = Arc::clone(&clock);
        let memory = Arc::new(MemoryStore::new(Arc::new(move || lent.now())));
        let vault: Arc<dyn Vault> =
            Arc::new(KeyVault::new(&[DataKey { number: 1, key: [1; 32] }], &[2; 32]).unwrap());
        let store: Arc<dyn Store<Record>> = Arc::new(Records::new(Arc::clone(&memory)));
        let calls = Calls::default();
        let till = |till: &Till| -> Arc<dyn Gateway> {
            let (store, calls) = (Arc::clone(&store), calls.clone());
            Arc::new(Witnessed { inner: till.clone(), store, calls })
        };
        let driver = Driver::new(Parts {
            store: Arc::clone(&store),
            clock: Arc::clone(&clock),
            ids: Arc::new(UuidV7),
            vault: Arc::clone(&vault),
            gateways: BTreeMap::from([
                ("primary".parse().unwrap(), till(&primary)),
                ("backup".parse().unwrap(), till(&backup)),
            ]),
            modes: Arc::new(Modes::default()),
            replies: Arc::new(ProtoReplies::new(clock)),
            policy: Policy::default(),
            settings: Settings::default(),
            worker: WorkerId(UuidV7.fresh()),
            tasks: Tasks::default(),
        });
        let source = |text: &str| Source { name: "test.yaml".to_owned(), text: text.to_owned() };
        let flows: Vec<Source> = flows.iter().map(|flow| source(flow)).collect();
        let parcel = TableRate::new(toml::from_str(PARCEL).unwrap()).unwrap();
        let quoting = QuoteSettings::default();
        let quotes = QuoteDesk::new(entropy())
            .with_carrier("parcel".parse().unwrap(), Arc::new(parcel), &quoting)
            .with_tax("builtin".parse().unwrap(), Arc::new(builtin_tax()), &quoting);
        let house = Arc::new(House {
            engine: Arc::new(driver),
            catalogue: Arc::new(BuiltinCatalogue),
            quotes: Arc::new(partners(quotes)),
            stores: BTreeMap::from([(shop(), settings()), ("other".parse().unwrap(), settings())]),
            flows: load_sources(&flows, None).unwrap().flows,
            times: Times::default(),
        });
        house.engine.tasks.spawn(claims::run(Arc::clone(&house.engine)));
        let partners = Partners {
            adapters: BTreeMap::from([("primary".parse().unwrap(), "stripe".to_owned())]),
            ..Partners::default()
        };
        let desk = Desk::new(Arc::clone(&house), Capabilities::new(vault), partners);
        let rig = Self { house, primary, backup, memory, calls, desk };
        rig.fill().await;
        rig
    }

    async fn fill(&self) {
        self.sells("tea", 850, "EUR", true, Some(10)).await;
        self.sells("course", 4900, "EUR", false, None).await;
        self.sells("last", 1000, "EUR", false, Some(1)).await;
        self.sells("dollar", 1000, "USD", false, None).await;
        self.sells("pound-tea", 1000, "GBP", true, None).await;
        self.sells("palace", 999_999_999_999, "EUR", false, None).await;
        for (code, limit) in [("SAVE5", None), ("GONE", Some(0)), ("SINGLE", Some(1))] {
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
            let counter = limit.map(|limit| (format!("coupon/{code}"), limit));
            self.load(Record::Coupon(Box::new(coupon)), counter).await;
        }
    }

    /// Loads a product, or another price of it.
    pub(crate) async fn sells(&self, sku: &str, minor: i64, currency: &str, ships: bool, stock: Option<u32>) {
        let product = Product {
            sku: sku.parse().unwrap(),
            title: sku.to_owned(),
            unit_price: Money::new(minor, currency.parse().unwrap()),
            compare_at: None,
            image: None,
            tax_category: TaxCategory::Standard,
            weight_grams: 100,
            requires_delivery: ships,
            tags: BTreeSet::default(),
            tracked: stock.is_some(),
        };
        let counter = stock.map(|stock| (stock_counter(&product.sku), stock));
        self.load(Record::Product(Box::new(product)), counter).await;
    }

    /// Loads a product again with a change.
    pub(super) async fn resells(&self, sku: &str, change: impl FnOnce(&mut Product)) {
        let key = Key::new(&shop(), Kind::Product, sku);
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let held = self.house.engine.store.read(&query).await.unwrap();
        let Some(Record::Product(mut product)) = held.rows.get(&key).map(|row| row.row.clone()) else {
            panic!("{sku} is not sold")
        };
        change(&mut product);
        self.load(Record::Product(product), None).await;
    }

    pub(super) async fn load(&self, record: Record, counter: Option<(String, u32)>) {
        let key = record.key(&shop());
        let query = Query { keys: vec![key.clone()], ..Query::default() };
        let held = self.house.engine.store.read(&query).await.unwrap();
        let expected = held.rows.get(&key).map_or(0, |row| row.version);
        let mut unit = UnitOfWork::new(UnitId(UuidV7.fresh()), shop());
        unit.writes.push(Write { key, expected, row: record, events: Vec::new() });
        unit.counters = counter
            .into_iter()
            .map(|(name, of)| CounterMove { name, change: CounterChange::Limit(of) })
            .collect();
        assert_eq!(self.house.engine.store.commit(&unit).await, Verdict::Committed);
    }

    pub(crate) fn carts(&self) -> CartServiceClient<CartServiceServer<Carts>> {
        CartServiceClient::new(CartServiceServer::new(Carts::new(self.desk.clone())))
    }

    pub(crate) fn checkouts(&self) -> CheckoutServiceClient<CheckoutServiceServer<Checkouts>> {
        CheckoutServiceClient::new(CheckoutServiceServer::new(Checkouts::new(self.desk.clone())))
    }

    pub(crate) fn orders(&self) -> OrderServiceClient<OrderServiceServer<Orders>> {
        OrderServiceClient::new(OrderServiceServer::new(Orders::new(self.desk.clone())))
    }

    pub(crate) fn payments(&self) -> PaymentServiceClient<PaymentServiceServer<Payments>> {
        PaymentServiceClient::new(PaymentServiceServer::new(Payments::new(self.desk.clone())))
    }

    pub(crate) fn operations(&self) -> OperationsServiceClient<OperationsServiceServer<Operations>> {
        OperationsServiceClient::new(OperationsServiceServer::new(Operations::new(self.desk.clone())))
    }

    /// Whether any till was ever asked for money.
    pub(crate) fn untouched(&self) -> bool {
        self.primary.totals().is_empty() && self.backup.totals().is_empty()
    }
}

fn caller(scope: Scope, store: &str, capability: Option<&str>) -> Caller {
    Caller {
        id: format!("{scope:?}"),
        scopes: BTreeSet::from([scope]),
        stores: Stores::Some(BTreeSet::from([store.parse().unwrap()])),
        customer: None,
        capability: capability.map(str::to_owned),
        answer_by: None,
    }
}

/// A request of a service of the shop.
pub(crate) fn service<T>(message: T) -> Request<T> {
    by(caller(Scope::Service, "shop", None), message)
}

/// A request of an operator of the shop.
pub(crate) fn operator<T>(message: T) -> Request<T> {
    by(caller(Scope::Operator, "shop", None), message)
}

/// A request of a guest with a capability token.
pub(crate) fn guest<T>(capability: &str, message: T) -> Request<T> {
    by(caller(Scope::Shopper, "shop", Some(capability)), message)
}

/// A request by a key that stands for a customer, with a capability token or none.
pub(crate) fn customer<T>(id: &str, capability: &str, message: T) -> Request<T> {
    let capability = (!capability.is_empty()).then_some(capability);
    let caller = Caller { customer: Some(id.to_owned()), ..caller(Scope::Shopper, "shop", capability) };
    by(caller, message)
}

/// A request by a service's key that stands for a customer.
pub(crate) fn service_of<T>(id: &str, message: T) -> Request<T> {
    by(Caller { customer: Some(id.to_owned()), ..caller(Scope::Service, "shop", None) }, message)
}

/// A request of a service of another store.
pub(crate) fn stranger<T>(message: T) -> Request<T> {
    by(caller(Scope::Service, "other", None), message)
}

fn by<T>(caller: Caller, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(caller);
    request
}

/// A fresh key.
pub(crate) fn key() -> String {
    UuidV7.fresh().to_string()
}

/// The code, reason and first field of a refusal, which repeats no card number and stays short.
pub(crate) fn refusal(status: &Status) -> (Code, String, String) {
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("no reason: {status}"));
    let field = details.bad_request().and_then(|bad| bad.field_violations.first());
    assert_eq!(info.domain, "cashwrap");
    assert!(!status.message().is_empty());
    assert!(!format!("{status:?}").contains("4111"), "{status}");
    assert!(status.message().len() < 400, "{status}");
    if let Some(field) = field {
        assert!(!field.description.is_empty(), "{status}");
    }
    (status.code(), info.reason.clone(), field.map(|field| field.field.clone()).unwrap_or_default())
}

/// What a refusal should be.
pub(crate) fn is(code: Code, reason: &str, field: &str) -> (Code, String, String) {
    (code, reason.to_owned(), field.to_owned())
}
