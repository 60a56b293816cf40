//! Which gateway takes a payment where the flow's rules say so, and what operators are told of it.

use cashwrap::domain::payment::{DeclineClass, OperationKind};
use cashwrap::proto::cashwrap::v1::place_order_response::Result as Became;
use cashwrap::proto::cashwrap::v1::tender::Instrument;
use cashwrap::proto::cashwrap::v1::{
    CardDescriptor, CardInstrument, CardTender, Checkout, DeclineAction, ExplainPaymentRequest,
    ExplainPaymentResponse, ListPaymentMethodsRequest, PaymentMethod, PlaceOrderRequest, Tender,
};
use tonic::Code::Unavailable;

use super::checkouts::{buyer, checkout_of};
use super::orders::{order, place, placing};
use super::rig::{FLOW, Rig, is, operator, refusal, service};
use crate::placing::till::Weather;

/// A card of ours goes to the backup first, and what is large to the backup alone.
const RULES: &str = "
  routing:
  - {name: ours, when: 'tender.bin.startsWith(\"411111\")', gateways: [backup, primary]}
  - {name: large, when: amount >= 4000, gateways: [backup]}
";

/// A shop with these rules, a song for EUR 5.00 and a course for EUR 49.00.
async fn shop(rules: &str) -> Rig {
    let rig = Rig::with(&format!("{}{}", FLOW.trim_end(), rules), |desk| desk).await;
    rig.sells("song", 500, "EUR", false, None).await;
    rig
}

fn with_card(checkout: &Checkout, accounts: &[&str], bin: &str) -> PlaceOrderRequest {
    let instruments = accounts
        .iter()
        .map(|account| CardInstrument {
            partner_account: (*account).to_owned(),
            token: format!("tok_{account}_approve"),
        })
        .collect();
    let descriptor = (!bin.is_empty()).then(|| CardDescriptor {
        bin: bin.to_owned(),
        last_four: "0002".to_owned(),
        expiry_month: 12,
        expiry_year: 2_030,
        network: 0,
    });
    let card = CardTender { instruments, descriptor };
    let tender = Tender { amount: None, instrument: Some(Instrument::Card(card)) };
    PlaceOrderRequest { tenders: vec![tender], ..placing(checkout) }
}

/// Buys with tokens for both gateways; what operators are told of the payment.
async fn bought(rig: &Rig, sku: &str, bin: &str) -> ExplainPaymentResponse {
    let checkout = checkout_of(rig, sku, buyer()).await;
    let response = place(rig, &with_card(&checkout, &["primary", "backup"], bin)).await;
    explained(rig, &order(&response).payments[0]).await
}

async fn explained(rig: &Rig, name: &str) -> ExplainPaymentResponse {
    let request = ExplainPaymentRequest { name: name.to_owned() };
    rig.operations().explain_payment(operator(request)).await.unwrap().into_inner()
}

/// Each rule that was looked at, as `index name verdict error`.
fn steps(told: &ExplainPaymentResponse) -> Vec<String> {
    let routing = told.routing.as_ref().expect("the flow has rules");
    assert_eq!((routing.flow.as_str(), routing.flow_version), ("test", 1));
    let step = |step: &cashwrap::proto::cashwrap::v1::RoutingStep| {
        let line = format!("{} {} {} {}", step.rule_index, step.rule_name, step.verdict, step.error);
        line.trim_end().to_owned()
    };
    routing.steps.iter().map(step).collect()
}

fn candidates(told: &ExplainPaymentResponse) -> Vec<&str> {
    told.candidates.iter().map(|candidate| candidate.partner_account.as_str()).collect()
}

/// Each attempt, as its account, whom it passed over and why.
fn attempts(told: &ExplainPaymentResponse) -> Vec<(String, Vec<String>)> {
    let over = |one: &cashwrap::proto::cashwrap::v1::SkippedAccount| {
        format!("{} {}", one.partner_account, one.reason)
    };
    let attempts = told.attempts.iter();
    attempts.map(|each| (each.partner_account.clone(), each.passed_over.iter().map(over).collect())).collect()
}

async fn method(rig: &Rig, sku: &str) -> (Vec<String>, bool) {
    let parent = checkout_of(rig, sku, buyer()).await.name;
    let request = ListPaymentMethodsRequest { parent, ..ListPaymentMethodsRequest::default() };
    let listed = rig.checkouts().list_payment_methods(service(request)).await.unwrap().into_inner();
    let PaymentMethod { partner_accounts, routing_undecided, .. } = listed.payment_methods[0].clone();
    (partner_accounts.into_iter().map(|account| account.partner_account).collect(), routing_undecided)
}

#[tokio::test]
async fn small_amounts_go_to_one_gateway_and_large_ones_to_the_other_and_it_is_told_why() {
    let rig = shop(RULES).await;
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let counted = metrics::set_default_local_recorder(&recorder);
    let small = bought(&rig, "song", "").await;
    drop(counted);
    let metrics = recorder.handle().render();
    assert!(metrics.contains("cashwrap_routing_errors_total{flow=\"test\",rule=\"0\"} 1\n"), "{metrics}");
    assert_eq!((rig.primary.totals().len(), rig.backup.totals().len()), (1, 0));
    assert_eq!(steps(&small), ["0 ours ERROR tender.bin is not known", "1 large NOT_MATCHED"]);
    assert_eq!(candidates(&small), ["primary", "backup"]);
    let large = bought(&rig, "course", "555555").await;
    assert_eq!((rig.primary.totals().len(), rig.backup.totals().len()), (1, 1));
    assert_eq!(steps(&large), ["0 ours NOT_MATCHED", "1 large MATCHED"]);
    assert_eq!((candidates(&large), attempts(&large)), (vec!["backup"], vec![("backup".to_owned(), vec![])]));
    assert_eq!(large.routing.unwrap().other_accounts, ["primary"]);
}

