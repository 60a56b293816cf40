//! The services of the API over the house.

use std::collections::BTreeMap;
use std::sync::Arc;

use tonic::service::Routes;

use super::gateways::Gateways;
use crate::app::House;
use crate::config::{CarrierKind, GatewayKind, PartnerSettings, TaxKind};
use crate::domain::ids::AccountId;
use crate::engine::replies::Replies;
use crate::grpc::capability::Capabilities;
use crate::grpc::replies::ProtoReplies;
use crate::grpc::server::limits::{MAX_DECODE_BYTES, MAX_ENCODE_BYTES};
use crate::grpc::services::{Carts, Checkouts, Desk, Operations, Orders, Partners, Payments};
use crate::partners::system::SystemClock;
use crate::proto::cashwrap::v1::cart_service_server::CartServiceServer;
use crate::proto::cashwrap::v1::checkout_service_server::CheckoutServiceServer;
use crate::proto::cashwrap::v1::operations_service_server::OperationsServiceServer;
use crate::proto::cashwrap::v1::order_service_server::OrderServiceServer;
use crate::proto::cashwrap::v1::payment_service_server::PaymentServiceServer;

/// Encodes what placements answer.
pub fn replies() -> Arc<dyn Replies> {
    Arc::new(ProtoReplies::new(Arc::new(SystemClock)))
}

/// The services, each with the limits on its messages.
pub fn routes(house: &Arc<House>, settings: &PartnerSettings, gateways: &Gateways) -> Routes {
    let capabilities = Capabilities::new(Arc::clone(&house.engine.vault));
    let partners = Partners { adapters: adapters(settings), operable: gateways.clone() };
    let desk = Desk::new(Arc::clone(house), capabilities, partners);
    macro_rules! limited {
        ($server:ident, $service:expr) => {
            $server::new($service)
                .max_decoding_message_size(MAX_DECODE_BYTES)
                .max_encoding_message_size(MAX_ENCODE_BYTES)
        };
    }
    Routes::new(limited!(CartServiceServer, Carts::new(desk.clone())))
        .add_service(limited!(CheckoutServiceServer, Checkouts::new(desk.clone())))
        .add_service(limited!(PaymentServiceServer, Payments::new(desk.clone())))
        .add_service(limited!(OrderServiceServer, Orders::new(desk.clone())))
        .add_service(limited!(OperationsServiceServer, Operations::new(desk)))
}

/// Which adapter speaks to each account, as storefronts and operators are told.
fn adapters(settings: &PartnerSettings) -> BTreeMap<AccountId, String> {
    let gateways = settings.gateways.iter().map(|gateway| {
        let adapter = match gateway.kind {
            GatewayKind::Stripe => "stripe",
            GatewayKind::Adyen => "adyen",
            GatewayKind::Paypal => "paypal",
            GatewayKind::Remote => "remote",
        };
        (&gateway.account, adapter)
    });
    let carriers = settings.carriers.iter().map(|carrier| {
        let adapter = match carrier.kind {
            CarrierKind::TableRate => "table_rate",
            CarrierKind::Pickup => "pickup",
        };
        (&carrier.account, adapter)
    });
    let taxes = settings.tax.iter().map(|tax| {
        let adapter = match tax.kind {
            TaxKind::Builtin => "builtin",
        };
        (&tax.account, adapter)
    });
    gateways
        .chain(carriers)
        .chain(taxes)
        .map(|(account, adapter)| (account.clone(), adapter.to_owned()))
        .collect()
}
