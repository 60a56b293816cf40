//! Conventions of the API that buf does not know, read from its descriptors.

use cashwrap::proto::DESCRIPTORS;
use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorSet, MethodDescriptorProto};

fn files() -> FileDescriptorSet {
    FileDescriptorSet::decode(DESCRIPTORS).unwrap()
}

fn ours(set: &FileDescriptorSet) -> impl Iterator<Item = &prost_types::FileDescriptorProto> {
    set.file.iter().filter(|file| file.package() == "cashwrap.v1")
}

/// Every method with its request and response.
fn methods(set: &FileDescriptorSet) -> Vec<(&MethodDescriptorProto, &DescriptorProto, &DescriptorProto)> {
    let message = |name: &str| {
        let name = name.rsplit('.').next().unwrap();
        ours(set).flat_map(|file| &file.message_type).find(|message| message.name() == name).unwrap()
    };
    ours(set)
        .flat_map(|file| &file.service)
        .flat_map(|service| &service.method)
        .map(|method| (method, message(method.input_type()), message(method.output_type())))
        .collect()
}

fn has(message: &DescriptorProto, field: &str) -> bool {
    message.field.iter().any(|candidate| candidate.name() == field)
}

fn reads(method: &MethodDescriptorProto) -> bool {
    ["Get", "List", "Watch", "Explain"].iter().any(|verb| method.name().starts_with(verb))
}

#[test]
fn the_api_has_the_verbs_of_this_version_and_none_else() {
    let set = files();
    let services: Vec<String> = ours(&set)
        .flat_map(|file| &file.service)
        .map(|service| {
            let verbs: Vec<_> = service.method.iter().map(MethodDescriptorProto::name).collect();
            format!("{}: {}", service.name(), verbs.join(", "))
        })
        .collect();
    assert_eq!(
        services,
        [
            "CartService: CreateCart, GetCart, UpdateCart, ApplyCode, RemoveCode, DeleteCart",
            "OrderService: GetOrder, ListOrders",
            "CheckoutService: CreateCheckout, GetCheckout, WatchCheckout, UpdateCheckout, \
             ListDeliveryOptions, ListPickupLocations, ListPaymentMethods, PlaceOrder, \
             ConfirmPaymentAction, CancelCheckout",
            "PaymentService: GetPayment, ListPayments, CapturePayment, VoidPayment, RefundPayment",
            "OperationsService: ListPartners, SetPartnerMode, ListUnresolvedPayments, ExplainPayment",
        ]
    );
}

#[test]
fn every_request_names_its_resource_or_its_parent() {
    for (method, request, _) in methods(&files()) {
        assert!(has(request, "name") ^ has(request, "parent"), "{}", method.name());
    }
}

#[test]
fn every_mutation_and_no_read_carries_a_request_id() {
    for (method, request, _) in methods(&files()) {
        assert_eq!(has(request, "request_id"), !reads(method), "{}", method.name());
    }
}

#[test]
fn every_list_is_paginated() {
    for (method, request, response) in methods(&files()) {
        if method.name().starts_with("List") {
            assert!(has(request, "page_size") && has(request, "page_token"), "{}", method.name());
            assert!(has(response, "next_page_token"), "{}", method.name());
        }
    }
}

#[test]
fn every_change_of_a_resource_can_name_the_version_that_it_was_decided_on() {
    for (method, request, _) in methods(&files()) {
        let is_change = !reads(method) && has(request, "name");
        // The digest, or the action's id, says what was seen.
        let is_placing = ["PlaceOrder", "ConfirmPaymentAction"].contains(&method.name());
        assert_eq!(has(request, "etag"), is_change && !is_placing, "{}", method.name());
    }
}
