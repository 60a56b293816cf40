//! What each RPC asks of its caller: the one table.
//!
//! Deny by default: what has no row is not called, and a test reads the descriptor so that no RPC is without a
//! row and no row without its RPC. Any one of the scopes of a row lets a call pass.

use super::Scope;
use Scope::{Backoffice, Operator, Service, Shopper};

/// What a path asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Nothing: probes and tools ask before they have a key.
    Open,
    /// One of these scopes.
    OneOf(&'static [Scope]),
    /// There is no such RPC.
    Unknown,
}

/// A shop and those who build on it.
const SHOP: &[Scope] = &[Shopper, Service];
/// The same, and staff who help a shopper.
const SHOP_AND_STAFF: &[Scope] = &[Shopper, Service, Backoffice];
/// Money that was taken, and what concerns every shopper of a store: never with the shopper's scope.
const STAFF: &[Scope] = &[Service, Backoffice];
/// Those who run the service.
const OPERATORS: &[Scope] = &[Operator];

/// Every RPC of the package, by `Service/Method`.
const TABLE: &[(&str, &[Scope])] = &[
    ("CartService/CreateCart", SHOP),
    ("CartService/GetCart", SHOP_AND_STAFF),
    ("CartService/UpdateCart", SHOP),
    ("CartService/ApplyCode", SHOP),
    ("CartService/RemoveCode", SHOP),
    ("CartService/DeleteCart", SHOP),
    ("CheckoutService/CreateCheckout", SHOP),
    ("CheckoutService/GetCheckout", SHOP_AND_STAFF),
    ("CheckoutService/WatchCheckout", SHOP_AND_STAFF),
    ("CheckoutService/UpdateCheckout", SHOP),
    ("CheckoutService/ListDeliveryOptions", SHOP),
    ("CheckoutService/ListPickupLocations", SHOP),
    ("CheckoutService/ListPaymentMethods", SHOP),
    ("CheckoutService/PlaceOrder", SHOP),
    ("CheckoutService/ConfirmPaymentAction", SHOP),
    ("CheckoutService/CancelCheckout", SHOP_AND_STAFF),
    ("PaymentService/GetPayment", STAFF),
    ("PaymentService/ListPayments", STAFF),
    ("PaymentService/CapturePayment", STAFF),
    ("PaymentService/VoidPayment", STAFF),
    ("PaymentService/RefundPayment", STAFF),
    ("OrderService/GetOrder", SHOP_AND_STAFF),
    ("OrderService/ListOrders", STAFF),
    ("OperationsService/ListPartners", OPERATORS),
    ("OperationsService/SetPartnerMode", OPERATORS),
    ("OperationsService/ListUnresolvedPayments", OPERATORS),
    ("OperationsService/ExplainPayment", OPERATORS),
];

/// Services that tell nothing of a store.
const OPEN: [&str; 3] = [
    "/grpc.health.v1.Health/",
    "/grpc.reflection.v1.ServerReflection/",
    "/grpc.reflection.v1alpha.ServerReflection/",
];

/// What the RPC of this path (`/package.Service/Method`) asks.
pub fn rule(path: &str) -> Rule {
    if is_open(path) {
        return Rule::Open;
    }
    let Some(rpc) = path.strip_prefix("/cashwrap.v1.") else { return Rule::Unknown };
    let row = TABLE.iter().find(|(name, _)| *name == rpc);
    row.map_or(Rule::Unknown, |(_, scopes)| Rule::OneOf(scopes))
}

/// Whether the path is exempt from credentials and from shedding.
pub fn is_open(path: &str) -> bool {
    OPEN.iter().any(|service| path.starts_with(service))
}

/// The name by which metrics and spans call the RPC of this path: one of the table's, so that a caller who
/// invents paths invents no series.
pub fn label(path: &str) -> &'static str {
    let rpc = path.strip_prefix("/cashwrap.v1.").unwrap_or_default();
    match TABLE.iter().find(|(name, _)| *name == rpc) {
        Some((name, _)) => name,
        None if path.starts_with(OPEN[0]) => "Health",
        None if is_open(path) => "ServerReflection",
        None => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message as _;
    use prost_types::FileDescriptorSet;

    use super::*;

    #[test]
    fn every_rpc_has_one_row_and_every_row_its_rpc() {
        let set = FileDescriptorSet::decode(crate::proto::DESCRIPTORS).unwrap();
        let ours = set.file.iter().filter(|file| file.package() == "cashwrap.v1");
        let described: BTreeSet<String> = ours
            .flat_map(|file| &file.service)
            .flat_map(|service| service.method.iter().map(move |method| (service, method)))
            .map(|(service, method)| format!("{}/{}", service.name(), method.name()))
            .collect();
        let rows: BTreeSet<String> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(rows, described);
        assert_eq!(rows.len(), TABLE.len(), "a row is given twice");
    }

    #[test]
    fn the_table_of_the_documentation_is_this_one() {
        let said = |scopes: &[Scope], scope| if scopes.contains(&scope) { "yes" } else { "no" };
        let row = |(name, scopes): &(&str, &[Scope])| {
            let columns = [Shopper, Service, Backoffice, Operator].map(|scope| said(scopes, scope));
            format!("| {name} | {} |", columns.join(" | "))
        };
        let rows: Vec<String> = TABLE.iter().map(row).collect();
        let documented = include_str!("../../../docs/access.md");
        let shown: Vec<&str> = documented.lines().filter(|line| line.contains("Service/")).collect();
        assert_eq!(shown, rows);
    }

    #[test]
    fn every_row_lets_somebody_pass() {
        assert!(TABLE.iter().all(|(_, scopes)| !scopes.is_empty()));
    }

    #[test]
    fn operations_and_payments_are_never_with_the_shopper() {
        for (name, scopes) in TABLE {
            if name.starts_with("OperationsService/") {
                assert_eq!(*scopes, [Operator], "{name}");
            }
            if name.starts_with("PaymentService/") || *name == "OrderService/ListOrders" {
                assert!(!scopes.contains(&Shopper), "{name}");
            }
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_unknown() {
        for path in
            ["", "/", "/cashwrap.v1.CartService/", "/cashwrap.v1.CartService/Burn", "/other.Health/Check"]
        {
            assert_eq!(rule(path), Rule::Unknown, "{path}");
            assert_eq!(label(path), "unknown", "{path}");
        }
        assert_eq!(rule("/grpc.health.v1.Health/Check"), Rule::Open);
        assert_eq!(rule("/cashwrap.v1.OperationsService/SetPartnerMode"), Rule::OneOf(&[Operator]));
    }
}
