//! Where PostgreSQL's programs are, and which user may run them.
//!
//! `initdb` and its friends are outside PATH on Debian; nothing here downloads or guesses further.

use std::{env, fs, path::PathBuf, process::Command};

/// The folder that holds `initdb`, or what to install.
pub fn find() -> Result<PathBuf, String> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    // Two digits sort as text until PostgreSQL 100.
    versions.sort();
    let named = env::var_os("CASHWRAP_PG_BINDIR").map(PathBuf::from);
    let configured = output("pg_config", "--bindir").map(PathBuf::from);
    named
        .into_iter()
        .chain(configured)
        .chain(versions.into_iter().rev())
        .find(|folder| folder.join("initdb").exists())
        .ok_or_else(|| {
            "PostgreSQL is missing: run scripts/test, which installs it, or `apt-get install postgresql`, \
             or set CASHWRAP_PG_BINDIR to the folder that holds initdb"
                .to_owned()
        })
}

/// A user's and its group's number, if there is such a user.
pub fn user(name: &str) -> Option<(u32, u32)> {
    let number = |flag| {
        let output = Command::new("id").args([flag, name]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    Some((number("-u")?, number("-g")?))
}

fn output(program: &str, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
