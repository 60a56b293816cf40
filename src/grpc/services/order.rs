//! OrderService.

use tonic::{Request, Response, Status};

use super::desk::Desk;
use crate::grpc::auth::caller;
use crate::grpc::convert::{context, order as convert};
use crate::grpc::names;
use crate::proto::cashwrap::v1::order_service_server::OrderService;
use crate::proto::cashwrap::v1::{GetOrderRequest, GetOrderResponse, ListOrdersRequest, ListOrdersResponse};

/// OrderService over the use cases.
#[derive(Clone)]
pub struct Orders(Desk);

impl Orders {
    /// Serves at this desk.
    pub fn new(desk: Desk) -> Self {
        Self(desk)
    }
}

#[tonic::async_trait]
impl OrderService for Orders {
    async fn get_order(
        &self,
        request: Request<GetOrderRequest>,
    ) -> Result<Response<GetOrderResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id) = names::order("name", &request.name)?;
        let (_, reach) = self.0.admit_owner(&caller, &store, &request.name)?;
        let held = self.0.house().get_order(&store, id).await?;
        reach.check("order", held.row.context.customer.id.as_deref())?;
        Ok(Response::new(GetOrderResponse { order: Some(convert::order(&held)) }))
    }

    async fn list_orders(
        &self,
        request: Request<ListOrdersRequest>,
    ) -> Result<Response<ListOrdersResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let store = names::store("parent", &request.parent)?;
        self.0.enter(&caller, &store).map_err(|error| error.named_by("parent"))?;
        if caller.customer.is_none() {
            self.0.admit(&caller, &store, &request.parent).map_err(|error| error.named_by("parent"))?;
        }
        let customer = context::customer_id("customer", &request.customer, caller.vouches())?;
        let binding = ["ListOrders", &request.parent, &request.customer];
        let page = self.0.page(&binding, request.page_size, &request.page_token)?;
        let found = self.0.house().list_orders(&store, customer, page.size, page.after.clone()).await?;
        Ok(Response::new(ListOrdersResponse {
            orders: found.rows.iter().map(convert::order).collect(),
            next_page_token: page.token(found.next.as_deref()),
        }))
    }
}
