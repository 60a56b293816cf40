//! A stretch of network between two processes, that a test makes worse and better.
//!
//! Whoever connects to its port is connected to another port of this machine. It carries bytes and knows nothing of
//! what they say, so that the same one lies before the server, before a gateway and before PostgreSQL.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::patience::spawn;

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weather {
    /// It carries.
    Calm,
    /// Bytes wait where they are, both ways, and pass when it is calm again: a partition.
    Held,
    /// The first bytes that come back end their connection with a reset.
    AnswersCut,
    /// Whoever connects is reset before a byte was carried.
    Closed,
}

/// What every connection looks at.
#[derive(Debug, Clone, Copy)]
struct Sky {
    weather: Weather,
    /// Connections before this one are half open: both ends believe in them and nothing comes through.
    forgotten_before: u64,
    /// Connections before this one are reset.
    reset_before: u64,
}

/// A network of one stretch; it ends with the test.
pub struct Wire {
    port: u16,
    sky: watch::Sender<Sky>,
    opened: Arc<AtomicU64>,
    carrying: JoinHandle<()>,
}

impl Wire {
    /// A stretch to a port of this machine.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let calm = Sky { weather: Weather::Calm, forgotten_before: 0, reset_before: 0 };
        let (sky, opened) = (watch::Sender::new(calm), Arc::new(AtomicU64::new(0)));
        let carrying = spawn(carry(listener, port, sky.clone(), Arc::clone(&opened)));
        Self { port: own, sky, opened, carrying }
    }

    /// The port to connect to instead.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Carries again; what was held passes.
    pub fn calm(&self) {
        self.sky.send_modify(|sky| sky.weather = Weather::Calm);
    }

    /// Holds every byte where it is until it is calm again.
    pub fn hold(&self) {
        self.sky.send_modify(|sky| sky.weather = Weather::Held);
    }

    /// Resets each connection over which something comes back, before any of that is passed on.
    pub fn cut_answers(&self) {
        self.sky.send_modify(|sky| sky.weather = Weather::AnswersCut);
    }

    /// Resets who connects from now on, and who is connected.
    pub fn close(&self) {
        let opened = self.opened.load(Ordering::SeqCst);
        self.sky.send_modify(|sky| (sky.weather, sky.reset_before) = (Weather::Closed, opened));
    }

    /// Forgets the connections there are, as a router does that was started again: nobody is told.
    pub fn forget(&self) {
        let opened = self.opened.load(Ordering::SeqCst);
        self.sky.send_modify(|sky| sky.forgotten_before = opened);
    }

    /// How many connections were ever made.
    pub fn opened(&self) -> u64 {
        self.opened.load(Ordering::SeqCst)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

async fn carry(listener: TcpListener, port: u16, sky: watch::Sender<Sky>, opened: Arc<AtomicU64>) {
    loop {
        let Ok((near, _)) = listener.accept().await else { continue };
        let number = opened.fetch_add(1, Ordering::SeqCst);
        let sky = sky.subscribe();
        spawn(async move {
            let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
                return drop(near.set_zero_linger());
            };
            connection(near, far, number, sky).await;
        });
    }
}

/// Why one direction of a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Closed,
    Reset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    There,
    Back,
}

async fn connection(mut near: TcpStream, mut far: TcpStream, number: u64, sky: watch::Receiver<Sky>) {
    drop((near.set_nodelay(true), far.set_nodelay(true)));
    let end = {
        let ((near_in, near_out), (far_in, far_out)) = (near.split(), far.split());
        // One side that closes ends the whole: none of the protocols here needs a half-closed connection.
        tokio::select! {
            end = pump(near_in, far_out, Way::There, number, sky.clone()) => end,
            end = pump(far_in, near_out, Way::Back, number, sky) => end,
        }
    };
    if end == End::Reset {
        drop((near.set_zero_linger(), far.set_zero_linger()));
    }
}

/// What becomes of bytes that have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Pass,
    Wait,
    Vanish,
    Reset,
}

impl Sky {
    fn fate(self, number: u64, way: Way) -> Fate {
        if number < self.reset_before || self.weather == Weather::Closed {
            return Fate::Reset;
        }
        if number < self.forgotten_before {
            return Fate::Vanish;
        }
        match (self.weather, way) {
            (Weather::Held, _) => Fate::Wait,
            (Weather::AnswersCut, Way::Back) => Fate::Reset,
            _ => Fate::Pass,
        }
    }
}

async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    way: Way,
    number: u64,
    mut sky: watch::Receiver<Sky>,
) -> End {
    let mut bytes = vec![0; 16 * 1024];
    let mut come = 0;
    loop {
        let now = *sky.borrow_and_update();
        match now.fate(number, way) {
            Fate::Reset if come > 0 || now.weather != Weather::AnswersCut => return End::Reset,
            Fate::Pass if come > 0 => {
                if to.write_all(&bytes[..come]).await.is_err() {
                    return End::Reset;
                }
                come = 0;
            }
            Fate::Vanish => come = 0,
            _ => {}
        }
        tokio::select! {
            read = from.read(&mut bytes), if come == 0 => match read {
                Ok(0) => return End::Closed,
                Ok(count) => come = count,
                Err(_) => return End::Reset,
            },
            changed = sky.changed() => if changed.is_err() { return End::Reset },
        }
    }
}
