//! What every refusal owes: a reason of the API, a message that says what to do and stays short, and, where an argument
//! is wrong, a field that the request's message really has.

use std::sync::LazyLock;

use cashwrap::proto::DESCRIPTORS;
use cashwrap::proto::cashwrap::v1::ErrorReason;
use prost::Message as _;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorSet};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// The longest message of a refusal: longer ones repeat what was sent.
const MAX_MESSAGE_BYTES: usize = 400;

/// Of bytes that are no message no field can be named.
const MALFORMED: &str = "the request is not a message of this type";

static API: LazyLock<FileDescriptorSet> = LazyLock::new(|| FileDescriptorSet::decode(DESCRIPTORS).unwrap());

/// Holds a refusal of an RPC against all of it.
pub fn check(rpc: &str, status: &Status) {
    let details = status.get_error_details();
    let Some(info) = details.error_info() else { panic!("{rpc} was refused without a reason: {status:?}") };
    assert_eq!(info.domain, "cashwrap", "{rpc}: {status:?}");
    let reason = ErrorReason::from_str_name(&format!("ERROR_REASON_{}", info.reason));
    assert!(reason.is_some(), "{rpc}: {} is no reason of the API", info.reason);
    let message = status.message();
    assert!(!message.is_empty() && message.len() < MAX_MESSAGE_BYTES, "{rpc}: {message}");
    assert!(!message.chars().any(char::is_control), "{rpc}: {message}");
    let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
    if status.code() == Code::InvalidArgument && !message.starts_with(MALFORMED) {
        assert!(!violations.is_empty(), "{rpc}: no field is named: {status:?}");
    }
    for violation in violations {
        assert!(!violation.description.is_empty(), "{rpc}: {status:?}");
        assert!(has_field(rpc, &violation.field), "{rpc} has no field {}: {status:?}", violation.field);
    }
}

/// Whether the request of this RPC has a field at `path`: `actions[0].add.quantity`.
fn has_field(rpc: &str, path: &str) -> bool {
    let Some(mut message) = request_of(rpc) else { return false };
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let name = part.split('[').next().unwrap_or_default();
        let Some(field) = message.field.iter().find(|field| field.name() == name) else { return false };
        if parts.peek().is_none() {
            return true;
        }
        if field.r#type() != Type::Message {
            return false;
        }
        let Some(next) = message_of(field.type_name()) else { return false };
        message = next;
    }
    false
}

fn request_of(rpc: &str) -> Option<&'static DescriptorProto> {
    let (service, method) = rpc.split_once('/')?;
    let service = API.file.iter().flat_map(|file| &file.service).find(|known| known.name() == service)?;
    let method = service.method.iter().find(|known| known.name() == method)?;
    message_of(method.input_type())
}

/// The message of this full name: `.google.type.Money`.
fn message_of(name: &str) -> Option<&'static DescriptorProto> {
    API.file.iter().find_map(|file| {
        let name = name.strip_prefix('.')?.strip_prefix(file.package())?.strip_prefix('.')?;
        file.message_type.iter().find(|message| message.name() == name)
    })
}
