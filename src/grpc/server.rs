//! The server: the stack of layers before the services, and the connections that feed it.
//!
//! - [`stack`]: the layers, with a reason beside each. [`limits`]: every number.
//! - [`connections`]: accepts, and ends connections that are too many, too old, or in a process that drains.
//! - [`tls`]: the certificate. [`services`]: health and reflection beside the services of the house.
//!
//! tonic's own transport is not used: it ends an old connection without telling its peer when a grace is set,
//! ages all connections at the same moment, has no cap on them, and reports its own timeout as CANCELLED.

pub mod connections;
pub mod limits;
pub mod services;
pub mod stack;
pub mod tls;
