//! A whole process over the look-alike: from a cart over the bank's page to an order, and its money by notifications alone.

use std::time::Duration;

use cashwrap::app::stocking::{Load, stock};
use cashwrap::config::Settings;
use cashwrap::partners::catalogue::load::load;
use cashwrap::partners::system::UuidV7;
use cashwrap::ports::store::{Kind, Listing};
use cashwrap::proto::cashwrap::v1 as api;
use cashwrap::proto::cashwrap::v1::cart_service_client::CartServiceClient;
use cashwrap::proto::cashwrap::v1::checkout_service_client::CheckoutServiceClient;
use cashwrap::proto::cashwrap::v1::order_service_client::OrderServiceClient;
use cashwrap::proto::cashwrap::v1::payment_service_client::PaymentServiceClient;
use cashwrap::proto::google::r#type::Money;
use cashwrap::wiring::database::Database;
use cashwrap::wiring::{Mode, Running, start};
use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

use super::rig::stored;
use crate::server::purchase::{details, fresh};
use crate::support::patience::until;
use crate::support::vendors::adyen::{API_KEY, Adyen, Fault, HMAC_KEY, MERCHANT, Mood, Payment};

const CATALOGUE: &str = include_str!("../../../examples/catalogue.json");
const EXAMPLE: &str = include_str!("../../../examples/cashwrap.toml");
const BACKUP: &str =
    "kind = \"stripe\"\nbase_url = \"http://127.0.0.1:12112\"\nsecret_key = \"sk_sandbox_backup\"\n";
const SOON: Duration = Duration::from_secs(30);

/// A process whose account `backup` is at the look-alike, which tells it what becomes of its calls.
struct Till {
    adyen: Adyen,
    shop: Running,
    channel: Channel,
    _directory: TempDir,
}

