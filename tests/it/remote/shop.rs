//! A shop whose gateway is the example in Python: the served process, its settings, TLS and notifications, from a cart to
//! the last refund.

use std::path::Path;
use std::time::Duration;

use cashwrap::proto::cashwrap::v1::OrderPaymentState;
use serde_json::Value;
use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

use crate::support::binary::{Spawned, free_port};
use crate::support::dice::Dice;
use crate::support::patience::until;
use crate::support::shopper::{Aftercare, Answer, Session, Shopper, answer, insist};
use crate::support::vendors::example::{CREDENTIAL, ExampleGateway, WEBHOOK_SECRET};
use crate::support::vendors::remote::Book;
use crate::support::witness::Books;

const EXAMPLE: &str = include_str!("../../../examples/cashwrap.toml");
const CATALOGUE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/catalogue.json");
const FLOW: &str = include_str!("../../../examples/flows/one-page.yaml");

/// Longer than a purchase takes on a machine that runs all other tests meanwhile.
const PATIENCE: Duration = Duration::from_mins(1);

/// The example's settings, with the primary at `gateway` and no backup.
fn write_settings(directory: &Path, gateway: &str, webhooks: u16) -> String {
    let begin = EXAMPLE.find("[partners.gateways.primary]").unwrap();
    let end = EXAMPLE.find("[partners.gateways.backup]").unwrap();
    let primary = format!(
        "[partners.gateways.primary]\nkind = \"remote\"\nbase_url = \"{gateway}\"\ncredential = \"{CREDENTIAL}\"\n\
         webhook_secrets = [\"{WEBHOOK_SECRET}\"]\n\n"
    );
    let flows = directory.join("flows");
    std::fs::create_dir(&flows).unwrap();
    let alone = "gateways: [primary]";
    let flow = FLOW.replacen("gateways: [primary, backup]", alone, 1);
    assert!(flow.contains(alone));
    std::fs::write(flows.join("one-page.yaml"), flow).unwrap();
    let settings = [&EXAMPLE[..begin], &primary, &EXAMPLE[end..]]
        .concat()
        .replace("# directory = \"examples/flows\"", &format!("directory = \"{}\"", flows.display()))
        .replace(
            "# webhook_listen = \"127.0.0.1:8443\"",
            &format!("webhook_listen = \"127.0.0.1:{webhooks}\""),
        );
    let path = directory.join("cashwrap.toml");
    std::fs::write(&path, settings).unwrap();
    path.display().to_string()
}

/// The served process, and a shopper at it.
struct Shop {
    server: Spawned,
    channel: Channel,
    shopper: Shopper,
    _directory: TempDir,
}

impl Shop {
    async fn open(example: &ExampleGateway, webhooks: u16) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = write_settings(directory.path(), &example.base_url(), webhooks);
        let store = format!("sqlite:{}", directory.path().join("cashwrap.db").display());
        let certificate = example.certificate().display().to_string();
        let mut variables = vec![
            ("CASHWRAP__STORE__URL", store.as_str()),
            ("CASHWRAP__SERVER__LISTEN", "127.0.0.1:0"),
            ("CASHWRAP__SERVER__ADMIN_LISTEN", "127.0.0.1:0"),
        ];
        if example.base_url().starts_with("https://") {
            // Where the system's certificates are looked for: the gateway's own stands for them.
            variables.push(("SSL_CERT_FILE", &certificate));
        }
        let load = ["catalog", "load", CATALOGUE, "--store", "demo", "--config", &config];
        let mut loading = Spawned::start(&load, &variables);
        assert!(loading.end().await.success(), "{}", loading.said());
        let mut server = Spawned::start(&["serve", "--config", &config, "--dev"], &variables);
        let grpc = |line: &str| -> Option<String> {
            serde_json::from_str::<Value>(line).ok()?.get("grpc")?.as_str().map(str::to_owned)
        };
        let address = server.line(grpc).await;
        let channel = Endpoint::new(format!("http://{address}")).unwrap().connect_lazy();
        let shopper = Shopper::at(channel.clone(), Dice::of(Dice::fresh_seed()));
        Self { server, channel, shopper, _directory: directory }
    }

    async fn session(&mut self) -> Session {
        let cart = self.shopper.fill_cart("CUP-BLUE").await;
        self.shopper.check_out_sent(&cart).await
    }

    /// Places with a card that behaves so, again until something is decided.
    async fn place(&mut self, session: &Session, behaviour: &str) -> Answer {
        let request_id = self.shopper.request_id();
        let place = || self.shopper.place_at(session, request_id, &[("primary", behaviour)]);
        answer(&insist(place).await.unwrap())
    }

    async fn until_order_is(&self, order: &str, state: OrderPaymentState) {
        let mut books = Books::of(self.channel.clone());
        until("its money is there", PATIENCE, async || books.order(order).await.state == state).await;
    }

    async fn look_after(&mut self, payment: &str, what: Aftercare) {
        let request_id = self.shopper.request_id();
        self.shopper.look_after(payment, request_id, what).await.unwrap();
    }

    async fn close(mut self) {
        assert!(self.server.interrupt().await.success(), "{}", self.server.said());
    }
}

