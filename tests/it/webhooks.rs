//! What events of partners lead to, through the use case on the memory store under a paused clock: by where their
//! payment stands (`hearing`), and by whom they meet (`timing`). The door is tried in `server::webhooks`.

pub(crate) mod hearing;
mod timing;
