//! Lets a call pass or refuses it, before a byte of its body is decoded.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::{Either, Ready, ready};
use http::{HeaderValue, Request, Response, header};
use tonic::body::Body;
use tower::{Layer, Service};

use super::keys::Keys;
use super::table::{Rule, rule};
use crate::grpc::limits::refusal;

/// Finds the caller of each call and holds the table of scopes against it.
#[derive(Debug, Clone)]
pub struct AuthLayer {
    keys: Arc<Keys>,
}

impl AuthLayer {
    /// Lets in who has one of these keys.
    pub fn new(keys: Keys) -> Self {
        Self { keys: Arc::new(keys) }
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Auth { inner, keys: Arc::clone(&self.keys) }
    }
}

/// The service of [`AuthLayer`].
#[derive(Debug, Clone)]
pub struct Auth<S> {
    inner: S,
    keys: Arc<Keys>,
}

impl<S> Service<Request<Body>> for Auth<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<S::Future, Ready<Result<Response<Body>, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        match authorise(&self.keys, &mut request) {
            Ok(()) => Either::Left(self.inner.call(request)),
            Err(refused) => Either::Right(ready(Ok(*refused))),
        }
    }
}

fn authorise(keys: &Keys, request: &mut Request<Body>) -> Result<(), Box<Response<Body>>> {
    let scopes = match rule(request.uri().path()) {
        Rule::Open => return Ok(()),
        Rule::OneOf(scopes) => Some(scopes),
        Rule::Unknown => None,
    };
    let caller = keys.caller(request.headers()).map_err(|why| {
        let mut refused = refusal::unauthenticated(&why).into_http();
        refused.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        Box::new(refused)
    })?;
    // What there is here is told only to who may call at all.
    let Some(scopes) = scopes else { return Err(Box::new(refusal::no_such_method().into_http())) };
    if !scopes.iter().any(|scope| caller.scopes.contains(scope)) {
        return Err(Box::new(refusal::not_allowed(scopes).into_http()));
    }
    // The key has done its work; what is not there cannot be logged.
    request.headers_mut().remove(header::AUTHORIZATION);
    request.extensions_mut().insert(caller);
    Ok(())
}
