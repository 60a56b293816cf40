//! The rows, whether the server that wrote them lives or not. The same questions to either database; every
//! value comes as text. A database that comes back after an end is asked again.

use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

use crate::support::patience::spawn;

/// How long a database that does not answer is asked again.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long one question may take.
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);

/// Every table of either database.
pub const TABLES: [&str; 10] = [
    "state",
    "personal",
    "event",
    "attempt",
    "operation",
    "orders",
    "placement",
    "counter",
    "reply",
    "timer",
];

/// A connection that only reads.
pub enum Rows {
    Sqlite(Connection),
    Postgres { url: String, client: Mutex<Option<Client>> },
}

impl Rows {
    /// Opens the database at an address as the settings have it.
    pub async fn at(url: &str) -> Self {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
            connection.busy_timeout(Duration::from_secs(5)).unwrap();
            return Self::Sqlite(connection);
        }
        let rows = Self::Postgres { url: url.to_owned(), client: Mutex::new(None) };
        rows.read("SELECT 1").await;
        rows
    }

    /// The answers to a question.
    pub async fn read(&self, sql: &str) -> Vec<Vec<String>> {
        let (url, client) = match self {
            Self::Sqlite(connection) => return read_sqlite(connection, sql),
            Self::Postgres { url, client } => (url, client),
        };
        let mut client = client.lock().await;
        let end = Instant::now() + PATIENCE;
        loop {
            let asking = read_postgres(url, &mut client, sql);
            let error = match tokio::time::timeout(ANSWERED_WITHIN, asking).await {
                Ok(Ok(rows)) => return rows,
                Ok(Err(error)) => error.to_string(),
                Err(elapsed) => elapsed.to_string(),
            };
            assert!(Instant::now() < end, "{sql}: {error}");
            *client = None;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The answer to a question for one number.
    pub async fn count(&self, sql: &str) -> i64 {
        self.read(sql).await[0][0].parse().unwrap()
    }
}

async fn read_postgres(url: &str, held: &mut Option<Client>, sql: &str) -> Result<Vec<Vec<String>>, Error> {
    let client = if let Some(client) = held {
        client
    } else {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        spawn(connection);
        held.insert(client)
    };
    let messages = client.simple_query(sql).await?;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows
        .map(|row| (0..row.len()).map(|at| row.get(at).unwrap_or_default().to_owned()).collect())
        .collect())
}

fn read_sqlite(connection: &Connection, sql: &str) -> Vec<Vec<String>> {
    let mut statement = connection.prepare_cached(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|at| row.get_ref(at).map(text)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => String::new(),
    }
}
