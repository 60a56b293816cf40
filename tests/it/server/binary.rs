//! The binary itself: its exit codes, its log, and its end by a signal.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::binary::{Spawned, programme};

fn cashwrap(directory: &TempDir) -> Command {
    let mut command = Command::new(programme());
    command
        .env("CASHWRAP_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/examples/cashwrap.toml"))
        .env("CASHWRAP__STORE__URL", format!("sqlite:{}", directory.path().join("cashwrap.db").display()))
        .env("CASHWRAP__SERVER__LISTEN", "127.0.0.1:0")
        .env("CASHWRAP__SERVER__ADMIN_LISTEN", "127.0.0.1:0");
    command
}

#[test]
fn it_serves_says_where_is_found_ready_and_ends_with_0_after_sigterm() {
    let directory = TempDir::new().unwrap();
    let mut process = cashwrap(&directory).arg("serve").stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
    let serving = log.by_ref().map(Result::unwrap).find(|line| line.contains("serving")).unwrap();
    let serving: serde_json::Value = serde_json::from_str(&serving).unwrap();
    let admin = serving["admin"].as_str().unwrap();

    let healthcheck = |admin| cashwrap(&directory).args(["healthcheck", "--admin", admin]).output().unwrap();
    assert_eq!(healthcheck(admin).status.code(), Some(0));

    let killed = Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(process.wait().unwrap().code(), Some(0));
    assert!(log.map(Result::unwrap).any(|line| line.contains("drained")));
    assert_eq!(healthcheck(admin).status.code(), Some(1));
}

#[tokio::test]
async fn a_gateway_that_is_away_at_the_start_is_warned_of_and_the_process_is_ready_all_the_same() {
    let away = ("CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__BASE_URL", "http://127.0.0.1:1");
    let variables = [
        ("CASHWRAP_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/examples/cashwrap.toml")),
        ("CASHWRAP__SERVER__LISTEN", "127.0.0.1:0"),
        ("CASHWRAP__SERVER__ADMIN_LISTEN", "127.0.0.1:0"),
        away,
    ];
    let mut process = Spawned::start(&["serve"], &variables);
    let told = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok();
    let warned = process.line(|line| told(line).filter(|line| line["endpoint"] == "127.0.0.1:1")).await;
    assert_eq!((&warned["level"], &warned["account"]), (&"WARN".into(), &"primary".into()), "{warned}");
    assert!(!warned.to_string().contains("sk_sandbox"), "{warned}");
    let admin = process.line(|line| told(line)?["admin"].as_str().map(str::to_owned)).await;
    assert!(super::process::get(admin.parse().unwrap(), "/readyz").await.contains("ready"));
    assert!(process.interrupt().await.success());
}

#[test]
fn a_port_that_is_taken_is_told_with_its_address_its_key_and_what_to_do() {
    let directory = TempDir::new().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (variable, key) in [
        ("CASHWRAP__SERVER__LISTEN", "server.listen"),
        ("CASHWRAP__SERVER__ADMIN_LISTEN", "server.admin_listen"),
    ] {
        let ended = cashwrap(&directory).arg("serve").env(variable, &address).output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr);
        let expected = format!("error: {key}: cannot listen on {address}: ");
        let told = told.lines().last().unwrap();
        assert!(told.starts_with(&expected), "{told}");
        let remedy = format!("or give another address with {key} or {variable}");
        assert!(told.contains("end the process that listens there") && told.ends_with(&remedy), "{told}");
        assert_eq!(ended.status.code(), Some(1));
    }
}

#[test]
fn a_catalogue_is_loaded_twice_and_what_is_wrong_with_a_command_is_told_with_2() {
    let directory = TempDir::new().unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/catalogue.json");
    let load =
        |store| cashwrap(&directory).args(["catalog", "load", file, "--store", store]).output().unwrap();
    for written in [16, 0] {
        let loaded = load("demo");
        let expected = format!(
            "16 products and coupons, {written} of them new or changed; the file's stock and limits stand for 11\n"
        );
        assert_eq!(String::from_utf8_lossy(&loaded.stdout), expected);
        assert_eq!(loaded.status.code(), Some(0));
    }
    let refused = load("nowhere");
    let expected = "error: there is no store nowhere: use one of demo\n";
    assert_eq!(
        (String::from_utf8_lossy(&refused.stderr).as_ref(), refused.status.code()),
        (expected, Some(2))
    );
    let reachable = cashwrap(&directory)
        .args(["serve", "--dev"])
        .env("CASHWRAP__SERVER__LISTEN", "0.0.0.0:0")
        .output()
        .unwrap();
    assert_eq!(reachable.status.code(), Some(2), "{}", String::from_utf8_lossy(&reachable.stderr));
    assert_eq!(cashwrap(&directory).arg("migrate").output().unwrap().status.code(), Some(0));
}
