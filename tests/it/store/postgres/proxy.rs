//! A proxy before the server that counts round trips and cuts the connection where it is told to.
//!
//! A client of the extended protocol ends what it asks with Sync, and the server answers once: counting Sync is
//! counting round trips.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The type bytes of what ends a question: Sync, and a simple Query.
const QUESTION_ENDS: [u8; 2] = [b'S', b'Q'];

#[derive(Default)]
struct State {
    round_trips: AtomicUsize,
    lose_next_question: AtomicBool,
    lose_next_answer: AtomicBool,
}

/// The proxy; gone when dropped.
pub(super) struct Proxy {
    url: String,
    state: Arc<State>,
    _accepting: JoinSet<()>,
}

impl Proxy {
    /// A proxy before the server of `url`.
    pub(super) async fn before(url: &str) -> Self {
        let (credentials, rest) = url.split_once('@').unwrap();
        let (server, database) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let mut accepting = JoinSet::new();
        let (server, shared) = (server.to_owned(), state.clone());
        accepting.spawn(async move {
            let mut relaying = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(&server).await.unwrap();
                relaying.spawn(relay(client, server, shared.clone()));
            }
        });
        Self { url: format!("{credentials}@{address}/{database}"), state, _accepting: accepting }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// How many round trips there were so far.
    pub(super) fn round_trips(&self) -> usize {
        self.state.round_trips.load(Ordering::SeqCst)
    }

    /// The next question is not passed on, and its connection ends.
    pub(super) fn lose_next_question(&self) {
        self.state.lose_next_question.store(true, Ordering::SeqCst);
    }

    /// The next question is passed on; its connection ends in place of the answer.
    pub(super) fn lose_next_answer(&self) {
        self.state.lose_next_answer.store(true, Ordering::SeqCst);
    }

    /// Whatever was to be lost and was not, is not.
    pub(super) fn lose_nothing(&self) {
        self.state.lose_next_question.store(false, Ordering::SeqCst);
        self.state.lose_next_answer.store(false, Ordering::SeqCst);
    }
}

async fn relay(mut client: TcpStream, mut server: TcpStream, state: Arc<State>) {
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let swallow = AtomicBool::new(false);
    let up = async {
        // The startup message alone has no type byte.
        let mut kind = None;
        loop {
            let length = from_client.read_u32().await?;
            let mut body = vec![0; usize::try_from(length).unwrap() - 4];
            from_client.read_exact(&mut body).await?;
            if kind.is_some_and(|kind| QUESTION_ENDS.contains(&kind)) {
                state.round_trips.fetch_add(1, Ordering::SeqCst);
                if state.lose_next_question.swap(false, Ordering::SeqCst) {
                    return Ok(());
                }
                swallow.store(state.lose_next_answer.swap(false, Ordering::SeqCst), Ordering::SeqCst);
            }
            if let Some(kind) = kind {
                to_server.write_u8(kind).await?;
            }
            to_server.write_u32(length).await?;
            to_server.write_all(&body).await?;
            kind = Some(from_client.read_u8().await?);
        }
    };
    let down = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = from_server.read(&mut buffer).await?;
            if read == 0 || swallow.load(Ordering::SeqCst) {
                return Ok(());
            }
            to_client.write_all(&buffer[..read]).await?;
        }
    };
    // Either end of the line ends the other.
    let _: std::io::Result<()> = tokio::select! { ended = up => ended, ended = down => ended };
}
