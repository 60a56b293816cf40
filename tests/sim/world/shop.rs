//! What is sold, by which flow, with which time constants.
//!
//! Spans are scaled, so that a run of minutes sees every rung of the ladder; a test of the payment policy pins
//! the production defaults. The send and place windows and the leases stay as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex, Weak};
use std::time::Duration;

use cashwrap::app::house::Times;
use cashwrap::app::{House, StoreSettings};
use cashwrap::config::flow::{Source, load_sources};
use cashwrap::domain::coupon::{Benefit, Coupon};
use cashwrap::domain::flow::Flow;
use cashwrap::domain::ids::StoreId;
use cashwrap::domain::money::Money;
use cashwrap::domain::payment::Policy;
use cashwrap::domain::pricing::{RoundingLevel, RoundingMode, RoundingPolicy};
use cashwrap::domain::product::{Product, TaxCategory};
use cashwrap::engine::{Engine, Settings};
use cashwrap::partners::carrier::table_rate::TableRate;
use cashwrap::partners::catalogue::builtin::BuiltinCatalogue;
use cashwrap::partners::quotes::{QuoteDesk, QuoteSettings};
use cashwrap::partners::tax::builtin::{BuiltinTax, BuiltinTaxSettings};
use cashwrap::ports::Record;
use cashwrap::ports::carrier::Carrier;
use cashwrap::ports::tax::TaxProvider;
use cashwrap::resilience::Entropy;

use super::World;
use super::partners::Seen;
use super::process::Process;
use crate::dice::Dice;

/// What a seed rolls for its shop.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    /// Captured when the goods leave, and not with the order.
    pub captures_later: bool,
    /// How often processes look for what is due.
    pub poll: Duration,
    /// Commits take a moment, so that others come in between.
    pub slow_store: bool,
    /// How many there are of what is scarce.
    pub scarce: u32,
}

impl Habits {
    /// The habits of a seed.
    pub fn roll(dice: &mut Dice) -> Self {
        Self {
            captures_later: dice.below(3) == 0,
            // Far apart, so that hours pass in few steps; a process's own commits ring its bell anyway.
            poll: Duration::from_millis(1_000 + dice.below(12_000)),
            slow_store: dice.below(2) == 0,
            scarce: 1 + u32::try_from(dice.below(5)).unwrap(),
        }
    }
}

/// The store that everybody buys in.
pub fn store_id() -> StoreId {
    "shop".parse().unwrap()
}

/// Another store on the same processes.
pub fn other_store_id() -> StoreId {
    "other".parse().unwrap()
}

/// The machines' time constants, scaled.
pub fn policy() -> Policy {
    let seconds = |each: &u64| Duration::from_secs(*each);
    Policy {
        complete_window: Duration::from_mins(5),
        action_window: Duration::from_secs(90),
        absent_window: Duration::from_secs(30),
        schedule: [5, 15, 45, 120, 300, 600].iter().map(seconds).collect(),
        late_checks: [60, 240, 600].iter().map(seconds).collect(),
        key_margin: Duration::from_mins(10),
        ..Policy::default()
    }
}

/// The engine's time constants.
pub fn settings(poll: Duration) -> Settings {
    Settings { poll, ..Settings::default() }
}

const FLOW: &str = "
id: sim
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
  gateways: [north, south, west]
  carriers: [parcel]
  tax: builtin
  capture: AT
";

const TABLE: &str = "
currency = \"EUR\"
[[methods]]
code = \"standard\"
title = \"Standard\"
[[methods.zones]]
countries = [\"DE\"]
by = \"weight-grams\"
bands = [{ amount = \"4.90\" }]
";

/// What every process of every seed shares: it is parsed once.
struct Fixtures {
    flows: [Vec<Flow>; 2],
    carrier: Arc<dyn Carrier>,
    tax: Arc<dyn TaxProvider>,
}

static FIXTURES: LazyLock<Fixtures> = LazyLock::new(|| {
    let flows = ["at_placement", "at_fulfilment"].map(|at| {
        let text = FLOW.replace("AT", at);
        load_sources(&[Source { name: "sim.yaml".to_owned(), text }], None).unwrap().flows
    });
    Fixtures {
        flows,
        carrier: Arc::new(TableRate::new(toml::from_str(TABLE).unwrap()).unwrap()),
        tax: Arc::new(BuiltinTax::new(BuiltinTaxSettings::default()).unwrap()),
    }
});

/// The use cases of a process.
pub fn house(engine: Engine, world: Weak<World>, process: Weak<Process>, habits: Habits) -> House {
    let carrier: Arc<dyn Carrier> = Arc::new(Seen {
        inner: Arc::clone(&FIXTURES.carrier),
        world: world.clone(),
        process: process.clone(),
    });
    let tax: Arc<dyn TaxProvider> = Arc::new(Seen { inner: Arc::clone(&FIXTURES.tax), world, process });
    // What only spreads waits is drawn from dice too.
    let dice = Mutex::new(Dice::of(1));
    let quoting = QuoteSettings::default();
    let quotes = QuoteDesk::new(Entropy::new(move || dice.lock().unwrap().roll()))
        .with_tax("builtin".parse().unwrap(), tax, &quoting)
        .with_carrier("parcel".parse().unwrap(), carrier, &quoting);
    let settings = StoreSettings {
        currencies: vec!["EUR".parse().unwrap()],
        prices_include_tax: true,
        rounding: RoundingPolicy { mode: RoundingMode::HalfUp, level: RoundingLevel::Line },
        country: "DE".parse().ok(),
    };
    House {
        engine,
        catalogue: Arc::new(BuiltinCatalogue),
        quotes: Arc::new(quotes),
        stores: BTreeMap::from([(store_id(), settings.clone()), (other_store_id(), settings)]),
        flows: FIXTURES.flows[usize::from(habits.captures_later)].clone(),
        // A caller who waits reads every tenth of a second: short, so that a run is not filled with waiting.
        times: Times { patience: Duration::from_millis(1_500), ..Times::default() },
    }
}

fn euro(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

/// What is sold, with how many there are; `None` where nobody counts.
pub fn catalogue(habits: Habits) -> Vec<(Record, Option<u32>)> {
    let product = |sku: &str, price, delivered, stock: Option<u32>| {
        let product = Product {
            sku: sku.parse().unwrap(),
            title: sku.to_owned(),
            unit_price: euro(price),
            compare_at: None,
            image: None,
            tax_category: TaxCategory::Standard,
            weight_grams: 300,
            requires_delivery: delivered,
            tags: BTreeSet::default(),
            tracked: stock.is_some(),
        };
        (Record::Product(Box::new(product)), stock)
    };
    let coupon = |code: &str, benefit, limit: Option<u32>| {
        let coupon = Coupon {
            code: code.parse().unwrap(),
            reason: code.to_owned(),
            benefit,
            minimum_subtotal: None,
            limit,
            starts_at: None,
            ends_at: None,
            excluded_skus: BTreeSet::default(),
            excluded_tags: BTreeSet::default(),
        };
        (Record::Coupon(Box::new(coupon)), limit)
    };
    vec![
        product("mug", 1_250, false, Some(habits.scarce)),
        product("tee", 2_090, true, Some(habits.scarce + 4)),
        product("song", 99, false, None),
        coupon("ONCE", Benefit::Fixed(euro(50)), Some(1)),
        coupon("TENTH", Benefit::Percent("10".parse().unwrap()), Some(2)),
        coupon("ALWAYS", Benefit::Fixed(euro(5)), None),
    ]
}
