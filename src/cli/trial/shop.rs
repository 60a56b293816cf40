//! A shopper's calls, as a storefront makes them: over gRPC, each change with a request id of its own.

use tonic::transport::Channel;
use tonic::{Response, Status};

use super::STORE;
use super::audit::Sold;
use super::error::TrialError;
use crate::partners::system::UuidV7;
use crate::ports::Ids as _;
use crate::proto::cashwrap::v1::cart_action::Action;
use crate::proto::cashwrap::v1::cart_service_client::CartServiceClient;
use crate::proto::cashwrap::v1::checkout_service_client::CheckoutServiceClient;
use crate::proto::cashwrap::v1::order_service_client::OrderServiceClient;
use crate::proto::cashwrap::v1::payment_service_client::PaymentServiceClient;
use crate::proto::cashwrap::v1::tender::Instrument;
use crate::proto::cashwrap::v1::{
    AddLine, ApplyCodeRequest, CapturePaymentRequest, CardInstrument, CardTender, Cart, CartAction, Checkout,
    CheckoutDetails, ConfirmPaymentActionRequest, ConfirmPaymentActionResponse, CreateCartRequest,
    CreateCheckoutRequest, DeliveryOption, GetCheckoutRequest, GetOrderRequest, ListDeliveryOptionsRequest,
    ListOrdersRequest, ListPickupLocationsRequest, Order, OrderPaymentState, PickupLocation,
    PlaceOrderRequest, PlaceOrderResponse, Tender, UpdateCheckoutRequest,
};
use crate::proto::google::r#type::Money;

/// The demo places far fewer orders than a page holds.
const PAGE: i32 = 200;

/// The shop's services.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Shop {
    carts: CartServiceClient<Channel>,
    checkouts: CheckoutServiceClient<Channel>,
    orders: OrderServiceClient<Channel>,
    payments: PaymentServiceClient<Channel>,
}

/// A fresh request id.
pub(in crate::cli) fn fresh() -> String {
    UuidV7.fresh().to_string()
}

fn answer<T>(call: &'static str, answered: Result<Response<T>, Status>) -> Result<T, TrialError> {
    answered
        .map(Response::into_inner)
        .map_err(|status| TrialError::Refused { call, status: Box::new(status) })
}

fn part<T>(call: &'static str, part: Option<T>) -> Result<T, TrialError> {
    part.ok_or_else(|| TrialError::unexpected(format!("{call} answered nothing")))
}

impl Shop {
    /// The shop behind this door.
    pub(in crate::cli) fn at(door: Channel) -> Self {
        Self {
            carts: CartServiceClient::new(door.clone()),
            checkouts: CheckoutServiceClient::new(door.clone()),
            orders: OrderServiceClient::new(door.clone()),
            payments: PaymentServiceClient::new(door),
        }
    }

    /// A cart with these goods.
    pub(in crate::cli) async fn cart(&self, goods: &[(&str, i32)]) -> Result<Cart, TrialError> {
        let add = |(sku, quantity): &(&str, i32)| CartAction {
            action: Some(Action::Add(AddLine { sku: (*sku).to_owned(), quantity: *quantity })),
        };
        let request = CreateCartRequest {
            parent: STORE.to_owned(),
            request_id: fresh(),
            currency_code: "EUR".to_owned(),
            region_code: "DE".to_owned(),
            actions: goods.iter().map(add).collect(),
            ..CreateCartRequest::default()
        };
        let answered = self.carts.clone().create_cart(request).await;
        part("CreateCart", answer("CreateCart", answered)?.cart)
    }

    /// Adds a coupon code.
    pub(in crate::cli) async fn apply_code(&self, cart: &Cart, code: &str) -> Result<Cart, TrialError> {
        let request = ApplyCodeRequest {
            name: cart.name.clone(),
            request_id: fresh(),
            code: code.to_owned(),
            ..ApplyCodeRequest::default()
        };
        part("ApplyCode", answer("ApplyCode", self.carts.clone().apply_code(request).await)?.cart)
    }

    /// A checkout of a cart.
    pub(in crate::cli) async fn checkout(
        &self,
        cart: &Cart,
        details: CheckoutDetails,
    ) -> Result<Checkout, TrialError> {
        let request = CreateCheckoutRequest {
            parent: STORE.to_owned(),
            request_id: fresh(),
            cart: cart.name.clone(),
            details: Some(details),
            ..CreateCheckoutRequest::default()
        };
        let answered = self.checkouts.clone().create_checkout(request).await;
        part("CreateCheckout", answer("CreateCheckout", answered)?.checkout)
    }

    /// Reads a checkout again.
    pub(in crate::cli) async fn read(&self, checkout: &Checkout) -> Result<Checkout, TrialError> {
        let request = GetCheckoutRequest { name: checkout.name.clone() };
        part(
            "GetCheckout",
            answer("GetCheckout", self.checkouts.clone().get_checkout(request).await)?.checkout,
        )
    }

    /// Replaces the parts that are set.
    pub(in crate::cli) async fn update(
        &self,
        checkout: &Checkout,
        details: CheckoutDetails,
    ) -> Result<Checkout, TrialError> {
        let request = UpdateCheckoutRequest {
            name: checkout.name.clone(),
            request_id: fresh(),
            details: Some(details),
            ..UpdateCheckoutRequest::default()
        };
        let answered = self.checkouts.clone().update_checkout(request).await;
        part("UpdateCheckout", answer("UpdateCheckout", answered)?.checkout)
    }

