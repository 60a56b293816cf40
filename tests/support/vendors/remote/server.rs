//! HTTP/2 and gRPC around the ledger, by h2 alone: what a library would smooth over is what the faults are made of.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cashwrap::proto::partner::v1 as wire;
use cashwrap::proto::partner::v1::execute_request::Operation;
use cashwrap::proto::partner::v1::outcome::Outcome;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::{HeaderMap, HeaderValue, Request, Response};
use prost::Message as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::ledger::{Book, Ledger, Promises};
use crate::support::patience::spawn;

/// The credential that it takes.
pub const CREDENTIAL: &str = "partner-credential";

/// What goes wrong with one call.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing is executed, and no answer comes.
    SilentBefore,
    /// It is executed, and no answer comes.
    SilentAfter,
    /// Nothing is executed, and the stream is reset for this reason.
    ResetBefore(Reason),
    /// It is executed, and the stream is reset for this reason.
    ResetAfter(Reason),
    /// It is executed, and the connection is closed.
    HangUpAfter,
    /// Nothing is executed, and this status is answered.
    StatusBefore(u16),
    /// It is executed, and this status is answered.
    StatusAfter(u16),
    /// Nothing is executed, and the status comes with the proof of it: RESOURCE_EXHAUSTED, for this long.
    LimitedBefore(i64),
    /// It is executed, and an HTTP status with a page is answered.
    PageAfter(u16),
    /// It is executed, and these bytes are the answer's message.
    MessageAfter(Vec<u8>),
    /// It is executed, and so many bytes are the answer's message.
    HugeAfter(usize),
    /// It is executed, and the answer ends in its middle.
    CutShort,
    /// It is executed, and answered after this.
    Slow(Duration),
    /// It is executed, and the answer states one more minor unit.
    OtherAmount,
    /// It is executed, and the answer states this payment.
    OtherPayment(String),
    /// No answer comes, and it is executed when [`RemotePartner::let_in`] says so.
    Late,
}

struct Shared {
    ledger: Mutex<Ledger>,
    /// By what the operation is called, or `find`, or `capabilities`.
    faults: Mutex<BTreeMap<&'static str, Fault>>,
    late: Mutex<Vec<Vec<u8>>>,
    heads: Mutex<Vec<HeaderMap>>,
    executed: Mutex<Vec<Vec<u8>>>,
    hang_up: Notify,
}

/// A partner's server. It ends with its runtime, or when it is dropped.
pub struct RemotePartner {
    shared: Arc<Shared>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for RemotePartner {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl RemotePartner {
    /// Starts one.
    pub async fn start(promises: Promises) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            ledger: Mutex::new(Ledger::new(promises)),
            faults: Mutex::default(),
            late: Mutex::default(),
            heads: Mutex::default(),
            executed: Mutex::default(),
            hang_up: Notify::new(),
        });
        let serving = Arc::clone(&shared);
        let task = spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                drop(spawn(connection(stream, Arc::clone(&serving))));
            }
        });
        Self { shared, address, task }
    }

    /// Where it is reached.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What its ledger says.
    pub fn book(&self) -> Book {
        self.shared.ledger.lock().unwrap().book()
    }

    /// What it has told by itself so far.
    pub fn notifications(&self) -> Vec<wire::Notification> {
        self.shared.ledger.lock().unwrap().notifications().to_vec()
    }

    /// It promises something else from now on.
    pub fn promise(&self, promises: Promises) {
        self.shared.ledger.lock().unwrap().promises = promises;
    }

    /// Plays this to the next call that is called so: an operation's name, `find` or `capabilities`.
    pub fn strike(&self, call: &'static str, fault: Fault) {
        self.shared.faults.lock().unwrap().insert(call, fault);
    }

    /// Whether everything that was to be played has been.
    pub fn is_quiet(&self) -> bool {
        self.shared.faults.lock().unwrap().is_empty()
    }

    /// Executes what came late.
    pub fn let_in(&self) {
        for bytes in self.shared.late.lock().unwrap().drain(..) {
            drop(self.shared.ledger.lock().unwrap().execute(&bytes));
        }
    }

    /// The customer decides.
    pub fn act(&self, redirect_url: &str, allow: bool) {
        self.shared.ledger.lock().unwrap().act(redirect_url, allow);
    }

    /// The heads of all calls so far.
    pub fn heads(&self) -> Vec<HeaderMap> {
        self.shared.heads.lock().unwrap().clone()
    }

    /// The messages of all Execute calls so far, as they came.
    pub fn executed(&self) -> Vec<Vec<u8>> {
        self.shared.executed.lock().unwrap().clone()
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    loop {
        let accepted = tokio::select! {
            accepted = connection.accept() => accepted,
            () = shared.hang_up.notified() => return,
        };
        let Some(Ok((request, respond))) = accepted else { return };
        drop(spawn(call(request, respond, Arc::clone(&shared))));
    }
}

