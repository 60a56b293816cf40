//! Orders and payments as the API shows them to the back office.

use std::collections::BTreeMap;

use api::order_service_client::OrderServiceClient;
use api::payment_service_client::PaymentServiceClient;
use cashwrap::proto::cashwrap::v1 as api;
use cashwrap::proto::google::r#type::Money;
use tonic::transport::Channel;

const STORE: &str = "stores/demo";

/// An order.
#[derive(Debug, Clone)]
pub struct OrderSeen {
    pub name: String,
    /// `stores/demo/checkouts/…`.
    pub checkout: String,
    pub total_minor: i64,
    pub captured_minor: i64,
    pub refunded_minor: i64,
    pub paid: bool,
    /// Where its money stands.
    pub state: api::OrderPaymentState,
    /// Each SKU with how many units of it.
    pub goods: Vec<(String, i64)>,
    /// The coupon codes that took something off.
    pub codes: Vec<String>,
    /// The ids of its payments, by which the ledgers know them.
    pub payments: Vec<String>,
}

/// The back office of one server.
pub struct Books {
    orders: OrderServiceClient<Channel>,
    payments: PaymentServiceClient<Channel>,
}

impl Books {
    /// The books of this server.
    pub fn of(channel: Channel) -> Self {
        Self {
            orders: OrderServiceClient::new(channel.clone()),
            payments: PaymentServiceClient::new(channel),
        }
    }

    /// One order.
    pub async fn order(&mut self, name: &str) -> OrderSeen {
        let request = api::GetOrderRequest { name: name.to_owned() };
        seen(self.orders.get_order(request).await.unwrap().into_inner().order.unwrap())
    }

    /// Every order, through all pages.
    pub async fn orders(&mut self) -> Vec<OrderSeen> {
        let mut request =
            api::ListOrdersRequest { parent: STORE.to_owned(), page_size: 200, ..Default::default() };
        let mut all = Vec::new();
        loop {
            let page = self.orders.list_orders(request.clone()).await.unwrap().into_inner();
            all.extend(page.orders.into_iter().map(seen));
            if page.next_page_token.is_empty() {
                return all;
            }
            request.page_token = page.next_page_token;
        }
    }

    /// The checkout of every payment, by the payment's id; and those that a person must look at.
    pub async fn payments(&mut self) -> (BTreeMap<String, String>, Vec<String>) {
        let mut request =
            api::ListPaymentsRequest { parent: STORE.to_owned(), page_size: 200, ..Default::default() };
        let (mut checkouts, mut in_review) = (BTreeMap::new(), Vec::new());
        loop {
            let page = self.payments.list_payments(request.clone()).await.unwrap().into_inner();
            for payment in page.payments {
                if payment.needs_review {
                    in_review.push(payment.name.clone());
                }
                checkouts.insert(last(&payment.name), payment.checkout);
            }
            if page.next_page_token.is_empty() {
                return (checkouts, in_review);
            }
            request.page_token = page.next_page_token;
        }
    }
}

fn seen(order: api::Order) -> OrderSeen {
    let state = order.payment_state();
    let quote = order.quote.unwrap_or_default();
    OrderSeen {
        checkout: order.checkout,
        total_minor: minor(quote.total.as_ref()),
        captured_minor: minor(order.captured_amount.as_ref()),
        refunded_minor: minor(order.refunded_amount.as_ref()),
        paid: state == api::OrderPaymentState::Paid,
        state,
        goods: quote.lines.iter().map(|line| (line.sku.clone(), i64::from(line.quantity))).collect(),
        codes: quote.discounts.into_iter().map(|discount| discount.code).collect(),
        payments: order.payments.iter().map(|name| last(name)).collect(),
        name: order.name,
    }
}

fn last(name: &str) -> String {
    name.rsplit('/').next().unwrap_or_default().to_owned()
}

fn minor(money: Option<&Money>) -> i64 {
    money.map_or(0, |money| money.units * 100 + i64::from(money.nanos) / 10_000_000)
}
