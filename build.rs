//! Compiles the protos to Rust, and to the descriptor set that reflection serves.
//!
//! protox parses them, so that building needs no protoc. Only googleapis' comments are dropped: they
//! are written for other generators and do not read as rustdoc.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

/// Sorted, so that the generated code does not depend on the file system.
fn protos(folder: &str) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "proto"));
    paths.sort();
    Ok(paths)
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    println!("cargo:rerun-if-changed=third_party");

    let descriptors = protox::compile(protos("proto/cashwrap/v1")?, ["proto", "third_party"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("cashwrap_descriptor.bin"), descriptors.encode_to_vec())?;
    // The types of error details travel inside `Any`: no message of ours names them, and a client that reads
    // them by reflection needs them all the same.
    let details = ["google/rpc/error_details.proto", "google/rpc/status.proto"];
    let details = protox::compile(details, ["third_party"])?;
    fs::write(out.join("error_details_descriptor.bin"), details.encode_to_vec())?;

    tonic_prost_build::configure()
        .disable_comments(["google"])
        // A fingerprint is over the request's bytes: the same request must always have the same.
        .btree_map(".cashwrap.v1.ConfirmPaymentActionRequest")
        .include_file("packages.rs")
        .codec_path("crate::grpc::codec::StrictCodec")
        .compile_fds(descriptors)?;

    // Apart from the API: it is what partners serve, and our reflection must not offer it.
    let partner = protox::compile(protos("proto/cashwrap/partner/v1")?, ["proto"])?;
    tonic_prost_build::configure()
        .include_file("partner_packages.rs")
        .codec_path("crate::grpc::codec::StrictCodec")
        .compile_fds(partner)?;
    Ok(())
}