#[tokio::test]
async fn a_cart_becomes_an_order_that_is_captured_and_refunded_at_a_gateway_in_python_over_tls() {
    let mut example = ExampleGateway::of("primary", None).over_tls();
    // It is away when the server starts, which serves all the same and uses it as soon as it is there.
    let mut shop = Shop::open(&example, free_port()).await;
    let session = shop.session().await;
    let request_id = shop.shopper.request_id();
    let early = shop.shopper.place_at(&session, request_id, &[("primary", "approve")]).await;
    assert_eq!(early.unwrap_err().code(), tonic::Code::Unavailable);
    example.start().await;

    let Answer::Order(order) = shop.place(&session, "approve").await else { panic!("no order") };
    let total = session.total_minor;
    assert_eq!(example.book(), Book { holds: 1, held_minor: total, ..Book::default() });
    let payments = shop.shopper.payments_of(&order).await;
    let [payment] = payments.as_slice() else { panic!("{payments:?}") };

    shop.look_after(payment, Aftercare::Capture).await;
    shop.until_order_is(&order, OrderPaymentState::Paid).await;
    let taken = Book { holds: 1, captures: 1, captured_minor: total, ..Book::default() };
    assert_eq!(example.book(), taken);
    shop.look_after(payment, Aftercare::Refund).await;
    shop.until_order_is(&order, OrderPaymentState::Refunded).await;
    assert_eq!(example.book(), Book { refunds: 1, refunded_minor: total, ..taken });
    shop.close().await;
}

#[tokio::test]
async fn r3_a_hold_whose_answer_was_lost_is_found_and_becomes_the_order() {
    let mut example = ExampleGateway::of("primary", None);
    example.start().await;
    let mut shop = Shop::open(&example, free_port()).await;
    let session = shop.session().await;
    let Answer::Order(order) = shop.place(&session, "lost").await else { panic!("no order") };
    assert_eq!(example.book(), Book { holds: 1, held_minor: session.total_minor, ..Book::default() });
    let payments = shop.shopper.payments_of(&order).await;
    shop.look_after(&payments[0], Aftercare::Void).await;
    shop.until_order_is(&order, OrderPaymentState::Voided).await;
    assert_eq!(example.book(), Book { holds: 1, ..Book::default() });
    shop.close().await;
}

#[tokio::test]
async fn r15_a_customer_who_allowed_it_and_never_came_back_has_the_order_that_the_notification_led_to() {
    let webhooks = free_port();
    let address = format!("http://127.0.0.1:{webhooks}/webhooks/primary");
    let mut example = ExampleGateway::of("primary", Some(&address));
    example.start().await;
    let mut shop = Shop::open(&example, webhooks).await;
    let session = shop.session().await;
    let Answer::Action { page, .. } = shop.place(&session, "action").await else { panic!("no action") };
    assert_eq!(example.book(), Book::default());
    example.act(&page, true).await;
    let completed = async || shop.shopper.look(&session).await.order.starts_with("stores/demo/orders/");
    until("the notification leads to the order", PATIENCE, completed).await;
    until("it is taken", PATIENCE, async || example.notifications() == (1, 0)).await;
    assert_eq!(example.book(), Book { holds: 1, held_minor: session.total_minor, ..Book::default() });
    shop.close().await;
}
