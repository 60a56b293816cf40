//! The sandbox gateway: an HTTP server of ours that speaks Stripe's PaymentIntents wire over a durable ledger.
//!
//! It stands in for a real gateway in demonstrations and tests, and it is stricter than a mock: what it
//! executed survives a kill, and its ledger is the witness that says who was charged what, whatever the
//! checkout believes. A payment token chooses how the gateway behaves, settings choose whose idempotency it
//! imitates, and faults act on the whole process. `docs/sandbox.md` lists them all.
//!
//! The way of a request: `server` counts it, applies `faults` and authenticates; `wire` turns it into an
//! endpoint and a form; `requests` decides, without touching anything, which entries it writes and how it is
//! answered; `account` makes the entries durable and lets `book` and `intents` fold them. `messages` says what its
//! merchant is told of an entry, and `messenger` sends it. Nothing here
//! knows the house: it is a server, and the Stripe adapter is its client. No domain type, port or store may
//! enter, for a witness that shared code with the accused would prove nothing.

mod account;
mod behaviour;
mod book;
mod cards;
mod declines;
mod entry;
mod faults;
mod handle;
mod idempotency;
mod intents;
mod journal;
mod line;
mod messages;
mod messenger;
mod page;
mod requests;
mod server;
mod settings;
mod view;
mod wire;
mod world;

pub use faults::FaultSet;
pub use handle::{Handle, SandboxError, serve};
pub use journal::JournalError;
pub use settings::{Idempotency, SandboxSettings, UnknownIdempotency, WebhookSettings};