#[tokio::test]
async fn a_bin_that_a_rule_names_goes_where_the_rule_says_and_is_stored_nowhere() {
    let rig = shop(RULES).await;
    let told = bought(&rig, "course", "41111122").await;
    assert_eq!((rig.primary.totals().len(), rig.backup.totals().len()), (0, 1));
    assert_eq!(
        (steps(&told), candidates(&told)),
        (vec!["0 ours MATCHED".to_owned()], vec!["backup", "primary"])
    );
    assert!(!format!("{told:?}").contains("411111"), "{told:?}");
}

#[tokio::test]
async fn fail_over_stays_within_the_list_of_the_rule_that_matched() {
    let rig = shop(RULES).await;
    rig.backup.next(OperationKind::Confirm, Weather::Declined(DeclineClass::IssuerUnavailable));
    let told = bought(&rig, "song", "411111").await;
    let (first, then) =
        (("backup".to_owned(), vec![]), ("primary".to_owned(), vec!["backup TRIED".to_owned()]));
    assert_eq!((steps(&told), attempts(&told)), (vec!["0 ours MATCHED".to_owned()], vec![first, then]));

    rig.backup.next(OperationKind::Confirm, Weather::Declined(DeclineClass::IssuerUnavailable));
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let both = with_card(&checkout, &["primary", "backup"], "");
    let response = place(&rig, &both).await;
    let Some(Became::Decline(decline)) = response.result else { panic!("no decline: {response:?}") };
    let told = explained(&rig, &decline.payment).await;
    assert_eq!((attempts(&told).len(), told.attempts[0].failover_decision.as_str()), (1, "OPEN"));
    assert_eq!(rig.primary.totals().len(), 1, "the song alone");

    rig.backup.set_down(true);
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let status = rig
        .checkouts()
        .place_order(service(with_card(&checkout, &["primary", "backup"], "")))
        .await
        .unwrap_err();
    assert_eq!(refusal(&status), is(Unavailable, "PARTNER_UNAVAILABLE", ""));
    assert_eq!(rig.primary.totals().len(), 1, "the song alone");
}

#[tokio::test]
async fn a_tender_without_a_token_for_the_rules_gateways_is_asked_for_one() {
    let rig = shop(RULES).await;
    let checkout = checkout_of(&rig, "course", buyer()).await;
    let response = place(&rig, &with_card(&checkout, &["primary"], "")).await;
    let Some(Became::Decline(decline)) = response.result else { panic!("no decline: {response:?}") };
    assert_eq!(
        (decline.next_action(), decline.partner_account.as_str()),
        (DeclineAction::ReenterPayment, "backup")
    );
    assert!(rig.untouched());
    let checkout = checkout_of(&rig, "song", buyer()).await;
    let response = place(&rig, &with_card(&checkout, &["primary"], "411111")).await;
    let told = explained(&rig, &order(&response).payments[0]).await;
    assert_eq!(attempts(&told), [("primary".to_owned(), vec!["backup NO_TOKEN".to_owned()])]);
}

#[tokio::test]
async fn payment_methods_name_the_gateways_that_the_rules_may_still_come_to() {
    let rig = shop(RULES).await;
    assert_eq!(method(&rig, "song").await, (vec!["backup".to_owned(), "primary".to_owned()], true));
    let rig = shop("\n  routing:\n  - {when: amount >= 4000, gateways: [backup]}\n").await;
    assert_eq!(method(&rig, "course").await, (vec!["backup".to_owned()], false));
    assert_eq!(method(&rig, "song").await, (vec!["primary".to_owned(), "backup".to_owned()], false));
    let rig = Rig::start().await;
    assert_eq!(method(&rig, "course").await, (vec!["primary".to_owned(), "backup".to_owned()], false));
}

#[tokio::test]
async fn a_gateway_that_a_rule_alone_names_takes_tokens_and_one_that_nothing_names_does_not() {
    let rig = Rig::with(
        &FLOW.replace(
            "[primary, backup]",
            "[primary]\n  routing:\n  - {when: amount >= 4000, gateways: [backup]}",
        ),
        |desk| desk,
    )
    .await;
    rig.sells("song", 500, "EUR", false, None).await;
    bought(&rig, "course", "").await;
    let small = bought(&rig, "song", "").await;
    assert_eq!((rig.primary.totals().len(), rig.backup.totals().len()), (1, 1));
    assert_eq!(small.routing.unwrap().other_accounts, ["backup"]);
    let checkout = checkout_of(&rig, "song", buyer()).await;
    let stray = with_card(&checkout, &["primary", "elsewhere"], "");
    let status = rig.checkouts().place_order(service(stray)).await.unwrap_err();
    assert_eq!(refusal(&status).2, "tenders[0].card.instruments");
}
