//! What the back office does with an order's money once the order is made.

use cashwrap::proto::cashwrap::v1 as api;
use serde::{Deserialize, Serialize};
use tonic::Status;
use uuid::Uuid;

use super::asking::{insist, told};
use super::walk::Shopper;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Aftercare {
    /// The goods left: the money is taken.
    Capture,
    /// They will not: the hold is released.
    Void,
    /// They came back: the money is given back.
    Refund,
}

impl Shopper {
    /// The payments of an order.
    pub async fn payments_of(&self, order: &str) -> Vec<String> {
        let ask = || {
            let (mut door, name) = (self.door(), order.to_owned());
            async move { door.orders.get_order(api::GetOrderRequest { name }).await }
        };
        insist(ask).await.unwrap().into_inner().order.unwrap().payments
    }

    /// Asks for it under one request id until it is taken down, or refused for a reason that stays.
    pub async fn look_after(&self, payment: &str, request_id: Uuid, what: Aftercare) -> Result<(), Status> {
        insist(|| {
            let asked = self.look_after_once(payment, request_id, what);
            async move {
                let answered = asked.await;
                match answered {
                    // The operation before is being found out: nothing was decided about this one.
                    Err(status) if told(&status).reason == "PAYMENT_OPERATION_UNRESOLVED" => {
                        Err(Status::unavailable("the operation before is not known yet"))
                    }
                    decided => decided,
                }
            }
        })
        .await
    }

    fn look_after_once(
        &self,
        payment: &str,
        request_id: Uuid,
        what: Aftercare,
    ) -> impl Future<Output = Result<(), Status>> + Send + use<> {
        let (mut door, name, request_id) = (self.door(), payment.to_owned(), request_id.to_string());
        async move {
            match what {
                Aftercare::Capture => {
                    let request = api::CapturePaymentRequest { name, request_id, ..Default::default() };
                    door.payments.capture_payment(request).await.map(drop)
                }
                Aftercare::Void => {
                    let request = api::VoidPaymentRequest { name, request_id, ..Default::default() };
                    door.payments.void_payment(request).await.map(drop)
                }
                Aftercare::Refund => {
                    let request = api::RefundPaymentRequest { name, request_id, ..Default::default() };
                    door.payments.refund_payment(request).await.map(drop)
                }
            }
        }
    }
}
