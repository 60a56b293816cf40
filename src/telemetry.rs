//! Traces, metrics and logs.
//!
//! - [`logs`]: one subscriber for logs and spans, set up once. [`traces`]: where spans are sent.
//! - [`propagation`]: the caller's trace goes on in ours.
//! - [`metrics`]: the recorder, and what each metric means.
//! - [`store`]: a store that counts, times and traces what is asked of it.
//!
//! Never a secret, a token or personal data: what is told are names of our own, ids, counts and times.

pub mod logs;
pub mod metrics;
pub mod propagation;
pub mod store;
pub mod traces;
