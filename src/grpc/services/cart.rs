//! CartService.

use tonic::{Request, Response, Status};

use super::desk::{Desk, decoded, encoded};
use crate::app::Error;
use crate::app::carts::{CartView, NewCart};
use crate::domain::ids::CartId;
use crate::grpc::auth::caller;
use crate::grpc::convert::{cart as convert, context, fields};
use crate::grpc::names;
use crate::proto::cashwrap::v1::cart_service_server::CartService;
use crate::proto::cashwrap::v1::{
    ApplyCodeRequest, ApplyCodeResponse, CreateCartRequest, CreateCartResponse, DeleteCartRequest,
    DeleteCartResponse, GetCartRequest, GetCartResponse, RemoveCodeRequest, RemoveCodeResponse,
    UpdateCartRequest, UpdateCartResponse,
};

/// CartService over the use cases.
#[derive(Clone)]
pub struct Carts(Desk);

impl Carts {
    /// Serves at this desk.
    pub fn new(desk: Desk) -> Self {
        Self(desk)
    }
}

#[tonic::async_trait]
impl CartService for Carts {
    async fn create_cart(
        &self,
        request: Request<CreateCartRequest>,
    ) -> Result<Response<CreateCartResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let store = names::store("parent", &request.parent)?;
        let settings = self.0.enter(&caller, &store).map_err(|error| error.named_by("parent"))?;
        let mutation = self.0.mutation(&caller, &store, &request)?;
        let house = self.0.house();
        let ids = house.engine.ids.as_ref();
        let new = NewCart {
            id: CartId(ids.fresh()),
            currency: fields::currency("currency_code", &request.currency_code)?,
            region: fields::region("region_code", &request.region_code)?,
            language: fields::language("language_code", &request.language_code)?,
            customer: context::customer_id("customer", &request.customer, caller.vouches())?,
            actions: convert::actions(&request.actions, ids)?,
        };
        let now = self.0.now();
        let encode = |held: &CartView| {
            encoded(&CreateCartResponse {
                cart: Some(convert::cart(held, settings, now)),
                capability_token: String::new(),
            })
        };
        let body = house.create_cart(&mutation, &new, &encode).await?;
        let mut response: CreateCartResponse = decoded(&body)?;
        // A repeat shows the first one's cart, and so that one's token.
        response.capability_token =
            response.cart.as_ref().map(|cart| self.0.token(&cart.name)).unwrap_or_default();
        Ok(Response::new(response))
    }

    async fn get_cart(&self, request: Request<GetCartRequest>) -> Result<Response<GetCartResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id) = names::cart("name", &request.name)?;
        let (settings, reach) = self.0.admit_owner(&caller, &store, &request.name)?;
        let held = self.0.house().get_cart(&store, id, &reach).await?;
        let cart = convert::cart(&held, settings, self.0.now());
        Ok(Response::new(GetCartResponse { cart: Some(cart) }))
    }

    async fn update_cart(
        &self,
        request: Request<UpdateCartRequest>,
    ) -> Result<Response<UpdateCartResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id) = names::cart("name", &request.name)?;
        let (settings, reach) = self.0.admit_owner(&caller, &store, &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?.within(reach);
        if request.actions.is_empty() {
            return Err(Error::field("actions", "are missing: send at least one").into());
        }
        let house = self.0.house();
        let actions = convert::actions(&request.actions, house.engine.ids.as_ref())?;
        let now = self.0.now();
        let encode =
            |held: &CartView| encoded(&UpdateCartResponse { cart: Some(convert::cart(held, settings, now)) });
        let body = house.update_cart(&mutation, id, &actions, &encode).await?;
        Ok(Response::new(decoded(&body)?))
    }

    async fn apply_code(
        &self,
        request: Request<ApplyCodeRequest>,
    ) -> Result<Response<ApplyCodeResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id) = names::cart("name", &request.name)?;
        let (settings, reach) = self.0.admit_owner(&caller, &store, &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?.within(reach);
        let code = fields::code("code", &request.code)?;
        let now = self.0.now();
        let encode =
            |held: &CartView| encoded(&ApplyCodeResponse { cart: Some(convert::cart(held, settings, now)) });
        let body = self.0.house().apply_code(&mutation, id, &code, &encode).await?;
        Ok(Response::new(decoded(&body)?))
    }

    async fn remove_code(
        &self,
        request: Request<RemoveCodeRequest>,
    ) -> Result<Response<RemoveCodeResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id) = names::cart("name", &request.name)?;
        let (settings, reach) = self.0.admit_owner(&caller, &store, &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?.within(reach);
        let code = fields::code("code", &request.code)?;
        let now = self.0.now();
        let encode =
            |held: &CartView| encoded(&RemoveCodeResponse { cart: Some(convert::cart(held, settings, now)) });
        let body = self.0.house().remove_code(&mutation, id, &code, &encode).await?;
        Ok(Response::new(decoded(&body)?))
    }

    async fn delete_cart(
        &self,
        request: Request<DeleteCartRequest>,
    ) -> Result<Response<DeleteCartResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id) = names::cart("name", &request.name)?;
        let (_, reach) = self.0.admit_owner(&caller, &store, &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?.within(reach);
        let encode = |_: &CartView| encoded(&DeleteCartResponse {});
        let body = self.0.house().delete_cart(&mutation, id, &encode).await?;
        Ok(Response::new(decoded(&body)?))
    }
}
