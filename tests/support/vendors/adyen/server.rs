//! The socket: credentials, keys, faults, and the page that a shopper is sent to.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::keys::{Answer, Found, Keys};
use super::ledger::Books;
use super::notifier::Notifier;
use super::payments::Done;
use super::{API_KEY, Fault, MERCHANT, Mood, modifications, payments};
use crate::support::patience::spawn;

const VERSION: &str = "/v71";

/// How long a slow request takes.
const A_WHILE: Duration = Duration::from_millis(300);

/// A look-alike of Adyen on a port of its own; dropping it closes the port.
pub struct Adyen {
    /// Where it is reached, without the version.
    pub base_url: String,
    address: SocketAddr,
    desk: Arc<Desk>,
    serving: JoinHandle<()>,
}

/// What every connection shares.
struct Desk {
    base_url: String,
    state: Mutex<State>,
    notifier: Notifier,
}

#[derive(Default)]
struct State {
    books: Books,
    keys: Keys,
    faults: VecDeque<Fault>,
    requests: Vec<(String, Value)>,
}

/// The connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed")]
struct Closed;

impl Adyen {
    /// Starts it.
    pub async fn start() -> Self {
        // Tests start in any order, and only the first may install it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let base_url = format!("http://{address}");
        let desk = Arc::new(Desk {
            base_url: base_url.clone(),
            state: Mutex::default(),
            notifier: Notifier::default(),
        });
        let shared = desk.clone();
        let serving = spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = shared.clone();
                spawn(async move {
                    let serve = service_fn(|request| desk.serve(request));
                    let connection = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), serve);
                    let _ = connection.await;
                });
            }
        });
        Self { base_url, address, desk, serving }
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends notifications there, from now on.
    pub fn notify(&self, url: &str) {
        self.desk.notifier.tell(url);
    }

    /// How notifications come, from now on.
    pub fn mood(&self, mood: Mood) {
        self.desk.notifier.mood(mood);
    }

    /// Sends the notifications that were held, and says how each was answered.
    pub async fn release(&self) -> Vec<u16> {
        self.desk.notifier.release().await
    }

    /// Takes the notifications that are held, as they would be sent.
    pub fn messages(&self) -> Vec<String> {
        self.desk.notifier.messages()
    }

    /// How many notifications are held.
    pub fn waiting(&self) -> usize {
        self.desk.notifier.waiting()
    }

    /// Lets the next call go wrong, after those that were armed before.
    pub fn arm(&self, fault: Fault) {
        self.desk.state.lock().unwrap().faults.push_back(fault);
    }

    /// The books as they stand.
    pub fn books(&self) -> Books {
        self.desk.state.lock().unwrap().books.clone()
    }

    /// What was asked so far: path and body, replays too.
    pub fn requests(&self) -> Vec<(String, Value)> {
        self.desk.state.lock().unwrap().requests.clone()
    }

    /// The shopper acts at the bank; what the browser brings back of it.
    pub async fn shopper(&self, url: &str, allows: bool) -> String {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let result = if allows { "success" } else { "failure" };
        let answer = client.get(format!("{url}&result={result}")).send().await.unwrap();
        let back = answer.headers()[http::header::LOCATION].to_str().unwrap();
        back.split_once("redirectResult=").unwrap().1.to_owned()
    }
}

impl Drop for Adyen {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Desk {
    async fn serve(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Closed> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
        let path = head.uri.path();
        if head.method == Method::GET && path == "/bank" {
            return Ok(self.bank(head.uri.query().unwrap_or_default()));
        }
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let fault = {
            let mut state = self.state.lock().unwrap();
            state.requests.push((path.to_owned(), body.clone()));
            state.faults.pop_front()
        };
        match fault {
            Some(Fault::TimeoutBefore) => return never().await,
            Some(Fault::ResetBefore) => return Err(Closed),
            Some(Fault::FiveBefore) => return Ok(respond(&(500, error(500, "903")))),
            Some(Fault::TooMany) => return Ok(respond(&(429, error(429, "00_429")))),
            Some(Fault::Unauthorised) => return Ok(respond(&(401, error(401, "000")))),
            _ => {}
        }
        if header("x-api-key") != Some(API_KEY) {
            return Ok(respond(&(401, error(401, "000"))));
        }
        if body["merchantAccount"].as_str().is_some_and(|account| account != MERCHANT) {
            return Ok(respond(&(403, error(403, "901"))));
        }
        let key = header("idempotency-key").unwrap_or_default().to_owned();
        let answer = if let Some(answer) = self.known(path, &key) {
            answer
        } else {
            if fault == Some(Fault::Slow) {
                tokio::time::sleep(A_WHILE).await;
            }
            self.answer(path, &key, &body, fault)
        };
        match fault {
            Some(Fault::TimeoutAfter) => never().await,
            Some(Fault::ResetAfter) => Err(Closed),
            Some(Fault::FiveAfter) => Ok(respond(&(500, error(500, "903")))),
            Some(Fault::Garbage) => {
                let page = Response::new(Full::from("<html><body>It works!</body></html>"));
                Ok(page)
            }
            _ => Ok(respond(&answer)),
        }
    }

