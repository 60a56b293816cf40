//! Remote gateways: a partner's server of `cashwrap.partner.v1.PaymentGatewayService`, in any language.
//!
//! - `settings`: the account and where it is reached. `adapter`: the parts put together.
//! - `render`: a request becomes an encoded `ExecuteRequest`, without a credential; those bytes are what is stored, and
//!   what leaves.
//! - `status`: a gRPC reply becomes a message, or what the lack of one proves.
//! - `answer`, `view`, `declines`, `text`: a message becomes an outcome. They are pure, trust nothing, and say that
//!   nobody knows whenever a message has no one meaning.
//! - `promises`: what the partner promises, the weaker of what it said.
//! - `webhook`, `notice`: what the partner tells without being asked, signed by Standard Webhooks: proved, then read.
//!
//! The generated messages are used here and their generated client is not: what is sent is bytes that were stored, and
//! `exchange::unary` proves what did not leave. docs/remote-gateways.md tells a partner's author the same story.

mod adapter;
mod answer;
#[cfg(test)]
mod answer_test;
mod declines;
mod notice;
mod promises;
mod render;
mod settings;
mod status;
mod text;
mod view;
mod webhook;
#[cfg(test)]
mod webhook_test;

pub use adapter::RemoteGateway;
pub use answer::meaning;
pub use settings::{RemoteError, RemoteSettings};
pub use webhook::{BadSecret, RemoteWebhooks};
