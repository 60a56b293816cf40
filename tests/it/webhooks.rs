//! What events of partners lead to, through the use case on the memory store under a paused clock: by where their
//! payment stands (`hearing`), by whom they meet (`timing`), and at a vendor that tells no other way what became of a call
//! (`later`). The door is tried in `server::webhooks`.

pub(crate) mod hearing;
mod later;
mod timing;
