//! What shoppers heard: a line each in a file that is on the disk before the shopper goes on. Whoever was told
//! of an order must find it for ever.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use uuid::Uuid;

use crate::support::shopper::Session;

/// What a shopper was told in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    /// The order's name.
    Order(String),
    Declined,
}

/// A line.
#[derive(Debug, Clone)]
pub(super) struct Acknowledgement {
    pub(super) session: Session,
    pub(super) request_id: Uuid,
    pub(super) behaviour: String,
    pub(super) heard: Heard,
}

/// The file.
pub(super) struct Acknowledgements {
    path: PathBuf,
    file: Mutex<File>,
}

impl Acknowledgements {
    pub(super) fn create(directory: &Path) -> Self {
        let path = directory.join("acknowledgements");
        let file = File::create_new(&path).unwrap();
        Self { path, file: Mutex::new(file) }
    }

    /// Makes one durable.
    pub(super) fn add(&self, acknowledgement: &Acknowledgement) {
        let Acknowledgement { session, request_id, behaviour, heard } = acknowledgement;
        let heard = match heard {
            Heard::Order(order) => order,
            Heard::Declined => "declined",
        };
        let Session { name, cart, digest, total_minor } = session;
        let line = format!("{name} {cart} {digest} {total_minor} {request_id} {behaviour} {heard}\n");
        let mut file = self.file.lock().unwrap();
        file.write_all(line.as_bytes()).unwrap();
        file.sync_data().unwrap();
    }

    /// All, as the disk has them.
    pub(super) fn read(&self) -> Vec<Acknowledgement> {
        fs::read_to_string(&self.path).unwrap().lines().map(parse).collect()
    }
}

fn parse(line: &str) -> Acknowledgement {
    let words: Vec<&str> = line.split(' ').collect();
    let [name, cart, digest, total_minor, request_id, behaviour, heard] = words[..] else { panic!("{line}") };
    Acknowledgement {
        session: Session {
            name: name.to_owned(),
            cart: cart.to_owned(),
            digest: digest.to_owned(),
            total_minor: total_minor.parse().unwrap(),
        },
        request_id: request_id.parse().unwrap(),
        behaviour: behaviour.to_owned(),
        heard: match heard {
            "declined" => Heard::Declined,
            order => Heard::Order(order.to_owned()),
        },
    }
}
