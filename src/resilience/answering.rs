//! The shape of every service in this room: it always answers, and its future can be sent and boxed.
//!
//! A call to a partner ends in a value that says what is known of it, never in an error: an error could mean
//! "not sent" as well as "nobody knows", and mixing those two charges people twice.

use std::convert::Infallible;

use tower::{Service, ServiceExt as _};

/// A tower service that cannot fail: its response says everything that is known of the call.
///
/// It is implemented for every service of that shape and is never implemented by hand.
pub trait Answering<Req>:
    Service<Req, Error = Infallible, Response: Send + 'static, Future: Send> + Clone + Send + 'static
{
}

impl<S, Req> Answering<Req> for S where
    S: Service<Req, Error = Infallible, Response: Send + 'static, Future: Send> + Clone + Send + 'static
{
}

/// Waits until `service` is ready, calls it and gives back its answer.
pub async fn answer<S, Req>(service: S, request: Req) -> S::Response
where
    S: Answering<Req>,
{
    let Ok(response) = service.oneshot(request).await;
    response
}
