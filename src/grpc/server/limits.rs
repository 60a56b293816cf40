//! Every number of the server that is not a setting (docs/reliability.md §5), with its reason.

use std::time::Duration;

/// The largest request: a cart of 500 lines with long texts is a quarter of it.
pub const MAX_DECODE_BYTES: usize = 1 << 20;

/// The largest response: a page of 200 orders of 100 lines. tonic has no limit of its own.
pub const MAX_ENCODE_BYTES: usize = 4 << 20;

/// The most that a request's headers may take: a key, a capability and a trace fit ten times over.
pub const MAX_HEADER_BYTES: u32 = 8 << 10;

/// Calls at once on one connection. hyper would allow 200, tonic any number.
pub const MAX_STREAMS: u32 = 100;

/// Streams that a peer opened and reset before we took them, at most: more is an attack (rapid reset).
pub const MAX_PENDING_RESETS: usize = 20;

/// Connections at once. Each costs some 50 KiB, so that all of them fit in 256 MiB.
pub const MAX_CONNECTIONS: usize = 4_096;

/// How long a peer may take until its TLS handshake is done, or until its first byte: two round trips across the
/// world, ten times over.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a silent peer is asked whether it is there; load balancers forget after a minute or more.
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(20);

/// How long it may take to answer that.
pub const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// After this a connection is asked to leave, so that balancing by connection moves with the replicas.
pub const CONNECTION_AGE: Duration = Duration::from_mins(5);

/// By how many per cent ages differ, lest all clients of a replica reconnect in the same second.
pub const AGE_JITTER_PERCENT: u32 = 10;

/// How long after that its calls may still take: more than the longest request timeout is by default.
pub const AGE_GRACE: Duration = Duration::from_secs(35);
