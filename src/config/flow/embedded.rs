//! The flows that ship with the binary, for a server that was given no directory.
//!
//! They name the accounts of `examples/cashwrap.toml`.

/// The ready flows, as (name of the file, text).
pub const READY_FLOWS: [(&str, &str); 3] = [
    ("one-page.yaml", include_str!("../../../examples/flows/one-page.yaml")),
    ("express.yaml", include_str!("../../../examples/flows/express.yaml")),
    ("click-and-collect.yaml", include_str!("../../../examples/flows/click-and-collect.yaml")),
];