    /// The ways to have the goods brought, cheapest first.
    pub(in crate::cli) async fn delivery_options(
        &self,
        checkout: &Checkout,
    ) -> Result<Vec<DeliveryOption>, TrialError> {
        let request = ListDeliveryOptionsRequest {
            parent: checkout.name.clone(),
            ..ListDeliveryOptionsRequest::default()
        };
        let answered = self.checkouts.clone().list_delivery_options(request).await;
        Ok(answer("ListDeliveryOptions", answered)?.delivery_options)
    }

    /// The places where the goods can be collected.
    pub(in crate::cli) async fn pickup_locations(
        &self,
        checkout: &Checkout,
    ) -> Result<Vec<PickupLocation>, TrialError> {
        let request = ListPickupLocationsRequest {
            parent: checkout.name.clone(),
            ..ListPickupLocationsRequest::default()
        };
        let answered = self.checkouts.clone().list_pickup_locations(request).await;
        Ok(answer("ListPickupLocations", answered)?.pickup_locations)
    }

    /// Turns a checkout into an order, paid by a card with these tokens.
    pub(in crate::cli) async fn place(
        &self,
        checkout: &Checkout,
        request_id: &str,
        tokens: &[(&str, &str)],
    ) -> Result<PlaceOrderResponse, TrialError> {
        let instruments = tokens.iter().map(|(account, token)| CardInstrument {
            partner_account: (*account).to_owned(),
            token: (*token).to_owned(),
        });
        let card = CardTender { instruments: instruments.collect(), descriptor: None };
        let request = PlaceOrderRequest {
            name: checkout.name.clone(),
            request_id: request_id.to_owned(),
            quote_digest: checkout.quote.as_ref().map(|quote| quote.quote_digest.clone()).unwrap_or_default(),
            tenders: vec![Tender { instrument: Some(Instrument::Card(card)), ..Tender::default() }],
        };
        answer("PlaceOrder", self.checkouts.clone().place_order(request).await)
    }

    /// Says that the buyer did what a payment asked for.
    pub(in crate::cli) async fn confirm(
        &self,
        checkout: &Checkout,
        request_id: &str,
        action_id: &str,
    ) -> Result<ConfirmPaymentActionResponse, TrialError> {
        let request = ConfirmPaymentActionRequest {
            name: checkout.name.clone(),
            request_id: request_id.to_owned(),
            action_id: action_id.to_owned(),
            ..Default::default()
        };
        answer("ConfirmPaymentAction", self.checkouts.clone().confirm_payment_action(request).await)
    }

    /// Takes what an order's payments hold, as a warehouse does when the goods leave it.
    pub(in crate::cli) async fn capture(&self, order: &Order) -> Result<(), TrialError> {
        for payment in &order.payments {
            let request = CapturePaymentRequest {
                name: payment.clone(),
                request_id: fresh(),
                ..CapturePaymentRequest::default()
            };
            answer("CapturePayment", self.payments.clone().capture_payment(request).await)?;
        }
        Ok(())
    }

    /// Reads an order again.
    pub(in crate::cli) async fn read_order(&self, order: &Order) -> Result<Order, TrialError> {
        let request = GetOrderRequest { name: order.name.clone() };
        part("GetOrder", answer("GetOrder", self.orders.clone().get_order(request).await)?.order)
    }

    /// Every order, as the audit needs it.
    pub(in crate::cli) async fn orders(&self) -> Result<Vec<Sold>, TrialError> {
        let mut sold = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListOrdersRequest {
                parent: STORE.to_owned(),
                page_size: PAGE,
                page_token: page_token.clone(),
                ..ListOrdersRequest::default()
            };
            let page = answer("ListOrders", self.orders.clone().list_orders(request).await)?;
            sold.extend(page.orders.iter().map(sold_by));
            if page.next_page_token.is_empty() {
                return Ok(sold);
            }
            page_token = page.next_page_token;
        }
    }
}

fn sold_by(order: &Order) -> Sold {
    let minor = |money: Option<&Money>| money.map(minor).unwrap_or_default();
    let taken = minor(order.captured_amount.as_ref()).saturating_sub(minor(order.refunded_amount.as_ref()));
    Sold {
        name: order.name.clone(),
        total: total_of(order),
        taken,
        paid: order.payment_state() == OrderPaymentState::Paid,
        payments: payments_of(order),
    }
}

/// What an order costs, in cents.
pub(in crate::cli) fn total_of(order: &Order) -> i64 {
    order.quote.as_ref().and_then(|quote| quote.total.as_ref()).map(minor).unwrap_or_default()
}

/// The ids of an order's payments, which gateways know as references.
pub(in crate::cli) fn payments_of(order: &Order) -> Vec<String> {
    order.payments.iter().filter_map(|name| Some(name.rsplit_once('/')?.1.to_owned())).collect()
}

/// An amount in cents: the demo sells in euros.
fn minor(money: &Money) -> i64 {
    const NANOS_OF_A_CENT: i32 = 10_000_000;
    money.units.saturating_mul(100).saturating_add(i64::from(money.nanos / NANOS_OF_A_CENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_counted_in_cents() {
        let money = |units, nanos| minor(&Money { currency_code: "EUR".to_owned(), units, nanos });
        assert_eq!([money(21, 900_000_000), money(0, 10_000_000), money(7, 0)], [2_190, 1, 700]);
    }
}
