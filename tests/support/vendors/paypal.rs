//! PayPal's Orders v2 and Payments v2, as far as a checkout asks them.
//!
//! What is imitated: orders that their customer approves on a page, one authorisation for each, captures up to 115 % of it,
//! voids that reach an authorisation alone, refunds of captures; errors with PayPal's names and issues; bearer tokens that
//! can be revoked; the header `PayPal-Mock-Response`; and `PayPal-Request-Id`: the same id at the same address shows what
//! the first request made as it is now, and runs again where the first made nothing.
//!
//! - `book`: what there is, and what each call makes of it. `shapes`: how it is shown. `wire`: the addresses.
//!
//! `GET /checkoutnow?token=…&decision=approve|cancel|declined` is the customer; `GET /book?reference=…` the witness.

mod book;
mod shapes;
mod wire;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use book::Book;
pub use book::Sums;

use super::super::patience::spawn;

/// What the application is called.
pub const CLIENT_ID: &str = "cashwrap-app";

/// Its secret.
pub const CLIENT_SECRET: &str = "EFGHsecret";

/// A PayPal of one's own; it ends with the test.
pub struct PayPal {
    address: SocketAddr,
    book: Arc<Mutex<Book>>,
    serving: JoinHandle<()>,
}

impl PayPal {
    /// Starts one on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let book = Arc::new(Mutex::new(Book::at(format!("http://{address}"))));
        let service = wire::router(Arc::clone(&book));
        let serving = spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self { address, book, serving }
    }

    /// The address it is bound to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is reached.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What its book says of a reference.
    pub fn sums(&self, reference: &str) -> Sums {
        self.book.lock().unwrap().sums(reference)
    }

    /// Every bearer token that was given is refused from now on.
    pub fn revoke_tokens(&self) {
        self.book.lock().unwrap().tokens.clear();
    }

    /// How many bearer tokens were given.
    pub fn tokens_given(&self) -> u64 {
        self.book.lock().unwrap().tokens_given
    }
}

impl Drop for PayPal {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
