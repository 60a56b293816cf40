//! The machine of one intent: how entries fold into it, and which entries a call may add.
//!
//! It is pure: ids and times come in as data, and nothing is written here. HTTP, forms and tokens must not
//! enter; those belong to the rooms beside it.

mod decide;
mod intent;

pub(super) use decide::{
    Hold, Refused, authorise, cancel, capture, finish_action, land, may_confirm, refund,
};
pub(super) use intent::{Impossible, Intent, Refund, Status};
