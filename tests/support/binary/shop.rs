//! A shop of a test: a directory, two gateways and a database, and the servers over them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::lifeline::programme;
use super::ports::free_port;
use super::sandbox::Sandbox;
use super::server::Server;
use super::settings::{Places, Terms, text};
use crate::support::postgres::PrivatePostgres;

/// How many of each counted product there are at first, but for the last one.
pub const CATALOGUE_STOCK: i64 = 100_000;

/// How often `FIRST` may be used.
pub const COUPON_LIMIT: i64 = 12;

/// A course, which nobody ships and which is captured with its order, a cup that is sent, and a kettle that may be
/// collected. Of `LAST-ONE` there is one. `ALWAYS` counts nothing; `FIRST` is for the first who use it.
const CATALOGUE: &str = r#"{"products": [
  {"sku": "COURSE", "title": "A course", "price": {"currencyCode": "EUR", "units": 49, "nanos": 0},
   "taxCategory": "standard", "requiresDelivery": false, "stock": 100000},
  {"sku": "LAST-ONE", "title": "The last seat", "price": {"currencyCode": "EUR", "units": 25, "nanos": 0},
   "taxCategory": "standard", "requiresDelivery": false, "stock": 1},
  {"sku": "CUP", "title": "A cup", "price": {"currencyCode": "EUR", "units": 12, "nanos": 900000000},
   "taxCategory": "standard", "weightGrams": 340, "stock": 100000},
  {"sku": "KETTLE", "title": "A kettle", "price": {"currencyCode": "EUR", "units": 79, "nanos": 0},
   "taxCategory": "standard", "weightGrams": 1200, "stock": 100000, "tags": ["collect"]}
], "coupons": [
  {"code": "ALWAYS", "reason": "For everybody", "percent": "10"},
  {"code": "FIRST", "reason": "For the first", "percent": "50", "limit": 12}
]}"#;

/// Everybody's flow, and the one of carts with something that may be collected.
const FLOWS: [(&str, &str); 2] = [
    ("one-page.yaml", include_str!("../../../examples/flows/one-page.yaml")),
    ("click-and-collect.yaml", include_str!("../../../examples/flows/click-and-collect.yaml")),
];

/// What keeps the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A file of one server.
    Sqlite,
    /// A database of its own in the tests' PostgreSQL.
    Postgres,
}

/// A shop. Everything in it ends with it.
pub struct Shop {
    /// The gateway that is tried first.
    pub primary: Sandbox,
    /// The one after it.
    pub backup: Sandbox,
    /// The address of the database, as the settings have it.
    pub url: String,
    /// Where everything lies.
    pub directory: TempDir,
    /// The port at which servers that start from now on find the primary, where it is not its own.
    pub primary_through: Option<u16>,
    terms: Terms,
}

impl Shop {
    /// Starts the gateways and fills the catalogue.
    pub async fn open(kept: Kept, terms: Terms) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = match kept {
            Kept::Sqlite => format!("sqlite:{}", directory.path().join("cashwrap.db").display()),
            Kept::Postgres => PrivatePostgres::shared().fresh_database(),
        };
        Self::open_over(url, directory, terms).await
    }

    /// The same over an empty database that the caller keeps.
    pub async fn open_at(url: String, terms: Terms) -> Self {
        Self::open_over(url, tempfile::tempdir().unwrap(), terms).await
    }

    async fn open_over(url: String, directory: TempDir, terms: Terms) -> Self {
        let primary = Sandbox::start("primary", directory.path(), &terms).await;
        let backup = Sandbox::start("backup", directory.path(), &terms).await;
        let shop = Self { primary, backup, url, directory, primary_through: None, terms };
        let catalogue = shop.directory.path().join("catalogue.json");
        fs::write(&catalogue, CATALOGUE).unwrap();
        fs::create_dir(shop.flows()).unwrap();
        for (name, flow) in FLOWS {
            fs::write(shop.flows().join(name), flow).unwrap();
        }
        let (settings, _) = shop.write_settings("once");
        let settings = settings.to_str().unwrap();
        run(&["migrate", "--config", settings]);
        run(&["catalog", "load", catalogue.to_str().unwrap(), "--store", "demo", "--config", settings]);
        shop
    }

    /// The port of its PostgreSQL.
    pub fn database_port(&self) -> u16 {
        let (_, port) = self.url_at_port();
        port.parse().unwrap()
    }

    /// Servers that start from now on find PostgreSQL at this port.
    pub fn reach_database_through(&mut self, port: u16) {
        let (before, own) = self.url_at_port();
        self.url = format!("{before}:{port}{}", &self.url[before.len() + 1 + own.len()..]);
    }

    /// The address up to its port, and the port.
    fn url_at_port(&self) -> (&str, &str) {
        let (address, _) = self.url.rsplit_once('/').unwrap();
        address.rsplit_once(':').unwrap()
    }

    /// Starts a server; returns when it takes calls. A SQLite file serves one.
    pub async fn serve(&self, name: &str) -> Server {
        let (settings, grpc) = self.write_settings(name);
        Server::start(settings, &self.directory.path().join(format!("{name}.log")), grpc).await
    }

    fn flows(&self) -> PathBuf {
        self.directory.path().join("flows")
    }

    fn write_settings(&self, name: &str) -> (PathBuf, u16) {
        let (grpc, flows) = (free_port(), self.flows());
        let places = Places {
            flows: flows.to_str().unwrap(),
            url: &self.url,
            grpc,
            admin: free_port(),
            primary: self.primary_through.unwrap_or_else(|| self.primary.port()),
            backup: self.backup.port(),
        };
        let path = self.directory.path().join(format!("{name}.toml"));
        fs::write(&path, text(&self.terms, &places)).unwrap();
        (path, grpc)
    }
}

fn run(arguments: &[&str]) {
    let output = Command::new(programme()).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
