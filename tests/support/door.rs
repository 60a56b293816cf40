//! The door of a vendor's server, at which a test decides what becomes of a request and of its answer.
//!
//! It speaks HTTP/1.1, one request for each connection, and stands before any server that does: what goes wrong on the
//! way to a vendor is the same for all of them, and so is played in one place. What only the vendor's own book can do
//! (a decline, another amount) stays with the vendor's fake.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::patience::spawn;

/// Nobody sends more through here.
const MAX_REQUEST_BYTES: usize = 1024 * 1024;

/// A request, as far as a test chooses by it.
#[derive(Debug, Clone)]
pub struct Knock {
    /// `GET` or `POST`.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Its headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

/// What becomes of a request that was chosen.
#[derive(Debug, Clone)]
pub enum Play {
    /// It never reaches the server, and no answer comes.
    SilentBefore,
    /// It is executed, and no answer comes.
    SilentAfter,
    /// It never reaches the server, and the connection is reset.
    ResetBefore,
    /// It is executed, and the connection is reset instead of an answer.
    ResetAfter,
    /// It never reaches the server, and this is answered.
    AnsweredBefore(Answer),
    /// It is executed, and this is answered instead.
    AnsweredAfter(Answer),
    /// It is executed, and the answer is cut in its middle.
    CutShort,
    /// It is executed, and the answer is kept back so long.
    Slow(Duration),
    /// It is executed, and in the answer each of these texts stands for another of the same length.
    Rewritten(Vec<(String, String)>),
    /// It reaches the server with one more header.
    Marked(&'static str, String),
    /// No answer comes, and it reaches the server only when [`Door::let_in`] says so.
    Late,
}

/// An answer that no server gave.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its other headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: String,
}

impl Answer {
    /// An answer in JSON.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { status, headers, body: body.to_string() }
    }

    /// A page, as what stands before a server answers.
    pub fn html(status: u16) -> Self {
        let headers = vec![("content-type", "text/html".to_owned())];
        Self { status, headers, body: "<html><h1>Something went wrong</h1></html>".to_owned() }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut text = format!("HTTP/1.1 {} Played\r\n", self.status);
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        let length = self.body.len().to_string();
        text.extend(["content-length: ", &length, "\r\nconnection: close\r\n\r\n", &self.body]);
        text.into_bytes()
    }
}

/// The requests that come late: whether they may, and how many have.
#[derive(Clone)]
struct Late {
    let_in: watch::Sender<bool>,
    landed: watch::Sender<u32>,
}

type Chooses = Box<dyn Fn(&Knock) -> bool + Send>;

/// A door; it closes with the test.
pub struct Door {
    address: SocketAddr,
    planned: Arc<Mutex<Vec<(Chooses, Play)>>>,
    knocks: Arc<Mutex<Vec<Knock>>>,
    late: Late,
    serving: JoinHandle<()>,
}

impl Door {
    /// A door before the server at `far`.
    pub async fn before(far: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let planned: Arc<Mutex<Vec<(Chooses, Play)>>> = Arc::default();
        let late = Late { let_in: watch::Sender::new(false), landed: watch::Sender::new(0) };
        let knocks = Arc::default();
        let (plays, lates, seen) = (Arc::clone(&planned), late.clone(), Arc::clone(&knocks));
        let serving = spawn(async move {
            loop {
                let Ok((near, _)) = listener.accept().await else { continue };
                let (plays, late, seen) = (Arc::clone(&plays), lates.clone(), Arc::clone(&seen));
                spawn(async move { pass(near, far, &plays, &seen, &late).await });
            }
        });
        Self { address, planned, knocks, late, serving }
    }

    /// Where to knock instead.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Plays this to the next request that `chooses` takes, and to no other.
    pub fn plan(&self, chooses: impl Fn(&Knock) -> bool + Send + 'static, play: Play) {
        self.planned.lock().unwrap().push((Box::new(chooses), play));
    }

    /// Whether everything that was planned has been played.
    pub fn is_quiet(&self) -> bool {
        self.planned.lock().unwrap().is_empty()
    }

    /// Who knocked, in order.
    pub fn knocks(&self) -> Vec<Knock> {
        self.knocks.lock().unwrap().clone()
    }

