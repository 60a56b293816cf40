//! One gateway account: its state under one lock, its ledger, its faults and its counts.
//!
//! A request is decided, written and folded under the lock, so its effect is whole or absent; the sync to disk
//! happens outside, and nothing is answered before it, reads included. These calls block on the disk: the
//! server runs them on blocking threads.

mod commit;
mod read;
mod state;

pub(super) use state::{Account, Outcome};
