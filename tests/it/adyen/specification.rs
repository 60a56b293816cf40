//! Adyen's own specification of Checkout v71: its examples of answers, as the adapter reads them, and the adapter's
//! requests, as Prism holds them against it.

use std::path::Path;

use cashwrap::domain::payment::{DeclineClass, NotSent, OperationKind, Outcome, Status, UnknownCause};
use cashwrap::partners::gateway::adyen::meaning;
use cashwrap::ports::gateway::Call;
use serde_json::{Value, json};

use super::rig::{Rig, authorising, euros, key, stored};
use crate::support::prism::{Prism, document};
use crate::support::vendors::adyen::API_KEY;

const NAME: &str = "adyen/CheckoutService-v71.json";

/// The examples of one answer: by name, in the document's order.
fn examples(document: &Path, path: &str, status: &str) -> Vec<(String, Value)> {
    let text = std::fs::read_to_string(document).unwrap();
    let specification: Value = serde_json::from_str(&text).unwrap();
    let content = &specification["paths"][path]["post"]["responses"][status]["content"]["application/json"];
    let named = content["examples"].as_object().unwrap();
    let resolve = |example: &Value| {
        let place = example["$ref"].as_str().unwrap().trim_start_matches('#');
        specification.pointer(place).unwrap()["value"].clone()
    };
    named.iter().map(|(name, example)| (name.clone(), resolve(example))).collect()
}

fn read(kind: OperationKind, object: Option<&str>, status: u16, body: &Value) -> Outcome {
    meaning(kind, object, euros(1_000), status, body.to_string().into_bytes())
}

#[test]
fn each_example_of_a_payments_answer_has_its_meaning() {
    let Some(document) = document(NAME) else { return };
    let answers = examples(&document, "/payments", "200");
    assert!(answers.len() >= 10, "{answers:?}");
    for (name, body) in answers {
        let outcome = read(OperationKind::Authorise, None, 200, &body);
        let Outcome::Definite(view) = outcome else { panic!("{name}: {outcome:?}") };
        match name.as_str() {
            "card-3d-secure-2-web" => {
                let needs = matches!(&view.status, Status::Declined(decline) if decline.class == DeclineClass::MethodUnsupported);
                assert!(needs, "{name}: {view:?}");
            }
            "card-3d-secure-redirect" | "ideal" => {
                assert!(matches!(&view.status, Status::ActionNeeded { .. }), "{name}: {view:?}");
                assert_eq!(view.object, None, "{name}");
            }
            _ => {
                assert_eq!(view.status, Status::Authorised, "{name}");
                assert_eq!(view.object.as_deref(), body["pspReference"].as_str(), "{name}");
            }
        }
    }
}

#[test]
fn each_example_of_an_answer_to_details_and_modifications_has_its_meaning() {
    let Some(document) = document(NAME) else { return };
    for (name, body) in examples(&document, "/payments/details", "200") {
        let outcome = read(OperationKind::Confirm, None, 200, &body);
        assert!(
            matches!(&outcome, Outcome::Definite(view) if view.status == Status::Authorised),
            "{name}: {outcome:?}"
        );
    }
    let object = Some("993617894903480A");
    for (kind, path, object) in [
        (OperationKind::Capture, "/payments/{paymentPspReference}/captures", object),
        (OperationKind::Refund, "/payments/{paymentPspReference}/refunds", object),
        (OperationKind::Void, "/payments/{paymentPspReference}/cancels", object),
        (OperationKind::Void, "/cancels", None),
    ] {
        let answers = examples(&document, path, "201");
        assert!(!answers.is_empty(), "{path}");
        for (name, body) in answers {
            let outcome = read(kind, object, 201, &body);
            assert_eq!(outcome, Outcome::Unknown(UnknownCause::Processing), "{path} {name}");
        }
    }
}

#[test]
fn each_example_of_an_error_has_its_meaning() {
    let Some(document) = document(NAME) else { return };
    for path in ["/payments", "/payments/{paymentPspReference}/captures"] {
        for (status, code) in [(400_u16, "702"), (401, "000"), (403, "901"), (422, "14_030"), (500, "905")] {
            let [(name, body)] = examples(&document, path, &status.to_string()).try_into().unwrap();
            let outcome = read(OperationKind::Authorise, None, status, &body);
            match (status, outcome) {
                (401 | 403, Outcome::NotSent(NotSent::Credentials))
                | (500, Outcome::Unknown(UnknownCause::ServerError)) => {}
                (400 | 422, Outcome::Refused(refusal)) => assert_eq!(refusal.code, code, "{name}"),
                (_, other) => panic!("{path} {status} {name}: {other:?}"),
            }
        }
    }
}

/// Every request that the adapter can send, as the look-alike got it.
async fn requests() -> Vec<(String, Value)> {
    let rig = Rig::start().await;
    let object = || "993617894903480A".to_owned();
    let brought_back = |name: &str| vec![(name.to_owned(), "eyJ0cmFuc1N0YXR1cyI6IlkifQ==".to_owned())];
    let confirm =
        |name: &str| Call::Confirm { object: None, return_url: None, brought_back: brought_back(name) };
    let mut calls = vec![
        authorising(&stored("M5N7TQ4TG5PFWR50")),
        authorising("card:test_n:test_m:test_y"),
        authorising("card:test_n:test_m:test_y:test_c:John Smith"),
        Call::Capture { object: object(), amount_minor: 1 },
        Call::Refund { object: object(), amount_minor: 1_000 },
        Call::Void { object: object() },
        Call::VoidReference,
    ];
    let details = [
        "redirectResult",
        "threeDSResult",
        "payload",
        "MD",
        "PaRes",
        "threeds2.fingerprint",
        "threeds2.challengeResult",
    ];
    calls.extend(details.map(confirm));
    let count = calls.len();
    for (number, call) in (1_u128..).zip(calls) {
        let _ = rig.send(&key(number), call).await;
    }
    let sent = rig.adyen.requests();
    assert_eq!(sent.len(), count, "each was sent");
    sent
}

#[tokio::test]
async fn requests_of_every_kind_are_what_the_specification_allows() {
    let Some(document) = document(NAME) else { return };
    let prism = Prism::start(&document).await;
    let headers = [("x-api-key", API_KEY), ("idempotency-key", "37ca9c97-d1d1-4c62-89e8-706891a563ed")];
    let mut all = requests().await;
    all.push(("/v71/paymentMethods".to_owned(), json!({"merchantAccount": "ShopCOM"})));
    for (path, body) in &all {
        let (status, answer) = prism.post(path.strip_prefix("/v71").unwrap(), &headers, body).await;
        assert!((200..300).contains(&status), "{path} {body}: {status} {answer}");
    }
    // And it does look: what the specification does not have is refused.
    let mut strange = all[0].1.clone();
    strange["surprise"] = json!(true);
    assert_eq!(prism.post("/payments", &headers, &strange).await.0, 422);
    let mut bare = all[0].1.clone();
    bare.as_object_mut().unwrap().remove("returnUrl");
    assert_eq!(prism.post("/payments", &headers, &bare).await.0, 422);
    assert_eq!(prism.post("/payments", &headers[1..], &all[0].1).await.0, 401);
}