    /// What comes late reaches the server now, and has had its effect when this returns.
    pub async fn let_in(&self) {
        self.late.let_in.send_replace(true);
        let mut landed = self.late.landed.subscribe();
        let landing = landed.wait_for(|count| *count > 0);
        tokio::time::timeout(Duration::from_secs(20), landing).await.unwrap().unwrap();
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass(
    mut near: TcpStream,
    far: SocketAddr,
    planned: &Mutex<Vec<(Chooses, Play)>>,
    seen: &Mutex<Vec<Knock>>,
    late: &Late,
) {
    let Some((knock, request)) = read(&mut near).await else { return };
    seen.lock().unwrap().push(knock.clone());
    let play = {
        let mut planned = planned.lock().unwrap();
        let chosen = planned.iter().position(|(chooses, _)| chooses(&knock));
        chosen.map(|place| planned.remove(place).1)
    };
    let reply = match play {
        None => forward(far, &request).await,
        Some(Play::SilentBefore) => return stay_silent(near).await,
        Some(Play::SilentAfter) => {
            forward(far, &request).await;
            return stay_silent(near).await;
        }
        Some(Play::ResetBefore) => return drop(near.set_zero_linger()),
        Some(Play::ResetAfter) => {
            forward(far, &request).await;
            return drop(near.set_zero_linger());
        }
        Some(Play::AnsweredBefore(answer)) => answer.bytes(),
        Some(Play::AnsweredAfter(answer)) => {
            forward(far, &request).await;
            answer.bytes()
        }
        Some(Play::CutShort) => {
            let mut reply = forward(far, &request).await;
            reply.truncate(reply.len().saturating_sub(7));
            reply
        }
        Some(Play::Slow(pause)) => {
            let reply = forward(far, &request).await;
            tokio::time::sleep(pause).await;
            reply
        }
        Some(Play::Rewritten(texts)) => rewritten(forward(far, &request).await, &texts),
        Some(Play::Marked(name, value)) => forward(far, &marked(&request, name, &value)).await,
        Some(Play::Late) => {
            let landing = async {
                let _ = late.let_in.subscribe().wait_for(|opened| *opened).await;
                forward(far, &request).await;
                late.landed.send_modify(|count| *count += 1);
            };
            let ((), ()) = tokio::join!(landing, stay_silent(near));
            return;
        }
    };
    let _ = near.write_all(&reply).await;
    let _ = near.shutdown().await;
}

/// Until whoever knocked gives up.
async fn stay_silent(mut near: TcpStream) {
    let mut ignored = [0; 64];
    while matches!(near.read(&mut ignored).await, Ok(1..)) {}
}

fn rewritten(reply: Vec<u8>, texts: &[(String, String)]) -> Vec<u8> {
    let mut text = String::from_utf8(reply).unwrap();
    for (from, to) in texts {
        assert_eq!(from.len(), to.len(), "the answer's stated length stays true");
        assert!(text.contains(from), "{from} does not stand in {text}");
        text = text.replace(from, to);
    }
    text.into_bytes()
}

fn marked(request: &[u8], name: &str, value: &str) -> Vec<u8> {
    let end = request.windows(2).position(|two| two == b"\r\n").unwrap_or(request.len());
    let mark = format!("\r\n{name}: {value}");
    [&request[..end], mark.as_bytes(), &request[end..]].concat()
}

/// One request, with its body; its connection is to be closed after the answer.
async fn read(near: &mut TcpStream) -> Option<(Knock, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 16 * 1024];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let stated = head.lines().filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            let whole = end + 4 + stated.unwrap_or(0);
            if bytes.len() >= whole {
                let mut first = head.lines().next()?.split(' ');
                let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
                let body = String::from_utf8_lossy(&bytes[end + 4..whole]).into_owned();
                let headers = head.lines().skip(1).filter_map(|line| line.split_once(':'));
                let headers =
                    headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
                let mut request = head.into_bytes();
                request.extend_from_slice(b"\r\nconnection: close");
                request.extend_from_slice(&bytes[end..whole]);
                return Some((Knock { method, path, headers, body }, request));
            }
        }
        match near.read(&mut chunk).await {
            Ok(count @ 1..) if bytes.len() < MAX_REQUEST_BYTES => bytes.extend_from_slice(&chunk[..count]),
            _ => return None,
        }
    }
}

/// What the server answers; nothing where it does not.
async fn forward(far: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut reply = Vec::new();
    let Ok(mut far) = TcpStream::connect(far).await else { return reply };
    if far.write_all(request).await.is_ok() {
        let _ = far.read_to_end(&mut reply).await;
    }
    reply
}
