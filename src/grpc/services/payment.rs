//! PaymentService.

use tonic::{Request, Response, Status};

use super::desk::{Desk, decoded, encoded};
use crate::app::payments::Wanted;
use crate::app::{Error, Reason, Versioned};
use crate::domain::ids::{PaymentId, StoreId};
use crate::domain::payment::Payment;
use crate::grpc::auth::{Caller, caller};
use crate::grpc::convert::{money, payment as convert};
use crate::grpc::names;
use crate::proto::cashwrap::v1::payment_service_server::PaymentService;
use crate::proto::cashwrap::v1::{
    CapturePaymentRequest, CapturePaymentResponse, GetPaymentRequest, GetPaymentResponse,
    ListPaymentsRequest, ListPaymentsResponse, RefundPaymentRequest, RefundPaymentResponse,
    VoidPaymentRequest, VoidPaymentResponse,
};
use crate::proto::google::r#type::Money;

/// PaymentService over the use cases.
#[derive(Clone)]
pub struct Payments(Desk);

impl Payments {
    /// Serves at this desk.
    pub fn new(desk: Desk) -> Self {
        Self(desk)
    }

    fn named(&self, caller: &Caller, name: &str) -> Result<(StoreId, PaymentId), Error> {
        let (store, id) = names::payment("name", name)?;
        not_of_a_customer(caller)?;
        self.0.admit(caller, &store, name)?;
        Ok((store, id))
    }
}

/// An amount; `None` for all.
fn amount(given: Option<&Money>) -> Result<Option<crate::domain::money::Money>, Error> {
    given.map(|given| money::positive("amount", given)).transpose()
}

/// Payments are the store's: no capability opens them to a key that stands for one customer.
fn not_of_a_customer(caller: &Caller) -> Result<(), Error> {
    if caller.customer.is_none() {
        return Ok(());
    }
    let message = "payments are not shown to a key that stands for one customer: use a key of scope service or \
                   backoffice without customer";
    Err(Error::new(Reason::PermissionDenied, message))
}

#[tonic::async_trait]
impl PaymentService for Payments {
    async fn get_payment(
        &self,
        request: Request<GetPaymentRequest>,
    ) -> Result<Response<GetPaymentResponse>, Status> {
        let caller = caller(&request)?;
        let (store, id) = self.named(&caller, &request.get_ref().name)?;
        let held = self.0.house().get_payment(&store, id).await?;
        Ok(Response::new(GetPaymentResponse { payment: Some(convert::payment(&held)) }))
    }

    async fn list_payments(
        &self,
        request: Request<ListPaymentsRequest>,
    ) -> Result<Response<ListPaymentsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let store = names::store("parent", &request.parent)?;
        not_of_a_customer(&caller)?;
        self.0.admit(&caller, &store, &request.parent).map_err(|error| error.named_by("parent"))?;
        let binding = ["ListPayments", &request.parent];
        let page = self.0.page(&binding, request.page_size, &request.page_token)?;
        let found = self.0.house().list_payments(&store, page.size, page.after.clone()).await?;
        Ok(Response::new(ListPaymentsResponse {
            payments: found.rows.iter().map(convert::payment).collect(),
            next_page_token: page.token(found.next.as_deref()),
        }))
    }

    async fn capture_payment(
        &self,
        request: Request<CapturePaymentRequest>,
    ) -> Result<Response<CapturePaymentResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id) = self.named(&caller, &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?;
        let wanted = Wanted::Capture(amount(request.amount.as_ref())?);
        let encode = |held: &Versioned<Payment>| {
            encoded(&CapturePaymentResponse { payment: Some(convert::payment(held)) })
        };
        let body = self.0.house().settle_payment(&mutation, id, wanted, &encode).await?;
        Ok(Response::new(decoded(&body)?))
    }

    async fn void_payment(
        &self,
        request: Request<VoidPaymentRequest>,
    ) -> Result<Response<VoidPaymentResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id) = self.named(&caller, &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?;
        let encode = |held: &Versioned<Payment>| {
            encoded(&VoidPaymentResponse { payment: Some(convert::payment(held)) })
        };
        let body = self.0.house().settle_payment(&mutation, id, Wanted::Void, &encode).await?;
        Ok(Response::new(decoded(&body)?))
    }

    async fn refund_payment(
        &self,
        request: Request<RefundPaymentRequest>,
    ) -> Result<Response<RefundPaymentResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (store, id) = self.named(&caller, &request.name)?;
        let mutation = self.0.mutation(&caller, &store, &request)?;
        let wanted = Wanted::Refund(amount(request.amount.as_ref())?);
        let encode = |held: &Versioned<Payment>| {
            encoded(&RefundPaymentResponse { payment: Some(convert::payment(held)) })
        };
        let body = self.0.house().settle_payment(&mutation, id, wanted, &encode).await?;
        Ok(Response::new(decoded(&body)?))
    }
}
