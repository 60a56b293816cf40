//! A server with stand-in handlers, and a client that speaks to it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cashwrap::config::{ApiKey, Scope};
use cashwrap::grpc::auth::{Keys, caller};
use cashwrap::grpc::names;
use cashwrap::grpc::server::connections::Connections;
use cashwrap::grpc::server::limits::{MAX_DECODE_BYTES, MAX_ENCODE_BYTES};
use cashwrap::grpc::server::services::{Health, with_probes};
use cashwrap::grpc::server::stack::{Parts, stack};
use cashwrap::proto::cashwrap::v1 as api;
use cashwrap::proto::cashwrap::v1::cart_service_server::{CartService, CartServiceServer};
use cashwrap::resilience::Entropy;
use ring::digest::{SHA256, digest};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};

/// What the handlers of a test do, and what they saw.
pub struct Handlers {
    /// GetCart waits for one of these; a test without waiting gives many.
    pub gate: Semaphore,
    /// How many calls reached a handler.
    pub reached: AtomicU32,
    /// Added to when a handler has begun to wait.
    pub waiting: Semaphore,
}

impl Handlers {
    pub fn reached(&self) -> u32 {
        self.reached.load(Ordering::SeqCst)
    }

    /// Resolves once a handler waits at the gate.
    pub async fn one_waits(&self) {
        self.waiting.acquire().await.unwrap().forget();
    }
}

struct Stub(Arc<Handlers>);

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl CartService for Stub {
    /// Says who called, in the cart's etag; enters the store as every handler does.
    async fn get_cart(&self, request: Request<api::GetCartRequest>) -> Answer<api::GetCartResponse> {
        self.0.reached.fetch_add(1, Ordering::SeqCst);
        let caller = caller(&request)?;
        let (store, _) = names::cart("name", &request.get_ref().name)?;
        caller.enter(&store).map_err(|error| Status::not_found(error.message()))?;
        self.0.waiting.add_permits(1);
        self.0.gate.acquire().await.unwrap().forget();
        let cart = api::Cart { etag: caller.id, ..api::Cart::default() };
        Ok(Response::new(api::GetCartResponse { cart: Some(cart) }))
    }

    async fn create_cart(&self, _: Request<api::CreateCartRequest>) -> Answer<api::CreateCartResponse> {
        self.0.reached.fetch_add(1, Ordering::SeqCst);
        Ok(Response::new(api::CreateCartResponse::default()))
    }

    async fn update_cart(&self, _: Request<api::UpdateCartRequest>) -> Answer<api::UpdateCartResponse> {
        panic!("the handler of this test breaks");
    }

    async fn apply_code(&self, _: Request<api::ApplyCodeRequest>) -> Answer<api::ApplyCodeResponse> {
        Err(Status::unimplemented(""))
    }

    async fn remove_code(&self, _: Request<api::RemoveCodeRequest>) -> Answer<api::RemoveCodeResponse> {
        Err(Status::unimplemented(""))
    }

    async fn delete_cart(&self, _: Request<api::DeleteCartRequest>) -> Answer<api::DeleteCartResponse> {
        Err(Status::unimplemented(""))
    }
}

/// How a test's server differs from the usual one.
pub struct Options {
    /// How many calls may be under way.
    pub max_concurrent: u32,
    /// How long a call may take.
    pub request_timeout: Duration,
    /// Whether calls without credentials come in.
    pub dev: bool,
    /// How many calls pass the gate of GetCart before it closes.
    pub free: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_concurrent: 100, request_timeout: Duration::from_secs(30), dev: false, free: 1_000 }
    }
}

/// A server of a test.
pub struct Fixture {
    pub address: SocketAddr,
    pub handlers: Arc<Handlers>,
    pub health: Health,
    pub drain: CancellationToken,
    pub serving: JoinHandle<()>,
}

/// A key that no other text holds, to be looked for where it must not be.
pub const QUIET_KEY: &str = "the-key-that-nobody-tells";

/// Keys of the store `demo`, one for each scope with the scope's name as the key, and the quiet one.
fn keys() -> Vec<ApiKey> {
    let scopes = [
        (QUIET_KEY, Scope::Shopper),
        ("shopper", Scope::Shopper),
        ("service", Scope::Service),
        ("backoffice", Scope::Backoffice),
        ("operator", Scope::Operator),
    ];
    scopes
        .map(|(name, scope)| ApiKey {
            id: if name == QUIET_KEY { "quiet".to_owned() } else { format!("the {name}") },
            sha256: digest(&SHA256, name.as_bytes()).as_ref().try_into().unwrap(),
            stores: BTreeSet::from(["demo".parse().unwrap()]),
            scopes: BTreeSet::from([scope]),
            customer: None,
        })
        .into()
}

impl Fixture {
    pub async fn start(options: Options) -> Self {
        let handlers = Arc::new(Handlers {
            gate: Semaphore::new(options.free),
            reached: AtomicU32::new(0),
            waiting: Semaphore::new(0),
        });
        let carts = CartServiceServer::new(Stub(Arc::clone(&handlers)))
            .max_decoding_message_size(MAX_DECODE_BYTES)
            .max_encoding_message_size(MAX_ENCODE_BYTES);
        let (routes, health) = with_probes(Routes::new(carts)).await.unwrap();
        health.set_serving(true).await;
        let drain = CancellationToken::new();
        let parts = Parts {
            keys: if options.dev { Keys::open_to_all(keys()) } else { Keys::new(keys()) },
            request_timeout: options.request_timeout,
            max_concurrent: options.max_concurrent,
            drain: drain.clone(),
        };
        let connections = Connections {
            door: stack(routes, parts),
            tls: None,
            drain: drain.clone(),
            grace: Duration::from_secs(20),
            entropy: Entropy::new(|| 1 << 63),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = spawn(connections.serve(listener));
        Self { address, handlers, health, drain, serving }
    }

    pub async fn channel(&self) -> Channel {
        Endpoint::new(format!("http://{}", self.address)).unwrap().connect().await.unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "a test awaits what it spawns, or ends with it")]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future)
}