    /// What stands under a key; where nothing does, it is taken.
    fn known(&self, path: &str, key: &str) -> Option<Answer> {
        if key.len() > 64 {
            return Some((422, error(422, "00_key")));
        }
        let found = (!key.is_empty()).then(|| self.state.lock().unwrap().keys.take(path, key))?;
        match found {
            Found::New => None,
            Found::Busy => Some((422, error(422, "704"))),
            Found::Answered(answer) => Some(answer),
        }
    }

    /// Carries a request out, and keeps the answer under its key.
    fn answer(&self, path: &str, key: &str, body: &Value, fault: Option<Fault>) -> Answer {
        let mut state = self.state.lock().unwrap();
        let done = self.perform(&mut state.books, path, body);
        let mut answer = (done.status, done.body);
        match fault {
            Some(Fault::WrongAmount) => {
                if let Some(value) = answer.1["amount"]["value"].as_i64() {
                    answer.1["amount"]["value"] = json!(value + 1);
                }
            }
            Some(Fault::WrongReference) => {
                for name in ["merchantReference", "reference"] {
                    if answer.1[name].is_string() {
                        answer.1[name] = json!("another-reference");
                    }
                }
            }
            _ => {}
        }
        if !key.is_empty() {
            let kept =
                if fault == Some(Fault::FiveAfter) { (500, error(500, "903")) } else { answer.clone() };
            state.keys.keep(path, key, &kept);
        }
        drop(state);
        for item in done.items {
            self.notifier.happened(item);
        }
        answer
    }

    fn perform(&self, books: &mut Books, path: &str, body: &Value) -> Done {
        let parts: Vec<&str> = path.strip_prefix(VERSION).unwrap_or_default().split('/').skip(1).collect();
        match parts.as_slice() {
            ["paymentMethods"] => Done::answer(200, json!({"paymentMethods": []})),
            ["payments"] => payments::pay(books, body, &self.base_url),
            ["payments", "details"] => payments::details(books, body),
            ["payments", psp, what @ ("captures" | "refunds" | "cancels")] => {
                modifications::modify(books, psp, what, body)
            }
            ["cancels"] => modifications::cancel_by_reference(books, body),
            _ => Done::answer(404, error(404, "000")),
        }
    }

    /// The bank's page, which has no buttons: the address says what the shopper does.
    fn bank(&self, query: &str) -> Response<Full<Bytes>> {
        let given: Vec<(String, String)> = pairs(query);
        let of = |name: &str| {
            given.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let result = format!("X6XtfGC3-{}-{}", of("payment"), of("result"));
        let allowed = of("result") == "success";
        self.state.lock().unwrap().books.results.insert(result.clone(), (of("payment"), allowed));
        let back = of("back");
        let glue = if back.contains('?') { '&' } else { '?' };
        let location = format!("{back}{glue}redirectResult={result}");
        Response::builder().status(302).header("location", location).body(Full::default()).unwrap()
    }
}

/// The pairs of a query.
fn pairs(query: &str) -> Vec<(String, String)> {
    let url = reqwest::Url::parse(&format!("http://bank.invalid/?{query}")).unwrap();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Nothing comes, until the client has gone.
async fn never() -> Result<Response<Full<Bytes>>, Closed> {
    let answer: Result<Response<Full<Bytes>>, Infallible> = std::future::pending().await;
    answer.map_err(|_| Closed)
}

fn error(status: u16, code: &str) -> Value {
    json!({"status": status, "errorCode": code, "message": "a text", "errorType": "validation"})
}

fn respond((status, body): &Answer) -> Response<Full<Bytes>> {
    let body = Full::from(body.to_string());
    let answer = Response::builder().status(*status).header("content-type", "application/json");
    answer.body(body).unwrap()
}
