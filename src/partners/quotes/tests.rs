//! Chains against carriers and tax providers that fail on demand. The clock is paused: a second costs nothing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::civil::date;
use tokio::time::{Instant, sleep};

use super::{QuoteDesk, QuoteSettings};
use crate::domain::address::{Address, TaxLocation};
use crate::domain::checkout::{Degraded, DegradedReason, Dependency};
use crate::domain::flow::Chain;
use crate::domain::money::Money;
use crate::domain::pricing::TaxTreatment;
use crate::domain::product::TaxCategory;
use crate::partners::system::entropy;
use crate::partners::tax::builtin::{BuiltinTax, BuiltinTaxSettings};
use crate::ports::carrier::{Carrier, CarrierError, DeliveryKind, DeliveryOption, DeliveryRequest};
use crate::ports::quotes::{Asked, Given, Nobody, Quotes};
use crate::ports::tax::{TaxAnswer, TaxError, TaxProvider, TaxRequest, TaxSource};

/// What a partner does when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Answers,
    AnswersNothing,
    Breaks,
    BreaksOnce,
    Hangs,
    Refuses,
}

#[derive(Clone)]
struct Scripted {
    name: &'static str,
    does: Arc<Mutex<Does>>,
    asked: Arc<AtomicUsize>,
}

impl Scripted {
    fn that(name: &'static str, does: Does) -> Self {
        Self { name, does: Arc::new(Mutex::new(does)), asked: Arc::default() }
    }