async fn call(request: Request<RecvStream>, mut respond: SendResponse<Bytes>, shared: Arc<Shared>) {
    let (head, mut body) = request.into_parts();
    shared.heads.lock().unwrap().push(head.headers.clone());
    let expected = format!("Bearer {CREDENTIAL}");
    if head.headers.get("authorization").is_none_or(|given| given.as_bytes() != expected.as_bytes()) {
        return status(&mut respond, 16, None);
    }
    let mut framed = Vec::new();
    while let Some(part) = body.data().await {
        let Ok(part) = part else { return };
        let _ = body.flow_control().release_capacity(part.len());
        framed.extend_from_slice(&part);
    }
    if framed.len() < 5 {
        return;
    }
    let message = framed.split_off(5);
    match head.uri.path().rsplit('/').next() {
        Some("GetCapabilities") => {
            let told = shared.ledger.lock().unwrap().promises.told();
            let answer = wire::GetCapabilitiesResponse { capabilities: Some(told) }.encode_to_vec();
            let fault = shared.faults.lock().unwrap().remove("capabilities");
            answered(fault, respond, &shared, || answer.clone()).await;
        }
        Some("Find") => {
            let question = wire::FindRequest::decode(message.as_slice()).unwrap().question.unwrap();
            let fault = shared.faults.lock().unwrap().remove("find");
            let find = || outcome(shared.ledger.lock().unwrap().find(&question), None);
            answered(fault, respond, &shared, find).await;
        }
        Some("Execute") => execute(message, respond, &shared).await,
        _ => status(&mut respond, 12, None),
    }
}

async fn execute(message: Vec<u8>, respond: SendResponse<Bytes>, shared: &Shared) {
    shared.executed.lock().unwrap().push(message.clone());
    let request = wire::ExecuteRequest::decode(message.as_slice()).unwrap();
    let fault = shared.faults.lock().unwrap().remove(name(request.operation.as_ref().unwrap()));
    if matches!(fault, Some(Fault::Late)) {
        shared.late.lock().unwrap().push(message);
        return std::future::pending().await;
    }
    let played = fault.clone();
    answered(fault, respond, shared, || {
        outcome(shared.ledger.lock().unwrap().execute(&message), played.as_ref())
    })
    .await;
}

/// What an operation is called.
pub fn name(operation: &Operation) -> &'static str {
    match operation {
        Operation::Create(_) => "create",
        Operation::Confirm(_) => "confirm",
        Operation::Authorise(_) => "authorise",
        Operation::Capture(_) => "capture",
        Operation::Void(_) | Operation::VoidByPayment(_) => "void",
        Operation::Refund(_) => "refund",
    }
}

fn outcome(mut outcome: Outcome, fault: Option<&Fault>) -> Vec<u8> {
    if let Outcome::View(view) = &mut outcome {
        match fault {
            Some(Fault::OtherAmount) => view.amount.as_mut().unwrap().minor_units += 1,
            Some(Fault::OtherPayment(payment)) => view.payment.clone_from(payment),
            _ => {}
        }
    }
    wire::ExecuteResponse { outcome: Some(wire::Outcome { outcome: Some(outcome) }) }.encode_to_vec()
}

