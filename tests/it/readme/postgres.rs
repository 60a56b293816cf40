//! The README's section on PostgreSQL, from an empty cluster to an order: with keys, a capability and no `--dev`.

use std::os::unix::fs::symlink;
use std::process::Stdio;

use tokio::process::Command;

use super::blocks::{self, in_section, script};
use super::{README, USUAL};
use crate::support::binary::{free_port, programme};
use crate::support::grpcurl;
use crate::support::postgres::PrivatePostgres;

/// The demo's list of services and its helpers: the section brings helpers of its own.
const OF_THE_DEMO: usize = 2;

/// Longer than the walk takes on a busy machine: nothing of it shall stay when it hangs.
const LIMIT_SECONDS: &str = "240";

#[tokio::test]
async fn the_section_on_postgresql_can_be_walked_and_the_first_walk_with_its_key() {
    let cluster = PrivatePostgres::shared();
    let section = in_section(README, "PostgreSQL");
    let first = in_section(README, "An order by hand");
    let blocks = [&section[..], &first[OF_THE_DEMO..]].concat();
    assert!(section.len() >= 6 && blocks.len() >= 18, "{blocks:?}");

    let directory = tempfile::tempdir().unwrap();
    let here = std::env::current_dir().unwrap();
    symlink(here.join("examples"), directory.path().join("examples")).unwrap();
    let programs = directory.path().join("programs");
    std::fs::create_dir(&programs).unwrap();
    symlink(grpcurl::program(), programs.join("grpcurl")).unwrap();
    symlink(here.join(programme()), programs.join("cashwrap")).unwrap();
    let path =
        format!("{}:{}:{}", programs.display(), cluster.programs().display(), std::env::var("PATH").unwrap());

    let [listen, admin, primary, backup] = [(); 4].map(|()| format!("127.0.0.1:{}", free_port()));
    let walk = script(&blocks)
        .replace(USUAL, &listen)
        .replace("127.0.0.1:12111", &primary)
        .replace("127.0.0.1:12112", &backup)
        .replace("localhost:5432", &cluster.address());
    let walked = Command::new("timeout")
        .args([LIMIT_SECONDS, "bash", "-c", &format!("trap 'kill $(jobs -p)' EXIT\n{walk}")])
        .current_dir(directory.path())
        .env("PATH", path)
        .env("PGHOST", cluster.directory())
        .env("PGPORT", cluster.address().rsplit(':').next().unwrap())
        .env("PGUSER", "postgres")
        .env("CASHWRAP__SERVER__LISTEN", &listen)
        .env("CASHWRAP__SERVER__ADMIN_LISTEN", &admin)
        .env("CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__BASE_URL", format!("http://{primary}"))
        .env("CASHWRAP__PARTNERS__GATEWAYS__BACKUP__BASE_URL", format!("http://{backup}"))
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let (said, wrong) = (String::from_utf8_lossy(&walked.stdout), String::from_utf8_lossy(&walked.stderr));
    assert!(walked.status.success(), "{said}\n{wrong}");

    let parts: Vec<&str> = said.split(blocks::MARK).collect();
    assert_eq!(parts.len(), blocks.len() + 1, "{said}");
    let said_by = |call: &str| {
        let place = blocks.iter().rposition(|block| block.contains(call)).unwrap();
        parts[place + 1]
    };
    assert!(said_by("cashwrap healthcheck").contains("ready"), "{said}");
    assert!(said_by("CheckoutService/GetCheckout").contains("one-page"), "{said}");
    assert!(said_by("OperationsService/ListPartners").contains("primary"), "{said}");
    assert!(said_by("OrderService/GetOrder").contains("ORDER_PAYMENT_STATE_AUTHORISED"), "{said}");
}
