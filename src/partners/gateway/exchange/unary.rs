//! One unary gRPC call over HTTP/2, for bytes that were encoded before: what was stored is what leaves.
//!
//! - `address`: where a server is, and how a connection to it begins.
//! - `line`: the one connection of an account, made anew when it is over.
//! - `call`: a call: its head, the wait for room, the last look at the clock, the message.
//! - `reply`: what came back, bounded, and not yet understood.
//!
//! It stands on `h2` itself and on no client above it, because of what it must be able to prove. A client that takes a
//! whole request, as hyper and tonic do, asks for the body before the peer's window has room for it: a message may then
//! leave long after `send_by`, and nobody knows which. Here a message is handed over when it can leave, and not a moment
//! before; until then nothing was executed, whatever the connection does. Afterwards only two answers prove as much:
//! a stream that the peer refused (`REFUSED_STREAM`), and a `GOAWAY` whose last stream comes before ours.
//!
//! What a message or a status means stays in the adapter.

mod address;
mod call;
mod line;
mod reply;

pub(in crate::partners::gateway) use call::UnaryCall;
pub(in crate::partners::gateway) use line::UnaryLine;
pub(in crate::partners::gateway) use reply::UnaryReply;
