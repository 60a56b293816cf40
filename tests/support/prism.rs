//! Prism, which others wrote: it reads a vendor's OpenAPI document, and answers requests that the document allows with
//! the document's own examples, and others with what is wrong with them.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::binary::free_port;

/// A mock of one document on a port of its own; dropping it kills it.
pub struct Prism {
    /// Where it is reached.
    pub base_url: String,
    _child: Child,
}

/// A document among the recorded exchanges, which a clone may not have beside it: then the test says that it was not
/// run, and fails where everything must be.
pub fn document(name: &str) -> Option<PathBuf> {
    let fixtures = std::env::var("CASHWRAP_FIXTURES").unwrap_or_else(|_| "../shared/data".to_owned());
    let path = Path::new(&fixtures).join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing", path.display());
    eprintln!("not run: {} is missing", path.display());
    None
}

impl Prism {
    /// Starts it on this document.
    pub async fn start(document: &Path) -> Self {
        let program = std::env::var_os("CASHWRAP_PRISM")
            .map(PathBuf::from)
            .expect("CASHWRAP_PRISM names no Prism: run `. scripts/tools.sh`, which installs and names it");
        let port = free_port();
        let mut child = Command::new(&program)
            .args(["mock", "--host", "127.0.0.1", "--port", &port.to_string(), "--errors"])
            .arg(document)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut looks = tokio::time::interval(Duration::from_millis(100));
        let looking = async {
            while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
                looks.tick().await;
                assert!(child.try_wait().unwrap().is_none(), "{} does not start", program.display());
            }
        };
        // It reads a document of a megabyte first.
        tokio::time::timeout(Duration::from_mins(2), looking).await.expect("Prism takes its time");
        Self { base_url: format!("http://127.0.0.1:{port}"), _child: child }
    }

    /// What it answers to a request with this body.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
        let mut request = reqwest::Client::new().post(format!("{}{path}", self.base_url)).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }
}
