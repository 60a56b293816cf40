//! CheckoutService.

use std::pin::Pin;

use futures::Stream;
use tonic::{Request, Response, Status};

use super::desk::{Desk, decoded, encoded};
use super::watch;
use crate::app::checkouts::{CheckoutView, NewCheckout};
use crate::app::placing::offered_gateways;
use crate::app::{Error, Reach};
use crate::domain::ids::{CheckoutId, PaymentId, StoreId};
use crate::grpc::auth::{Caller, caller};
use crate::grpc::convert::{
    address, checkout as convert, context, delivery, details, quote, returned, tender,
};
use crate::grpc::names;
use crate::proto::cashwrap::v1::checkout_service_server::CheckoutService;
use crate::proto::cashwrap::v1::confirm_payment_action_response::Result as Confirmed;
use crate::proto::cashwrap::v1::place_order_response::Result as Placed;
use crate::proto::cashwrap::v1::{
    CancelCheckoutRequest, CancelCheckoutResponse, ConfirmPaymentActionRequest, ConfirmPaymentActionResponse,
    CreateCheckoutRequest, CreateCheckoutResponse, GetCheckoutRequest, GetCheckoutResponse,
    ListDeliveryOptionsRequest, ListDeliveryOptionsResponse, ListPaymentMethodsRequest,
    ListPaymentMethodsResponse, ListPickupLocationsRequest, ListPickupLocationsResponse, PartnerAccount,
    PaymentMethod, PlaceOrderRequest, PlaceOrderResponse, TenderKind, UpdateCheckoutRequest,
    UpdateCheckoutResponse, WatchCheckoutRequest, WatchCheckoutResponse,
};

/// CheckoutService over the use cases.
#[derive(Clone)]
pub struct Checkouts(Desk);

impl Checkouts {
    /// Serves at this desk.
    pub fn new(desk: Desk) -> Self {
        Self(desk)
    }

    /// The checkout that is named, once the caller may touch it.
    fn named(&self, caller: &Caller, field: &str, name: &str) -> Result<(StoreId, CheckoutId, Reach), Error> {
        let (store, id) = names::checkout(field, name)?;
        let (_, reach) = self.0.admit_owner(caller, &store, name).map_err(|error| error.named_by(field))?;
        Ok((store, id, reach))
    }

    async fn read(&self, caller: &Caller, field: &str, name: &str) -> Result<CheckoutView, Error> {
        let (store, id, reach) = self.named(caller, field, name)?;
        self.0.house().get_checkout(&store, id, &reach).await.map_err(|error| error.named_by(field))
    }
}

#[tonic::async_trait]
impl CheckoutService for Checkouts {
    type WatchCheckoutStream = Pin<Box<dyn Stream<Item = Result<WatchCheckoutResponse, Status>> + Send>>;

