//! A customer pays by PayPal over real gRPC: sent there, approving there, and an order only when they have.

use std::time::Duration;

use cashwrap::proto::cashwrap::v1 as api;
use cashwrap::proto::cashwrap::v1::checkout_service_client::CheckoutServiceClient;
use cashwrap::wiring::Running;
use tempfile::TempDir;
use tonic::transport::Channel;

use crate::server::process::{EXAMPLE, settings_of};
use crate::server::purchase::{begins, channel, fresh, of, place, serve};
use crate::support::patience::until;
use crate::support::vendors::paypal::{CLIENT_ID, CLIENT_SECRET, PayPal, Sums};

/// The example's settings with a primary account at this PayPal.
fn settings_at(paypal: &PayPal) -> String {
    let account = format!(
        "[partners.gateways.primary]\nkind = \"paypal\"\nbase_url = \"{}\"\nclient_id = \"{CLIENT_ID}\"\nclient_secret = \"{CLIENT_SECRET}\"\n\n",
        paypal.base_url()
    );
    let (before, rest) = EXAMPLE.split_once("[partners.gateways.primary]").unwrap();
    let (_, after) = rest.split_once("[partners.gateways.backup]").unwrap();
    format!("{before}{account}[partners.gateways.backup]{after}")
}

/// A shop that is paid at PayPal, and a checkout that waits for its customer there.
struct Scene {
    paypal: PayPal,
    shop: Running,
    channel: Channel,
    checkout: String,
    capability: String,
    action: api::PaymentAction,
    _directory: TempDir,
}

impl Scene {
    async fn set() -> Self {
        let (paypal, directory) = (PayPal::start().await, TempDir::new().unwrap());
        let shop = serve(&settings_of(&settings_at(&paypal), &directory, &[])).await;
        let channel = channel(&shop).await;
        let (checkout, capability) = begins(&channel).await;
        let name = checkout.name.clone();
        let placed = place(&channel, checkout, &capability, &[("primary", "wallet")]).await;
        let Some(api::place_order_response::Result::Action(action)) = placed.result else {
            panic!("no action: {placed:?}")
        };
        Self { paypal, shop, channel, checkout: name, capability, action, _directory: directory }
    }

    fn sums(&self) -> Sums {
        let payment = self.action.payment.rsplit('/').next().unwrap();
        self.paypal.sums(payment)
    }

    async fn decides(&self, decision: &str) {
        let Some(api::payment_action::Kind::Redirect(redirect)) = &self.action.kind else {
            panic!("no redirect")
        };
        let page = reqwest::get(format!("{}&decision={decision}", redirect.uri)).await.unwrap();
        assert!(page.status().is_success());
    }

    async fn returns(&self) -> api::confirm_payment_action_response::Result {
        let request = api::ConfirmPaymentActionRequest {
            name: self.checkout.clone(),
            request_id: fresh(),
            action_id: self.action.id.clone(),
            return_parameters: [("token".to_owned(), "O0000000000000001".to_owned())].into(),
        };
        let mut checkouts = CheckoutServiceClient::new(self.channel.clone());
        let answer = checkouts.confirm_payment_action(of(request, &self.capability)).await.unwrap();
        answer.into_inner().result.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_a_customer_who_approved_at_paypal_has_an_order_and_is_charged_once() {
    let scene = Scene::set().await;
    assert_eq!(scene.sums(), Sums::default(), "nothing is held before the customer has approved");
    scene.decides("approve").await;
    assert_eq!(scene.sums().holds, 0, "nor before the shop asks for it");
    let told = scene.returns().await;
    let api::confirm_payment_action_response::Result::Order(order) = told else { panic!("{told:?}") };
    let total = order.quote.unwrap().total.unwrap();
    let minor = total.units * 100 + i64::from(total.nanos) / 10_000_000;
    // What is digital is captured at once.
    until("it is captured", Duration::from_secs(20), async || scene.sums().captures == 1).await;
    let sums = scene.sums();
    assert_eq!((sums.holds, sums.held_minor, sums.captured_minor), (1, 0, minor));
    assert!(scene.shop.stop().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_a_customer_who_comes_back_without_approving_is_still_waited_for_whatever_their_browser_says() {
    let scene = Scene::set().await;
    scene.decides("cancel").await;
    let told = scene.returns().await;
    let waits = matches!(
        told,
        api::confirm_payment_action_response::Result::Action(_)
            | api::confirm_payment_action_response::Result::Processing(_)
    );
    assert!(waits, "{told:?}");
    assert_eq!(scene.sums(), Sums::default());
    scene.decides("approve").await;
    let told = scene.returns().await;
    assert!(matches!(told, api::confirm_payment_action_response::Result::Order(_)), "{told:?}");
    assert_eq!(scene.sums().holds, 1);
    assert!(scene.shop.stop().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wallet_whose_funds_are_declined_opens_the_checkout_again_and_holds_nothing() {
    let scene = Scene::set().await;
    scene.decides("declined").await;
    let told = scene.returns().await;
    assert!(matches!(told, api::confirm_payment_action_response::Result::Decline(_)), "{told:?}");
    assert_eq!(scene.sums(), Sums::default());
    assert!(scene.shop.stop().await);
}
