//! `cashwrap healthcheck`: whether a process on this machine is ready, for supervisors without HTTP of their own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::exit::{FAILED, REFUSED};
use super::runtime::block_on;
use crate::config::{ServerSettings, Settings, SettingsRefused, environment};

/// Less than the three seconds that supervisors commonly wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// The answer is a line; what is longer is not ours.
const MAX_ANSWER_BYTES: u64 = 4_096;

/// Ask the admin listener of a process whether it is ready.
#[derive(Debug, Args)]
#[command(after_help = "It asks http://ADDRESS/readyz; /livez and /metrics are there too.\n\n\
    Exit codes: 0 ready; 1 not ready, or not there; 2 the command line or the settings are wrong.")]
pub struct Healthcheck {
    /// Its admin listener; without it that of the settings, or else 127.0.0.1:9464.
    #[arg(long, value_name = "ADDRESS", env = "CASHWRAP__SERVER__ADMIN_LISTEN")]
    pub admin: Option<SocketAddr>,
    /// The settings that the process was started with.
    #[arg(long, value_name = "FILE", env = "CASHWRAP_CONFIG")]
    pub config: Option<PathBuf>,
}

impl Healthcheck {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        let admin = match self.admin() {
            Ok(admin) => admin,
            Err(refused) => {
                eprintln!("{refused}");
                return ExitCode::from(REFUSED);
            }
        };
        block_on(async {
            match tokio::time::timeout(PATIENCE, ready(admin)).await {
                Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200 ") => {
                    println!("ready");
                    return ExitCode::SUCCESS;
                }
                Ok(Ok(answer)) => eprintln!("not ready: {}", answer.lines().last().unwrap_or_default()),
                Ok(Err(error)) => eprintln!("{admin} does not answer: {error}"),
                Err(_) => eprintln!("{admin} does not answer in time"),
            }
            ExitCode::from(FAILED)
        })
    }
}

impl Healthcheck {
    fn admin(&self) -> Result<SocketAddr, SettingsRefused> {
        match (self.admin, &self.config) {
            (Some(admin), _) => Ok(admin),
            (None, Some(file)) => Settings::load_admin(file, environment()),
            (None, None) => Ok(ServerSettings::default().admin_listen),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_say_where_to_ask_and_the_command_line_goes_over_them() {
        let file = std::env::temp_dir().join(format!("cashwrap-healthcheck-{}.toml", std::process::id()));
        std::fs::write(&file, "[server]\nadmin_listen = \"127.0.0.1:9999\"\n").unwrap();
        let of = |admin: Option<&str>, config| {
            let command = Healthcheck { admin: admin.map(|admin| admin.parse().unwrap()), config };
            command.admin().unwrap().to_string()
        };
        assert_eq!(of(None, Some(file.clone())), "127.0.0.1:9999");
        assert_eq!(of(Some("127.0.0.1:1"), Some(file.clone())), "127.0.0.1:1");
        assert_eq!(of(None, None), "127.0.0.1:9464");
        std::fs::remove_file(file).unwrap();
    }
}
