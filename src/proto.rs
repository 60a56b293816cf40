//! The generated code, and nothing else.
//!
//! Modules nest as the packages do: `cashwrap.v1` is [`cashwrap::v1`]. What is decided never speaks
//! these types; the gRPC door converts them. The lints below are quiet here only, because nobody
//! edits this code: the protos are linted by buf.
#![allow(missing_docs, reason = "googleapis' comments are left out")]
#![allow(clippy::all, clippy::pedantic, rustdoc::all, reason = "the code is generated")]
#![allow(clippy::disallowed_types, reason = "the code is generated")]

tonic::include_proto!("packages");

/// What a gateway's partner serves (`cashwrap.partner.v1`): its messages are read and written in
/// `partners::gateway::remote`, and its server is for tests.
pub mod partner {
    mod packages {
        tonic::include_proto!("partner_packages");
    }

    pub use packages::cashwrap::partner::v1;
}

/// The descriptors of every message and service, for reflection and for tests that read the API.
pub const DESCRIPTORS: &[u8] = tonic::include_file_descriptor_set!("cashwrap_descriptor");

/// The descriptors of the standard error details, which reflection serves beside the API's.
pub const ERROR_DETAILS: &[u8] = tonic::include_file_descriptor_set!("error_details_descriptor");