async fn answered(
    fault: Option<Fault>,
    mut respond: SendResponse<Bytes>,
    shared: &Shared,
    execute: impl Fn() -> Vec<u8>,
) {
    let Some(fault) = fault else { return message(&mut respond, &execute()) };
    let before = matches!(
        fault,
        Fault::SilentBefore
            | Fault::ResetBefore(_)
            | Fault::StatusBefore(_)
            | Fault::LimitedBefore(_)
            | Fault::Late
    );
    let answer = if before { Vec::new() } else { execute() };
    match fault {
        // The stream is kept, so that it is not reset either.
        Fault::SilentBefore | Fault::SilentAfter | Fault::Late => std::future::pending().await,
        Fault::ResetBefore(reason) | Fault::ResetAfter(reason) => respond.send_reset(reason),
        Fault::HangUpAfter => shared.hang_up.notify_waiters(),
        Fault::StatusBefore(code) | Fault::StatusAfter(code) => status(&mut respond, code, None),
        Fault::LimitedBefore(seconds) => status(&mut respond, 8, Some(limited(seconds))),
        Fault::PageAfter(http) => page(&mut respond, http),
        Fault::MessageAfter(bytes) => message(&mut respond, &bytes),
        Fault::HugeAfter(size) => message(&mut respond, &vec![0; size]),
        Fault::CutShort => {
            let mut stream = respond.send_response(head(200), false).unwrap();
            let framed = framed(&answer);
            let _ = stream.send_data(framed.slice(..framed.len() / 2), false);
            tokio::time::sleep(Duration::from_millis(50)).await;
            shared.hang_up.notify_waiters();
        }
        Fault::Slow(wait) => {
            tokio::time::sleep(wait).await;
            message(&mut respond, &answer);
        }
        Fault::OtherAmount | Fault::OtherPayment(_) => message(&mut respond, &answer),
    }
}

fn head(http: u16) -> Response<()> {
    Response::builder().status(http).header("content-type", "application/grpc").body(()).unwrap()
}

fn framed(message: &[u8]) -> Bytes {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], length.as_slice(), message].concat().into()
}

fn message(respond: &mut SendResponse<Bytes>, message: &[u8]) {
    // Whoever asked may be gone by now.
    let Ok(mut stream) = respond.send_response(head(200), false) else { return };
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let _ = stream.send_data(framed(message), false);
    let _ = stream.send_trailers(trailers);
}

fn status(respond: &mut SendResponse<Bytes>, code: u16, details: Option<String>) {
    let mut head = head(200);
    head.headers_mut().insert("grpc-status", HeaderValue::from(code));
    if let Some(details) = details {
        head.headers_mut().insert("grpc-status-details-bin", details.parse().unwrap());
    }
    let _ = respond.send_response(head, true);
}

fn page(respond: &mut SendResponse<Bytes>, http: u16) {
    let head = Response::builder().status(http).header("content-type", "text/html").body(()).unwrap();
    let Ok(mut stream) = respond.send_response(head, false) else { return };
    let _ = stream.send_data(Bytes::from_static(b"<html>Something went wrong</html>"), true);
}

/// An encoded `google.rpc.Status` with the proof in its details, written by hand.
fn limited(seconds: i64) -> String {
    use base64::Engine as _;
    let retry_after = Some(prost_types::Duration { seconds, nanos: 0 });
    let reason = wire::not_executed::Reason::RateLimited.into();
    let any = prost_types::Any {
        type_url: "type.googleapis.com/cashwrap.partner.v1.NotExecuted".to_owned(),
        value: wire::NotExecuted { reason, retry_after }.encode_to_vec(),
    }
    .encode_to_vec();
    let length = u8::try_from(any.len()).unwrap();
    let status = [&[0x08, 8, 0x1a, length], any.as_slice()].concat();
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(status)
}