impl Till {
    async fn open() -> Self {
        let (directory, adyen) = (TempDir::new().unwrap(), Adyen::start().await);
        assert!(EXAMPLE.contains(BACKUP));
        let account = format!(
            "kind = \"adyen\"\napi_key = \"{API_KEY}\"\nmerchant_account = \"{MERCHANT}\"\nbase_url = \"{}\"\n\
             webhook_secrets = [\"{HMAC_KEY}\"]\nreturn_url = \"https://shop.example/back\"\n",
            adyen.base_url
        );
        let url = format!("sqlite:{}", directory.path().join("cashwrap.db").display());
        let variables = [
            ("CASHWRAP__STORE__URL", url.as_str()),
            ("CASHWRAP__SERVER__LISTEN", "127.0.0.1:0"),
            ("CASHWRAP__SERVER__ADMIN_LISTEN", "127.0.0.1:0"),
            ("CASHWRAP__SERVER__WEBHOOK_LISTEN", "127.0.0.1:0"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = Settings::parse("example", &EXAMPLE.replace(BACKUP, &account), variables).unwrap();
        let loaded = load(CATALOGUE).unwrap();
        let demo = "demo".parse().unwrap();
        let catalogue =
            Load { store: &demo, products: &loaded.products, coupons: &loaded.coupons, stock: &loaded.stock };
        let database = Database::open(&settings.store).unwrap();
        database.migrate().await.unwrap();
        stock(&*database.records(), &UuidV7, catalogue, |_| ()).await.unwrap();
        drop(database);
        // Everybody may do everything: who may do what is shown elsewhere.
        let shop = start(&settings, Mode::Development).await.unwrap();
        adyen.notify(&format!("http://{}/webhooks/backup", shop.webhooks().unwrap()));
        let channel = Endpoint::new(format!("http://{}", shop.grpc())).unwrap().connect().await.unwrap();
        Self { adyen, shop, channel, _directory: directory }
    }

    /// A checkout of an online course, whose money is captured at once, and what placing it answers.
    async fn places(&self, token: &str) -> (String, api::place_order_response::Result) {
        let mut checkouts = CheckoutServiceClient::new(self.channel.clone());
        let add = api::AddLine { sku: "COURSE-BREWING".to_owned(), quantity: 1 };
        let request = api::CreateCartRequest {
            parent: "stores/demo".to_owned(),
            request_id: fresh(),
            currency_code: "EUR".to_owned(),
            actions: vec![api::CartAction { action: Some(api::cart_action::Action::Add(add)) }],
            ..api::CreateCartRequest::default()
        };
        let made =
            CartServiceClient::new(self.channel.clone()).create_cart(request).await.unwrap().into_inner();
        let request = api::CreateCheckoutRequest {
            parent: "stores/demo".to_owned(),
            request_id: fresh(),
            cart: made.cart.unwrap().name,
            context: None,
            details: Some(details()),
        };
        let checkout = checkouts.create_checkout(request).await.unwrap().into_inner().checkout.unwrap();
        let instrument =
            api::CardInstrument { partner_account: "backup".to_owned(), token: token.to_owned() };
        let card = api::CardTender { instruments: vec![instrument], descriptor: None };
        let request = api::PlaceOrderRequest {
            name: checkout.name.clone(),
            request_id: fresh(),
            quote_digest: checkout.quote.unwrap().quote_digest,
            tenders: vec![api::Tender {
                amount: None,
                instrument: Some(api::tender::Instrument::Card(card)),
            }],
        };
        let placed = checkouts.place_order(request).await.unwrap().into_inner();
        (checkout.name, placed.result.unwrap())
    }

    /// Comes back from the bank with this.
    async fn returns(
        &self,
        checkout: &str,
        action: &str,
        brought_back: &str,
    ) -> api::confirm_payment_action_response::Result {
        let request = api::ConfirmPaymentActionRequest {
            name: checkout.to_owned(),
            request_id: fresh(),
            action_id: action.to_owned(),
            return_parameters: [("redirectResult".to_owned(), brought_back.to_owned())].into_iter().collect(),
        };
        let mut checkouts = CheckoutServiceClient::new(self.channel.clone());
        checkouts.confirm_payment_action(request).await.unwrap().into_inner().result.unwrap()
    }

    async fn order(&self, name: &str) -> api::Order {
        let request = api::GetOrderRequest { name: name.to_owned() };
        let found = OrderServiceClient::new(self.channel.clone()).get_order(request).await.unwrap();
        found.into_inner().order.unwrap()
    }

    async fn comes_to(&self, order: &str, state: api::OrderPaymentState) {
        let what = format!("the order's money is {state:?}");
        until(&what, SOON, async || self.order(order).await.payment_state() == state).await;
    }

    /// Gives so many euros back; all that is left, where none are named.
    async fn refund(&self, payment: &str, euros: Option<i64>) {
        let amount = euros.map(|units| Money { currency_code: "EUR".to_owned(), units, nanos: 0 });
        let request = api::RefundPaymentRequest {
            name: payment.to_owned(),
            request_id: fresh(),
            amount,
            ..api::RefundPaymentRequest::default()
        };
        PaymentServiceClient::new(self.channel.clone()).refund_payment(request).await.unwrap();
    }

    /// The one payment in the look-alike's books.
    fn charged(&self) -> Payment {
        let books = self.adyen.books();
        let mut charged = books.payments.values().filter(|payment| payment.authorised > 0);
        let one = charged.next().unwrap().clone();
        assert!(charged.next().is_none(), "charged twice");
        one
    }

    /// Tells what there is to tell; each is taken.
    async fn tell(&self) {
        let answers = self.adyen.release().await;
        assert!(!answers.is_empty() && answers.iter().all(|status| *status == 200), "{answers:?}");
    }
}

/// The redirect of an action, with the action's id.
fn redirect(placed: api::place_order_response::Result) -> (String, String) {
    let api::place_order_response::Result::Action(action) = placed else { panic!("no action: {placed:?}") };
    let Some(api::payment_action::Kind::Redirect(redirect)) = action.kind else { panic!("no redirect") };
    (action.id, redirect.uri)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_pays_at_the_bank_and_capture_and_refund_are_told_by_notifications() {
    let till = Till::open().await;
    till.adyen.mood(Mood { held: true, ..Mood::default() });
    let (checkout, placed) = till.places(&stored("REDIRECT")).await;
    let (action, uri) = redirect(placed);
    let result = till.adyen.shopper(&uri, true).await;
    let confirmed = till.returns(&checkout, &action, &result).await;
    let api::confirm_payment_action_response::Result::Order(order) = confirmed else {
        panic!("no order: {confirmed:?}")
    };
    // The capture is received, and nobody takes that for a capture.
    until("the capture is received", SOON, async || till.charged().captured > 0).await;
    assert_eq!(till.order(&order.name).await.payment_state(), api::OrderPaymentState::Authorised);
    till.tell().await;
    till.comes_to(&order.name, api::OrderPaymentState::Paid).await;

    till.refund(&order.payments[0], Some(5)).await;
    until("the refund is received", SOON, async || till.charged().refunded == 500).await;
    assert_eq!(till.order(&order.name).await.payment_state(), api::OrderPaymentState::Paid);
    till.tell().await;
    till.comes_to(&order.name, api::OrderPaymentState::PartiallyRefunded).await;
    // The last one comes late, and twice.
    let late = Duration::from_millis(100);
    till.adyen.mood(Mood { duplicates: 1, reordered: true, delay: late, ..Mood::default() });
    till.refund(&order.payments[0], None).await;
    till.comes_to(&order.name, api::OrderPaymentState::Refunded).await;

    let charged = till.charged();
    assert_eq!((charged.captured, charged.refunded), (charged.value, charged.value));
    assert_eq!((charged.captures, charged.refunds), (1, 2));
    assert_eq!(till.shop.house().engine.alarms.count(), 0);
    assert!(till.shop.stop().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_whom_the_bank_refuses_has_no_order_and_may_pay_again() {
    let till = Till::open().await;
    let (checkout, placed) = till.places(&stored("REDIRECT")).await;
    let (action, uri) = redirect(placed);
    let result = till.adyen.shopper(&uri, false).await;
    let confirmed = till.returns(&checkout, &action, &result).await;
    assert!(matches!(confirmed, api::confirm_payment_action_response::Result::Decline(_)), "{confirmed:?}");
    assert!(till.adyen.books().payments.values().all(|payment| payment.authorised == 0));
    assert!(till.shop.stop().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_whose_answer_is_lost_for_ever_is_the_order_that_a_notification_tells() {
    let till = Till::open().await;
    till.adyen.mood(Mood { held: true, ..Mood::default() });
    // A 500 that stands under the key: no replay will ever tell.
    till.adyen.arm(Fault::FiveAfter);
    let token = stored("OK");
    let telling = async {
        until("there is something to tell", SOON, async || till.adyen.waiting() > 0).await;
        till.tell().await;
    };
    let ((), (_, placed)) = tokio::join!(telling, till.places(&token));
    assert!(!matches!(placed, api::place_order_response::Result::Decline(_)), "{placed:?}");
    let listing =
        Listing { store: "demo".parse().unwrap(), kind: Kind::Order, label: None, before: None, limit: 10 };
    until("the notification leads to the order", SOON, async || {
        till.shop.house().engine.store.list(&listing).await.unwrap().len() == 1
    })
    .await;
    assert_eq!(till.charged().authorised, till.charged().value);
    assert!(till.shop.stop().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_capture_that_fails_later_is_for_a_person_to_look_at() {
    let till = Till::open().await;
    let (_, placed) = till.places(&stored("CAPTUREFAILS")).await;
    let api::place_order_response::Result::Order(order) = placed else { panic!("no order: {placed:?}") };
    till.comes_to(&order.name, api::OrderPaymentState::PaymentReview).await;
    assert_eq!(till.charged().captured, 0);
    assert!(till.shop.stop().await);
}
