//! `cashwrap healthcheck`: whether a process on this machine is ready, for supervisors without HTTP of their own.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::exit::FAILED;
use super::runtime::block_on;

/// Less than the three seconds that supervisors commonly wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// The answer is a line; what is longer is not ours.
const MAX_ANSWER_BYTES: u64 = 4_096;

/// Ask the admin listener of a process whether it is ready.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 ready; 1 not ready, or not there; 2 the command line is wrong.")]
pub struct Healthcheck {
    /// Its admin listener.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9464",
        env = "CASHWRAP__SERVER__ADMIN_LISTEN"
    )]
    pub admin: SocketAddr,
}

impl Healthcheck {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        block_on(async {
            match tokio::time::timeout(PATIENCE, ready(self.admin)).await {
                Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200 ") => {
                    println!("ready");
                    return ExitCode::SUCCESS;
                }
                Ok(Ok(answer)) => eprintln!("not ready: {}", answer.lines().last().unwrap_or_default()),
                Ok(Err(error)) => eprintln!("{} does not answer: {error}", self.admin),
                Err(_) => eprintln!("{} does not answer in time", self.admin),
            }
            ExitCode::from(FAILED)
        })
    }
}

async fn ready(admin: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(admin).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.take(MAX_ANSWER_BYTES).read_to_string(&mut answer).await?;
    Ok(answer)
}
