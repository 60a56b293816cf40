//! The rows, whether the server that wrote them lives or not. The same questions to either database; every
//! value comes as text.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::support::patience::spawn;

/// A connection that only reads.
pub enum Rows {
    Sqlite(Connection),
    Postgres(Client),
}

impl Rows {
    /// Opens the database at an address as the settings have it.
    pub async fn at(url: &str) -> Self {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
            connection.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
            return Self::Sqlite(connection);
        }
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        spawn(connection);
        Self::Postgres(client)
    }

    /// The answers to a question.
    pub async fn read(&self, sql: &str) -> Vec<Vec<String>> {
        match self {
            Self::Sqlite(connection) => read_sqlite(connection, sql),
            Self::Postgres(client) => {
                let messages = client.simple_query(sql).await.unwrap();
                let rows = messages.into_iter().filter_map(|message| match message {
                    SimpleQueryMessage::Row(row) => Some(row),
                    _ => None,
                });
                rows.map(|row| (0..row.len()).map(|at| row.get(at).unwrap_or_default().to_owned()).collect())
                    .collect()
            }
        }
    }

    /// The answer to a question for one number.
    pub async fn count(&self, sql: &str) -> i64 {
        self.read(sql).await[0][0].parse().unwrap()
    }
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
