//! Adyen's replies and notifications: whatever comes back, "nothing was executed" is said only where the status proves
//! it, money is held only by an answer with an id, a receipt is never an end, and what no key signed is never heard.

use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{NotSent, OperationKind, Outcome, Status};
use cashwrap::partners::gateway::adyen::{AdyenWebhooks, meaning};
use cashwrap::ports::webhook::{RawWebhook, Webhooks as _};
use jiff::Timestamp;

const KINDS: [OperationKind; 5] = [
    OperationKind::Authorise,
    OperationKind::Confirm,
    OperationKind::Capture,
    OperationKind::Void,
    OperationKind::Refund,
];
const STATUSES: [u16; 16] = [200, 201, 204, 301, 400, 401, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503];
/// A key that nobody has.
const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// One byte chooses what was asked, or that it is a notification, one the status; the rest is the body.
pub fn run(bytes: &[u8]) {
    let [kind, status, body @ ..] = bytes else { return };
    let Some(kind) = KINDS.get(usize::from(*kind) % (KINDS.len() + 1)).copied() else { return heard(body) };
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    let object = (!kind.authorises()).then_some("PSP1");
    let asked = Money::new(1_000, "EUR".parse().unwrap());
    match meaning(kind, object, asked, status, body.to_vec()) {
        Outcome::NotSent(why) => {
            assert_eq!(why, NotSent::Credentials);
            assert!(matches!(status, 401 | 403));
        }
        Outcome::Definite(view) => {
            assert!(kind.authorises() && matches!(status, 200..=299), "{kind:?} {status}: {view:?}");
            let plain = |id: &String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            assert!(view.object.as_ref().is_none_or(plain), "{view:?}");
            assert!(view.status != Status::Authorised || view.object.is_some(), "held by nobody: {view:?}");
            assert!(view.status == Status::Authorised || view.capturable_minor == 0, "{view:?}");
            assert!(view.status != Status::Captured && view.captured_minor == 0, "{view:?}");
        }
        Outcome::Refused(refusal) => {
            assert!((400..500).contains(&status), "{status}: {refusal:?}");
            assert!(refusal.code.len() <= 255 && refusal.code.bytes().all(|byte| byte.is_ascii_graphic()));
        }
        Outcome::Unknown(_) => assert!(!matches!(status, 401 | 403)),
    }
}

fn heard(body: &[u8]) {
    let webhooks = AdyenWebhooks::new(&[KEY.into()], "ShopCOM").unwrap();
    let told = webhooks.read(RawWebhook { headers: &[], body }, Timestamp::UNIX_EPOCH);
    assert!(told.is_err(), "nobody signed this: {told:?}");
}