    fn then(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn does(&self) -> Does {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        let does = *self.does.lock().unwrap();
        match does {
            Does::Hangs => {
                sleep(Duration::from_hours(1)).await;
                does
            }
            Does::BreaksOnce if turn == 0 => Does::Breaks,
            Does::BreaksOnce => Does::Answers,
            does => does,
        }
    }
}

#[async_trait::async_trait]
impl Carrier for Scripted {
    async fn options(&self, request: &DeliveryRequest) -> Result<Vec<DeliveryOption>, CarrierError> {
        match self.does().await {
            Does::Breaks => Err(CarrierError::Unavailable("500".to_owned())),
            Does::Refuses => Err(CarrierError::Refused("too long".to_owned())),
            Does::AnswersNothing => Ok(Vec::new()),
            _ => Ok(vec![DeliveryOption {
                code: self.name.to_owned(),
                title: self.name.to_owned(),
                amount: Money::zero(request.currency),
                tax_category: TaxCategory::Standard,
                earliest_days: None,
                latest_days: None,
                kind: DeliveryKind::Ship,
            }]),
        }
    }
}

#[async_trait::async_trait]
impl TaxProvider for Scripted {
    async fn quote(&self, _: &TaxRequest) -> Result<TaxAnswer, TaxError> {
        match self.does().await {
            Does::Breaks => Err(TaxError::Unavailable("500".to_owned())),
            Does::Refuses => Err(TaxError::Refused("no nexus".to_owned())),
            _ => Ok(TaxAnswer {
                treatment: TaxTreatment::Exempt { reason: self.name.to_owned() },
                source: TaxSource { provider: self.name.to_owned(), basis: String::new() },
            }),
        }
    }
}

fn chain(names: &[&str]) -> Chain {
    let mut accounts: Vec<_> = names.iter().map(|name| name.parse().unwrap()).collect();
    let first = accounts.remove(0);
    Chain::new(first, accounts).unwrap()
}

fn desk(partners: &[&Scripted]) -> QuoteDesk {
    partners.iter().fold(QuoteDesk::new(entropy()), |desk, partner| {
        let account = || partner.name.parse().unwrap();
        desk.with_carrier(account(), Arc::new((*partner).clone()), &QuoteSettings::default()).with_tax(
            account(),
            Arc::new((*partner).clone()),
            &QuoteSettings::default(),
        )
    })
}

fn delivery() -> Arc<DeliveryRequest> {
    let nothing = Money::zero("EUR".parse().unwrap());
    Arc::new(DeliveryRequest {
        store: "shop".parse().unwrap(),
        currency: "EUR".parse().unwrap(),
        destination: Some(Address::of_country("DE".parse().unwrap())),
        near: None,
        items: Vec::new(),
        value_before_discounts: nothing,
        value_after_discounts: nothing,
    })
}

fn tax(country: &str) -> Arc<TaxRequest> {
    let to: TaxLocation = Address::of_country(country.parse().unwrap()).tax_location();
    Arc::new(TaxRequest {
        store: "shop".parse().unwrap(),
        currency: "EUR".parse().unwrap(),
        date: date(2026, 11, 21),
        from: None,
        to,
        prices_include_tax: true,
        lines: Vec::new(),
        delivery: Vec::new(),
        exemption: None,
    })
}

fn by<T>(asked: &Asked<T>) -> &str {
    match asked {
        Ok(given) => given.by.as_str(),
        Err(Nobody { .. }) => "nobody",
    }
}

fn reasons<T>(asked: &Asked<T>) -> Vec<(&str, DegradedReason)> {
    match asked {
        Ok(given) => given.degraded.iter().map(|each| (each.from.as_str(), each.reason)).collect(),
        Err(nobody) => nobody.failed.iter().map(|(from, reason, _)| (from.as_str(), *reason)).collect(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_partner_that_answers_is_the_only_one_that_is_asked() {
    let (first, second) = (Scripted::that("first", Does::Answers), Scripted::that("second", Does::Answers));
    let desk = desk(&[&first, &second]);
    let given = desk.delivery(&chain(&["first", "second"]), delivery()).await.unwrap();
    assert_eq!((given.by.as_str(), given.degraded), ("first", Vec::new()));
    first.then(Does::AnswersNothing);
    let nothing = desk.delivery(&chain(&["first", "second"]), delivery()).await.unwrap();
    assert_eq!((nothing.by.as_str(), nothing.answer.len()), ("first", 0));
    assert_eq!(second.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_backup_takes_over_for_what_breaks_hangs_or_refuses_and_the_record_says_why() {
    for (does, reason) in [
        (Does::Breaks, DegradedReason::Unavailable),
        (Does::Hangs, DegradedReason::TimedOut),
        (Does::Refuses, DegradedReason::Refused),
    ] {
        let (first, second) = (Scripted::that("first", does), Scripted::that("second", Does::Answers));
        let desk = desk(&[&first, &second]);
        let began = Instant::now();
        let carried = desk.delivery(&chain(&["first", "second"]), delivery()).await;
        assert!(began.elapsed() <= Duration::from_secs(1), "{does:?} took {:?}", began.elapsed());
        assert_eq!((by(&carried), reasons(&carried)), ("second", vec![("first", reason)]));
        let Given { degraded, .. } = desk.tax(&chain(&["first", "second"]), tax("DE")).await.unwrap();
        let (from, to) = ("first".parse().unwrap(), "second".parse().unwrap());
        assert_eq!(degraded, [Degraded { dependency: Dependency::Tax, from, to, reason }]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_quick_failure_is_tried_again_and_a_slow_one_is_not() {
    let (once, hangs) = (Scripted::that("first", Does::BreaksOnce), Scripted::that("first", Does::Hangs));
    let again = desk(&[&once]).delivery(&chain(&["first"]), delivery()).await;
    assert_eq!((by(&again), once.asked()), ("first", 2));
    let never = desk(&[&hangs]).delivery(&chain(&["first"]), delivery()).await;
    assert_eq!((by(&never), hangs.asked()), ("nobody", 1));
}

#[tokio::test(start_paused = true)]
async fn where_nobody_answers_each_is_named_with_its_failure_within_the_longest_wait() {
    let all = ["first", "second", "third"].map(|name| Scripted::that(name, Does::Hangs));
    let desk = desk(&[&all[0], &all[1], &all[2]]);
    let began = Instant::now();
    let asked = desk.tax(&chain(&["first", "second", "third"]), tax("DE")).await;
    assert!(began.elapsed() <= Duration::from_secs(4));
    let out = DegradedReason::TimedOut;
    assert_eq!(
        (by(&asked), reasons(&asked)),
        ("nobody", vec![("first", out), ("second", out), ("third", out)])
    );
}

#[tokio::test(start_paused = true)]
async fn a_partner_that_keeps_failing_is_left_alone_and_asked_again_later() {
    let (first, second) = (Scripted::that("first", Does::Hangs), Scripted::that("second", Does::Answers));
    let desk = desk(&[&first, &second]);
    let both = chain(&["first", "second"]);
    for _ in 0..5 {
        assert_eq!(by(&desk.tax(&both, tax("DE")).await), "second");
    }
    let (asked, began) = (first.asked(), Instant::now());
    let open = desk.tax(&both, tax("DE")).await;
    assert_eq!(reasons(&open), [("first", DegradedReason::BreakerOpen)]);
    assert_eq!((first.asked(), began.elapsed()), (asked, Duration::ZERO), "an open breaker costs no time");
    first.then(Does::Answers);
    sleep(Duration::from_secs(30)).await;
    assert_eq!(by(&desk.tax(&both, tax("DE")).await), "first");
}

#[tokio::test(start_paused = true)]
async fn refusals_say_nothing_of_health_and_open_no_breaker() {
    let (first, second) = (Scripted::that("first", Does::Refuses), Scripted::that("second", Does::Answers));
    let desk = desk(&[&first, &second]);
    for _ in 0..20 {
        desk.delivery(&chain(&["first", "second"]), delivery()).await.unwrap();
    }
    assert_eq!(first.asked(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_place_that_the_table_does_not_know_goes_to_the_next_provider() {
    let table = BuiltinTax::new(BuiltinTaxSettings::default()).unwrap();
    let world = Scripted::that("world", Does::Answers);
    let desk = desk(&[&world]).with_tax("table".parse().unwrap(), Arc::new(table), &QuoteSettings::default());
    let both = chain(&["table", "world"]);
    let far = desk.tax(&both, tax("BR")).await;
    assert_eq!((by(&far), reasons(&far)), ("world", vec![("table", DegradedReason::UnknownPlace)]));
    assert_eq!(by(&desk.tax(&both, tax("DE")).await), "table");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_not_configured_is_passed_over_and_named() {
    let second = Scripted::that("second", Does::Answers);
    let asked = desk(&[&second]).delivery(&chain(&["gone", "second"]), delivery()).await;
    assert_eq!((by(&asked), reasons(&asked)), ("second", vec![("gone", DegradedReason::Misconfigured)]));
    let nobody = desk(&[]).delivery(&chain(&["gone"]), delivery()).await;
    assert_eq!(reasons(&nobody), [("gone", DegradedReason::Misconfigured)]);
}
