//! One exchange with a vendor over HTTP, as every adapter makes it.
//!
//! - `line`: the client of one account: lets nothing leave late, and reads a bounded reply.
//! - `gate`: the last check before the first byte.
//! - `form`: forms, queries and segments of paths, escaped. `code`: a vendor's code as it may be kept.
//! - `unary`: the same for gRPC, over HTTP/2.
//!
//! What a vendor's answers mean, its headers and its credentials stay in its adapter.

mod code;
mod form;
mod gate;
mod line;
mod unary;

pub(super) use code::printable;
pub(super) use form::{Form, segment};
pub use line::LineError;
pub(super) use line::{Line, NoReply, Raw};
pub(super) use unary::{UnaryCall, UnaryLine, UnaryReply};
