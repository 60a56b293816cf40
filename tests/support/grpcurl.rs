//! grpcurl, with which people debug the service.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Where grpcurl is.
pub fn program() -> PathBuf {
    let program = std::env::var_os("CASHWRAP_GRPCURL").map(PathBuf::from);
    program.expect("CASHWRAP_GRPCURL names no grpcurl: run `. scripts/tools.sh`, which installs and names it")
}

/// Calls one server.
pub struct Grpcurl {
    program: PathBuf,
    address: String,
}

impl Grpcurl {
    /// Calls the server at this address.
    pub fn of(program: &Path, address: &str) -> Self {
        Self { program: program.to_owned(), address: address.to_owned() }
    }

    /// Calls `Service/Method` of the API, which must succeed.
    pub async fn call(&self, method: &str, request: &Value) -> Value {
        let answered = self.run(method, request).await;
        let error = String::from_utf8_lossy(&answered.stderr);
        assert!(answered.status.success(), "{method} {request}: {error}");
        serde_json::from_slice(&answered.stdout).unwrap()
    }

    /// Calls `Service/Method` of the API, which must refuse: what grpcurl prints of that.
    pub async fn refused(&self, method: &str, request: &Value) -> String {
        let answered = self.run(method, request).await;
        assert!(!answered.status.success(), "{method} {request}: it was not refused");
        String::from_utf8_lossy(&answered.stderr).into_owned()
    }

    async fn run(&self, method: &str, request: &Value) -> Output {
        let mut child = Command::new(&self.program)
            .args(["-plaintext", "-d", "@", &self.address, &format!("cashwrap.v1.{method}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(request.to_string().as_bytes()).await.unwrap();
        drop(input);
        child.wait_with_output().await.unwrap()
    }
}
