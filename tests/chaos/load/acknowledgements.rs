//! What shoppers heard: a line each in a file that is on the disk before the shopper goes on. Whoever was told
//! of an order must find it for ever.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::support::shopper::{Aftercare, Session};

/// What a shopper was told in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Heard {
    /// The order's name.
    Order(String),
    Declined,
    /// The reason: the request was refused, and nothing of it is kept.
    Refused(String),
}

/// The end of a placement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Placed {
    pub session: Session,
    pub request_id: Uuid,
    pub card: String,
    pub heard: Heard,
}

/// What the back office was told to be taken down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LookedAfter {
    pub order: String,
    pub what: Aftercare,
}

/// A line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Acknowledgement {
    Placed(Placed),
    LookedAfter(LookedAfter),
}

/// The file.
pub struct Acknowledgements {
    path: PathBuf,
    file: Mutex<File>,
}

impl Acknowledgements {
    pub fn create(directory: &Path) -> Self {
        let path = directory.join("acknowledgements");
        let file = File::create_new(&path).unwrap();
        Self { path, file: Mutex::new(file) }
    }

    /// Makes one durable.
    pub fn add(&self, acknowledgement: &Acknowledgement) {
        let line = serde_json::to_string(acknowledgement).unwrap() + "\n";
        let mut file = self.file.lock().unwrap();
        file.write_all(line.as_bytes()).unwrap();
        file.sync_data().unwrap();
    }

    /// All, as the disk has them.
    pub fn read(&self) -> Vec<Acknowledgement> {
        let text = fs::read_to_string(&self.path).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
