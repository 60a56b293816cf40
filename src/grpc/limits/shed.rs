//! How many calls are under way at once, in the whole process: more are refused before any durable work.
//!
//! tonic's own limit is for each connection and lets calls queue, so that they are stale when their turn comes.
//! Here nothing queues. Calls and streams have permits of their own: who only watches must not crowd out who
//! pays. Probes and tools are exempt, or an overloaded process would be killed for being busy.

use std::sync::Arc;

use http::{Request, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::body::Body;

use super::body::{Keep, Kept};
use super::refusal;
use crate::grpc::auth::table::is_open;
use crate::resilience::{Answering, Around, AroundLayer, answer};

/// The RPCs that answer with a stream.
const STREAMS: [&str; 1] = ["/cashwrap.v1.CheckoutService/WatchCheckout"];

/// Refuses what is too much.
pub type ShedLayer = AroundLayer<Permits>;

/// What [`ShedLayer`] does.
#[derive(Debug, Clone)]
pub struct Permits {
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

impl ShedLayer {
    /// Lets this many calls, and this many streams, be under way at once. Clones share the permits.
    pub fn new(max_concurrent: u32) -> Self {
        let permits = usize::try_from(max_concurrent).unwrap_or(Semaphore::MAX_PERMITS);
        let permits = permits.min(Semaphore::MAX_PERMITS);
        Self(Permits { calls: Arc::new(Semaphore::new(permits)), streams: Arc::new(Semaphore::new(permits)) })
    }
}

/// A stream's permit goes with its body.
impl Keep for OwnedSemaphorePermit {}

impl<S> Around<S, Request<Body>> for Permits
where
    S: Answering<Request<Body>, Response = Response<Body>>,
{
    async fn around(self, inner: S, request: Request<Body>) -> Response<Body> {
        let path = request.uri().path();
        if is_open(path) {
            return answer(inner, request).await;
        }
        let is_stream = STREAMS.contains(&path);
        let permits = if is_stream { self.streams } else { self.calls };
        let Ok(permit) = permits.try_acquire_owned() else {
            metrics::counter!("cashwrap_shed_total").increment(1);
            return refusal::overloaded().into_http();
        };
        let answer = answer(inner, request).await;
        if is_stream { answer.map(|body| Kept::wrap(body, permit)) } else { answer }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bytes::Bytes;
    use http_body::Frame;
    use http_body_util::StreamBody;
    use prost::Message as _;
    use prost_types::FileDescriptorSet;
    use tokio::sync::Notify;
    use tonic::{Code, Status};
    use tower::{Layer as _, ServiceExt as _, service_fn};

    use super::*;

    fn request(path: &str) -> Request<Body> {
        Request::builder().uri(path).body(Body::empty()).unwrap()
    }

    fn code(answer: &Response<Body>) -> Option<Code> {
        Status::from_header_map(answer.headers()).map(|status| status.code())
    }

    #[test]
    fn every_streaming_rpc_takes_a_permit_of_its_own_kind() {
        let set = FileDescriptorSet::decode(crate::proto::DESCRIPTORS).unwrap();
        let described: BTreeSet<String> = set
            .file
            .iter()
            .flat_map(|file| file.service.iter().map(move |service| (file, service)))
            .flat_map(|(file, service)| service.method.iter().map(move |method| (file, service, method)))
            .filter(|(_, _, method)| method.server_streaming())
            .map(|(file, service, method)| {
                format!("/{}.{}/{}", file.package(), service.name(), method.name())
            })
            .collect();
        assert_eq!(described, STREAMS.map(str::to_owned).into());
    }

    #[tokio::test]
    async fn what_is_over_the_limit_is_refused_at_once_and_probes_are_not() {
        let gate = Arc::new(Notify::new());
        let within = Arc::clone(&gate);
        let inner = service_fn(move |request: Request<Body>| {
            let gate = Arc::clone(&within);
            async move {
                if !is_open(request.uri().path()) {
                    gate.notified().await;
                }
                Ok(Response::new(Body::empty()))
            }
        });
        let service = ShedLayer::new(1).layer(inner);
        let mut first = Box::pin(service.clone().oneshot(request("/cashwrap.v1.CartService/GetCart")));
        assert!(futures::poll!(&mut first).is_pending());
        let second = service.clone().oneshot(request("/cashwrap.v1.CartService/GetCart")).await.unwrap();
        assert_eq!(code(&second), Some(Code::ResourceExhausted));
        let probe = service.clone().oneshot(request("/grpc.health.v1.Health/Check")).await.unwrap();
        assert_eq!(code(&probe), None);
        gate.notify_one();
        assert_eq!(code(&first.await.unwrap()), None);
        gate.notify_one();
        let third = service.oneshot(request("/cashwrap.v1.CartService/GetCart")).await.unwrap();
        assert_eq!(code(&third), None);
    }

    #[tokio::test]
    async fn a_stream_holds_its_permit_until_its_body_is_gone_and_no_call_waits_for_it() {
        let inner = service_fn(|_: Request<Body>| async {
            let endless = futures::stream::pending::<Result<Frame<Bytes>, Status>>();
            Ok(Response::new(Body::new(StreamBody::new(endless))))
        });
        let service = ShedLayer::new(1).layer(inner);
        let watching = service.clone().oneshot(request(STREAMS[0])).await.unwrap();
        let refused = service.clone().oneshot(request(STREAMS[0])).await.unwrap();
        assert_eq!(code(&refused), Some(Code::ResourceExhausted));
        let call = service.clone().oneshot(request("/cashwrap.v1.CartService/GetCart")).await.unwrap();
        assert_eq!(code(&call), None);
        drop(watching);
        assert_eq!(code(&service.oneshot(request(STREAMS[0])).await.unwrap()), None);
    }
}
