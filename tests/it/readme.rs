//! The README's commands are run, so that a newcomer's first hour cannot go wrong unseen.

mod blocks;
mod postgres;

use std::os::unix::fs::symlink;
use std::process::Stdio;

use tokio::process::Command;

use crate::support::binary::Spawned;
use crate::support::grpcurl;
use blocks::{in_section, script};

const README: &str = include_str!("../../README.md");

/// Where the README's demo serves.
const USUAL: &str = "127.0.0.1:50051";

/// Where the demo says that it serves.
fn address(line: &str) -> Option<String> {
    line.trim().strip_prefix("grpcurl -plaintext ")?.strip_suffix(" list").map(str::to_owned)
}

#[tokio::test]
async fn the_commands_of_the_readme_lead_to_an_order_of_the_price_that_it_names() {
    let grpcurl_program = grpcurl::program();
    let sections = ["An order by hand", "Collected in a shop, confirmed by the buyer"];
    let blocks = sections.map(|heading| in_section(README, heading)).concat();
    assert!(blocks.len() >= 18, "{blocks:?}");
    let mut demo = Spawned::start(&["demo", "--listen", "127.0.0.1:0"], &[]);
    let address = demo.line(address).await;

    let programs = demo.path_of("programs");
    std::fs::create_dir(&programs).unwrap();
    symlink(&grpcurl_program, programs.join("grpcurl")).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let walked = Command::new("bash")
        .args(["-c", &script(&blocks).replace(USUAL, &address)])
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let (said, wrong) = (String::from_utf8_lossy(&walked.stdout), String::from_utf8_lossy(&walked.stderr));
    assert!(walked.status.success(), "{said}\n{wrong}");

    let parts: Vec<&str> = said.split(blocks::MARK).collect();
    assert_eq!(parts.len(), blocks.len() + 1, "{said}");
    assert!(parts[1].contains("cashwrap.v1.CheckoutService"), "{}", parts[1]);
    let said_by = |call: &str| -> serde_json::Value {
        let place = blocks.iter().position(|block| block.contains(call)).unwrap();
        serde_json::from_str(parts[place + 1]).unwrap()
    };
    assert_eq!(said_by("CartService/ApplyCode")["cart"]["codes"][0]["applied"], true);
    let order = said_by("OrderService/GetOrder");
    let total = &order["order"]["quote"]["total"];
    assert_eq!([&total["currencyCode"], &total["units"]], ["EUR", "28"], "{order}");
    assert_eq!(total["nanos"], 120_000_000, "{order}");
    assert!(README.contains("EUR 28.12"));
    assert_eq!(order["order"]["paymentState"], "ORDER_PAYMENT_STATE_AUTHORISED", "{order}");
    let name = &order["order"]["payments"][0];
    assert_eq!(said_by("PaymentService/CapturePayment")["payment"]["name"], *name);
    let decline = &said_by("PlaceOrder")["decline"];
    assert_eq!(decline["nextAction"], "DECLINE_ACTION_OTHER_METHOD", "{decline}");
    let refund = &said_by("PaymentService/RefundPayment")["payment"]["refunds"][0];
    assert_eq!(refund["amount"]["units"], "10", "{refund}");
    let collected = &said_by("ConfirmPaymentAction")["order"];
    assert_eq!(
        [&collected["flow"], &collected["paymentState"]],
        ["click-and-collect@1", "ORDER_PAYMENT_STATE_AUTHORISED"]
    );
    assert!(demo.interrupt().await.success());
}

#[test]
fn what_the_readme_names_is_there() {
    for (_, rest) in README.match_indices("](").map(|(place, mark)| README.split_at(place + mark.len())) {
        let target = rest.split(')').next().unwrap();
        let is_address = target.starts_with("https://") || target.starts_with('#');
        assert!(is_address || std::path::Path::new(target).exists(), "the README names {target}");
    }
}