    async fn create_checkout(
        &self,
        request: Request<CreateCheckoutRequest>,
    ) -> Result<Response<CreateCheckoutResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let store = names::store("parent", &request.parent)?;
        self.0.enter(&caller, &store).map_err(|error| error.named_by("parent"))?;
        let (cart_store, cart) = names::cart("cart", &request.cart)?;
        if cart_store != store {
            return Err(Error::field("cart", "is of another store than parent: name one of the same").into());
        }
        let (_, reach) =
            self.0.admit_owner(&caller, &store, &request.cart).map_err(|error| error.named_by("cart"))?;
        let mutation = self.0.mutation(&caller, &store, &request)?.within(reach);
        let given = request.details.unwrap_or_default();
        let new = NewCheckout {
            id: CheckoutId(self.0.house().engine.ids.fresh()),
            cart,
            context: context::context(request.context.as_ref(), caller.vouches())?,
            edit: details::edit(&given, &details::parts(None, &given)?)?,
        };
        let now = self.0.now();
        let encode = |view: &CheckoutView| {
            encoded(&CreateCheckoutResponse {
                checkout: Some(convert::checkout(view, now)),
                capability_token: String::new(),
            })
        };
        let body = self.0.house().create_checkout(&mutation, &new, &encode).await;
        let body = body.map_err(|error| error.named_by("cart"))?;
        let mut response: CreateCheckoutResponse = decoded(&body)?;
        response.capability_token =
            response.checkout.as_ref().map(|checkout| self.0.token(&checkout.name)).unwrap_or_default();
        Ok(Response::new(response))
    }

    async fn get_checkout(
        &self,
        request: Request<GetCheckoutRequest>,
    ) -> Result<Response<GetCheckoutResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let view = self.read(&caller, "name", &request.name).await?;
        let checkout = convert::checkout(&view, self.0.now());
        Ok(Response::new(GetCheckoutResponse { checkout: Some(checkout) }))
    }

    async fn watch_checkout(
        &self,
        request: Request<WatchCheckoutRequest>,
    ) -> Result<Response<Self::WatchCheckoutStream>, Status> {
        let caller = caller(&request)?;
        // What is not there is refused by the call, not by the stream. Whose it is never changes.
        let checkout = self.read(&caller, "name", &request.get_ref().name).await?.checkout;
        Ok(Response::new(Box::pin(watch::watch(self.0.clone(), checkout.store, checkout.id))))
    }

    async fn update_checkout(
        &self,
        request: Request<UpdateCheckoutRequest>,
    ) -> Result<Response<UpdateCheckoutResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id, reach) = self.named(&caller, "name", &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?.within(reach);
        let given = request.details.as_ref().ok_or_else(|| {
            Error::field("details", "are missing: give the new parts; an empty message with a mask clears")
        })?;
        let parts = details::parts(request.update_mask.as_ref(), given)?;
        let edit = details::edit(given, &parts)?;
        let now = self.0.now();
        let encode = |view: &CheckoutView| {
            encoded(&UpdateCheckoutResponse { checkout: Some(convert::checkout(view, now)) })
        };
        let body = self.0.house().update_checkout(&mutation, id, &edit, &encode).await?;
        Ok(Response::new(decoded(&body)?))
    }

    async fn list_delivery_options(
        &self,
        request: Request<ListDeliveryOptionsRequest>,
    ) -> Result<Response<ListDeliveryOptionsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let view = self.read(&caller, "parent", &request.parent).await?;
        let group = request.delivery_group_id.as_str();
        let binding = ["ListDeliveryOptions", &request.parent, group];
        let page = self.0.page(&binding, request.page_size, &request.page_token)?;
        let offers = self.0.house().delivery_options(&view.checkout, view.flow()?).await?;
        let now = self.0.now();
        let wanted = offers.options.iter().filter(|offered| group.is_empty() || offered.group == group);
        let (delivery_options, next_page_token) =
            page.of(wanted.map(|offered| delivery::offered(offered, now)).collect());
        let missing_carriers = offers.missing.iter().map(ToString::to_string).collect();
        Ok(Response::new(ListDeliveryOptionsResponse {
            delivery_options,
            next_page_token,
            missing_carriers,
            degraded: offers.degraded.iter().map(quote::degradation).collect(),
            problems: offers.problem.iter().map(convert::problem).collect(),
        }))
    }

    async fn list_pickup_locations(
        &self,
        request: Request<ListPickupLocationsRequest>,
    ) -> Result<Response<ListPickupLocationsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let view = self.read(&caller, "parent", &request.parent).await?;
        let near = request.near.as_ref().map(|near| address::coordinates("near", near)).transpose()?;
        let place = near.map(|near| format!("{near:?}")).unwrap_or_default();
        let binding = ["ListPickupLocations", &request.parent, &place];
        let page = self.0.page(&binding, request.page_size, &request.page_token)?;
        let found = self.0.house().pickup_locations(&view.checkout, view.flow()?, near).await?;
        let (pickup_locations, next_page_token) =
            page.of(found.locations.iter().map(delivery::location).collect());
        let problems = found.problem.iter().map(convert::problem).collect();
        Ok(Response::new(ListPickupLocationsResponse { pickup_locations, next_page_token, problems }))
    }

    async fn list_payment_methods(
        &self,
        request: Request<ListPaymentMethodsRequest>,
    ) -> Result<Response<ListPaymentMethodsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let view = self.read(&caller, "parent", &request.parent).await?;
        let binding = ["ListPaymentMethods", &request.parent];
        let page = self.0.page(&binding, request.page_size, &request.page_token)?;
        let account = |account: &crate::domain::ids::AccountId| PartnerAccount {
            partner_account: account.to_string(),
            gateway: self.0.partners().adapter(account).to_owned(),
        };
        let offer = offered_gateways(&view.checkout, view.flow()?);
        let card = PaymentMethod {
            id: "card".to_owned(),
            kind: TenderKind::Card.into(),
            partner_accounts: offer.accounts.iter().map(account).collect(),
            routing_undecided: offer.undecided,
        };
        let (payment_methods, next_page_token) = page.of(vec![card]);
        Ok(Response::new(ListPaymentMethodsResponse { payment_methods, next_page_token }))
    }

    async fn place_order(
        &self,
        request: Request<PlaceOrderRequest>,
    ) -> Result<Response<PlaceOrderResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id, reach) = self.named(&caller, "name", &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?.within(reach);
        let place = tender::placement(id, &request)?;
        let body = self.0.house().place_order(&mutation, &place).await?;
        let mut response: PlaceOrderResponse = decoded(&body)?;
        if let Some(Placed::Order(order)) = &response.result {
            response.capability_token = self.0.token(&order.name);
        }
        Ok(Response::new(response))
    }

    async fn confirm_payment_action(
        &self,
        request: Request<ConfirmPaymentActionRequest>,
    ) -> Result<Response<ConfirmPaymentActionResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id, reach) = self.named(&caller, "name", &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?.within(reach);
        let action: PaymentId = request.action_id.parse().map_err(|_| {
            Error::field("action_id", "is not an action: send the id of the checkout's action")
        })?;
        let brought_back = returned::parameters(&request.return_parameters)?;
        let body = self.0.house().confirm_action(&mutation, id, action, &brought_back).await?;
        let mut response: ConfirmPaymentActionResponse = decoded(&body)?;
        if let Some(Confirmed::Order(order)) = &response.result {
            response.capability_token = self.0.token(&order.name);
        }
        Ok(Response::new(response))
    }

    async fn cancel_checkout(
        &self,
        request: Request<CancelCheckoutRequest>,
    ) -> Result<Response<CancelCheckoutResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id, reach) = self.named(&caller, "name", &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?.within(reach);
        let now = self.0.now();
        let encode = |view: &CheckoutView| {
            encoded(&CancelCheckoutResponse { checkout: Some(convert::checkout(view, now)) })
        };
        let body = self.0.house().cancel_checkout(&mutation, id, &encode).await?;
        Ok(Response::new(decoded(&body)?))
    }
}
