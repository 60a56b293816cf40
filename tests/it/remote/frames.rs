//! Servers that speak HTTP/2 frame by frame, written by hand: what our client must not assume of a peer, and what it may
//! conclude from one. Frames and their numbers are those of RFC 9113.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cashwrap::domain::payment::{NotSent, OperationKind, Outcome, Status, UnknownCause};
use cashwrap::ports::gateway::{Call, Gateway as _, Guard, Window};
use cashwrap::proto::partner::v1 as wire;
use cashwrap::proto::partner::v1::outcome::Outcome as Told;
use cashwrap::proto::partner::v1::view::State;
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::rig::{REFERENCE, Teller, account_at, euros, view};
use crate::support::patience::spawn;
use crate::support::vendors::remote::server::CREDENTIAL;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

const MAX_CONCURRENT_STREAMS: u16 = 3;
const INITIAL_WINDOW_SIZE: u16 = 4;

/// One connection, as its server sees it.
struct Frames {
    stream: TcpStream,
    /// The kinds of the frames that belong to a call, and how many bytes of message came.
    seen: Arc<Mutex<Vec<(u8, usize)>>>,
}

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
}

impl Frames {
    async fn greet(&mut self, settings: &[(u16, u32)]) {
        let mut preface = [0; 24];
        self.stream.read_exact(&mut preface).await.unwrap();
        let payload: Vec<u8> = settings
            .iter()
            .flat_map(|(id, value)| [id.to_be_bytes().as_slice(), value.to_be_bytes().as_slice()].concat())
            .collect();
        self.write(SETTINGS, 0, 0, &payload).await;
    }

    async fn write(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let head = [&length[1..], &[kind, flags], stream.to_be_bytes().as_slice()].concat();
        // The client may have gone.
        let _ = self.stream.write_all(&[head.as_slice(), payload].concat()).await;
    }

    /// The next frame that belongs to a call; what keeps the connection up is answered.
    async fn next(&mut self) -> Option<Frame> {
        loop {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).await.ok()?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
            let mut payload = vec![0; length];
            self.stream.read_exact(&mut payload).await.ok()?;
            let (kind, flags) = (head[3], head[4]);
            match kind {
                SETTINGS if flags & ACK == 0 => self.write(SETTINGS, ACK, 0, &[]).await,
                PING if flags & ACK == 0 => self.write(PING, ACK, 0, &payload).await,
                SETTINGS | PING | WINDOW_UPDATE => {}
                _ => {
                    self.seen.lock().unwrap().push((kind, if kind == DATA { length } else { 0 }));
                    let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
                    return Some(Frame { kind, flags, stream });
                }
            }
        }
    }

    /// The stream of the next call whose message came whole.
    async fn call(&mut self) -> Option<u32> {
        loop {
            let frame = self.next().await?;
            if frame.kind == DATA && frame.flags & END_STREAM != 0 {
                return Some(frame.stream);
            }
        }
    }

    async fn approve(&mut self, stream: u32) {
        let view = wire::View {
            object: "p_1".into(),
            payment: REFERENCE.into(),
            amount: Some(wire::Money { currency_code: "EUR".into(), minor_units: 1_000 }),
            state: Some(State::Authorised(wire::Authorised { capturable_minor: 1_000 })),
            ..wire::View::default()
        };
        let outcome = Some(wire::Outcome { outcome: Some(Told::View(view)) });
        let message = wire::ExecuteResponse { outcome }.encode_to_vec();
        let framed = [&[0, 0, 0, 0, u8::try_from(message.len()).unwrap()], message.as_slice()].concat();
        self.write(HEADERS, END_HEADERS, stream, &[&[0x88], grpc().as_slice()].concat()).await;
        self.write(DATA, 0, stream, &framed).await;
        self.write(HEADERS, END_HEADERS | END_STREAM, stream, &field("grpc-status", "0")).await;
    }
}

/// A header as HPACK writes it without a table and without compression.
fn field(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    [&[0], text(name).as_slice(), text(value).as_slice()].concat()
}

fn grpc() -> Vec<u8> {
    field("content-type", "application/grpc")
}

/// A server that does this with each connection; what it saw of calls.
async fn server<Act, Done>(act: Act) -> (Teller, Arc<Mutex<Vec<(u8, usize)>>>)
where
    Act: Fn(Frames) -> Done + Send + Sync + 'static,
    Done: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&seen);
    drop(spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(spawn(act(Frames { stream, seen: Arc::clone(&shared) })));
        }
    }));
    (Teller { account: account_at(&base_url, CREDENTIAL) }, seen)
}

/// An authorisation with a token so long, which must leave within half a second.
async fn authorise(teller: &Teller, token_bytes: usize) -> Outcome {
    let token = "t".repeat(token_bytes);
    let rendered = teller.render("opn_1", Call::Authorise { token, return_url: None });
    let now = Instant::now();
    let window =
        Window { send_by: now + Duration::from_millis(500), answer_by: now + Duration::from_secs(5) };
    teller.account.send(OperationKind::Authorise, euros(1_000), &rendered, window, Guard::Heeded).await
}

fn bytes_of_message(seen: &Mutex<Vec<(u8, usize)>>) -> usize {
    seen.lock().unwrap().iter().filter(|(kind, _)| *kind == DATA).map(|(_, bytes)| bytes).sum()
}

