//! OperationsService.

use tonic::{Request, Response, Status};

use super::desk::{Desk, decoded, encoded};
use crate::app::operations::PartnerView;
use crate::domain::ids::StoreId;
use crate::grpc::auth::caller;
use crate::grpc::convert::{explanation, partner as convert};
use crate::grpc::names;
use crate::proto::cashwrap::v1::operations_service_server::OperationsService;
use crate::proto::cashwrap::v1::{
    ExplainPaymentRequest, ExplainPaymentResponse, ListPartnersRequest, ListPartnersResponse,
    ListUnresolvedPaymentsRequest, ListUnresolvedPaymentsResponse, Partner, SetPartnerModeRequest,
    SetPartnerModeResponse,
};

/// OperationsService over the use cases.
#[derive(Clone)]
pub struct Operations(Desk);

impl Operations {
    /// Serves at this desk.
    pub fn new(desk: Desk) -> Self {
        Self(desk)
    }

    fn shown(&self, store: &StoreId, view: &PartnerView) -> Partner {
        let partners = self.0.partners();
        let breakers = partners.breakers(&view.account);
        convert::partner(store, view, partners.adapter(&view.account), &breakers, self.0.now())
    }
}

#[tonic::async_trait]
impl OperationsService for Operations {
    async fn list_partners(
        &self,
        request: Request<ListPartnersRequest>,
    ) -> Result<Response<ListPartnersResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let store = names::store("parent", &request.parent)?;
        self.0.admit(&caller, &store, &request.parent).map_err(|error| error.named_by("parent"))?;
        let binding = ["ListPartners", &request.parent];
        let page = self.0.page(&binding, request.page_size, &request.page_token)?;
        let views = self.0.house().list_partners(&store)?;
        let (partners, next_page_token) =
            page.of(views.iter().map(|view| self.shown(&store, view)).collect());
        Ok(Response::new(ListPartnersResponse { partners, next_page_token }))
    }

    async fn set_partner_mode(
        &self,
        request: Request<SetPartnerModeRequest>,
    ) -> Result<Response<SetPartnerModeResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, account) = names::partner("name", &request.name)?;
        self.0.admit(&caller, &store, &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?;
        let mode = convert::mode(request.mode)?;
        let encode =
            |view: &PartnerView| encoded(&SetPartnerModeResponse { partner: Some(self.shown(&store, view)) });
        let body = self.0.house().set_partner_mode(&mutation, &account, mode, &encode).await?;
        Ok(Response::new(decoded(&body)?))
    }

    async fn list_unresolved_payments(
        &self,
        request: Request<ListUnresolvedPaymentsRequest>,
    ) -> Result<Response<ListUnresolvedPaymentsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let store = names::store("parent", &request.parent)?;
        self.0.admit(&caller, &store, &request.parent).map_err(|error| error.named_by("parent"))?;
        let binding = ["ListUnresolvedPayments", &request.parent];
        let page = self.0.page(&binding, request.page_size, &request.page_token)?;
        let found = self.0.house().list_unresolved(&store, page.size, page.after.clone()).await?;
        Ok(Response::new(ListUnresolvedPaymentsResponse {
            unresolved_payments: found.rows.iter().map(explanation::unresolved).collect(),
            next_page_token: page.token(found.next.as_deref()),
        }))
    }

    async fn explain_payment(
        &self,
        request: Request<ExplainPaymentRequest>,
    ) -> Result<Response<ExplainPaymentResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id) = names::payment("name", &request.name)?;
        self.0.admit(&caller, &store, &request.name)?;
        let (held, placement, books) = self.0.house().explain_payment(&store, id).await?;
        let now = self.0.now();
        Ok(Response::new(explanation::explanation(&held, placement.as_ref(), &books, now)))
    }
}