#[tokio::test]
async fn a_goaway_below_our_stream_proves_that_nothing_was_executed() {
    let (teller, seen) = server(async |mut frames: Frames| {
        frames.greet(&[]).await;
        while frames.call().await.is_some() {
            // Last stream: none. Error code: none.
            frames.write(GOAWAY, 0, 0, &[0; 8]).await;
        }
    })
    .await;
    assert_eq!(authorise(&teller, 10).await, Outcome::NotSent(NotSent::Connect));
    let calls = seen.lock().unwrap().iter().filter(|(kind, _)| *kind == HEADERS).count();
    assert_eq!(calls, 2, "the stack repeats what was proved not to have been executed, once");
}

#[tokio::test]
async fn a_goaway_that_includes_our_stream_proves_nothing() {
    let (teller, seen) = server(async |mut frames: Frames| {
        frames.greet(&[]).await;
        if let Some(stream) = frames.call().await {
            let last = [stream.to_be_bytes(), [0; 4]].concat();
            frames.write(GOAWAY, 0, 0, &last).await;
        }
    })
    .await;
    assert_eq!(authorise(&teller, 10).await, Outcome::Unknown(UnknownCause::Reset));
    assert_eq!(seen.lock().unwrap().iter().filter(|(kind, _)| *kind == HEADERS).count(), 1);
}

#[tokio::test]
async fn r4_a_message_for_which_there_is_no_room_does_not_leave_later() {
    let (teller, seen) = server(async |mut frames: Frames| {
        frames.greet(&[(INITIAL_WINDOW_SIZE, 0)]).await;
        let Some(opened) = frames.next().await else { return };
        tokio::time::sleep(Duration::from_millis(800)).await;
        // Room comes too late.
        frames.write(WINDOW_UPDATE, 0, opened.stream, &1_000_u32.to_be_bytes()).await;
        while frames.next().await.is_some() {}
    })
    .await;
    assert_eq!(authorise(&teller, 10).await, Outcome::NotSent(NotSent::TooLate));
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(bytes_of_message(&seen), 0, "{:?}", seen.lock().unwrap());
    assert!(seen.lock().unwrap().contains(&(RST_STREAM, 0)), "and the stream is given up");
}

#[tokio::test]
async fn r4_a_message_whose_end_has_no_room_is_not_sent_although_its_beginning_was() {
    let (teller, seen) = server(async |mut frames: Frames| {
        frames.greet(&[(INITIAL_WINDOW_SIZE, 100)]).await;
        while frames.next().await.is_some() {}
    })
    .await;
    assert_eq!(authorise(&teller, 1_000).await, Outcome::NotSent(NotSent::TooLate));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(bytes_of_message(&seen), 100);
}

#[tokio::test]
async fn a_message_that_is_longer_than_the_window_leaves_as_it_widens() {
    let (teller, _seen) = server(async |mut frames: Frames| {
        frames.greet(&[(INITIAL_WINDOW_SIZE, 100)]).await;
        while let Some(frame) = frames.next().await {
            if frame.kind == DATA && frame.flags & END_STREAM != 0 {
                frames.approve(frame.stream).await;
            } else if frame.kind == DATA {
                frames.write(WINDOW_UPDATE, 0, frame.stream, &100_u32.to_be_bytes()).await;
            }
        }
    })
    .await;
    assert_eq!(view(authorise(&teller, 1_000).await).status, Status::Authorised);
}

#[tokio::test]
async fn r4_a_call_that_the_server_has_no_stream_for_does_not_leave_later() {
    let (teller, seen) = server(async |mut frames: Frames| {
        frames.greet(&[(MAX_CONCURRENT_STREAMS, 0)]).await;
        while frames.next().await.is_some() {}
    })
    .await;
    assert_eq!(authorise(&teller, 10).await, Outcome::NotSent(NotSent::TooLate));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(bytes_of_message(&seen), 0);
}

#[tokio::test]
async fn a_refusal_that_comes_before_the_message_left_is_read() {
    let (teller, seen) = server(async |mut frames: Frames| {
        frames.greet(&[(INITIAL_WINDOW_SIZE, 0)]).await;
        let Some(opened) = frames.next().await else { return };
        let head = [&[0x88], grpc().as_slice(), &field("grpc-status", "16")].concat();
        frames.write(HEADERS, END_HEADERS | END_STREAM, opened.stream, &head).await;
        // No error: the message is not needed.
        frames.write(RST_STREAM, 0, opened.stream, &[0; 4]).await;
        while frames.next().await.is_some() {}
    })
    .await;
    assert_eq!(authorise(&teller, 10).await, Outcome::NotSent(NotSent::Credentials));
    assert_eq!(bytes_of_message(&seen), 0);
}

#[tokio::test]
async fn a_server_that_speaks_something_else_is_not_given_a_call() {
    let (teller, seen) = server(async |mut frames: Frames| {
        let _ = frames.stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        while frames.next().await.is_some() {}
    })
    .await;
    assert_eq!(authorise(&teller, 10).await, Outcome::NotSent(NotSent::Connect));
    assert_eq!(bytes_of_message(&seen), 0);
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_made_anew() {
    let (teller, seen) = server(async |mut frames: Frames| {
        frames.greet(&[]).await;
        if let Some(stream) = frames.call().await {
            frames.approve(stream).await;
        }
        let _ = frames.stream.shutdown().await;
    })
    .await;
    for _ in 0..3 {
        assert_eq!(view(authorise(&teller, 10).await).status, Status::Authorised);
        // The client hears of the end of the connection.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(seen.lock().unwrap().iter().filter(|(kind, _)| *kind == HEADERS).count(), 3);
}
