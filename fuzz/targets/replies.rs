//! A vendor's replies: whatever comes back, "nothing was executed" is said only where the status proves it, and a view
//! only of what has one meaning.

use cashwrap::domain::money::Money;
use cashwrap::domain::payment::{NotSent, OperationKind, Outcome};
use cashwrap::partners::gateway::stripe::meaning;

const KINDS: [OperationKind; 5] = [
    OperationKind::Create,
    OperationKind::Confirm,
    OperationKind::Capture,
    OperationKind::Void,
    OperationKind::Refund,
];
const STATUSES: [u16; 16] = [200, 201, 204, 301, 400, 401, 402, 403, 404, 408, 409, 418, 429, 500, 502, 503];

/// One byte chooses what was asked, one the status; the rest is the body.
pub fn run(bytes: &[u8]) {
    let [kind, status, body @ ..] = bytes else { return };
    let kind = KINDS[usize::from(*kind) % KINDS.len()];
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    let object = (kind != OperationKind::Create).then_some("pi_1");
    let asked = Money::new(1_000, "EUR".parse().unwrap());
    match meaning(kind, object, asked, status, body.to_vec()) {
        Outcome::NotSent(NotSent::Credentials) => assert!(matches!(status, 401 | 403)),
        Outcome::NotSent(why) => assert_eq!((why, status), (NotSent::RateLimited, 429)),
        Outcome::Definite(view) => {
            assert!(matches!(status, 200 | 201 | 204 | 400..=499), "{status}");
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            let named = view.object.as_deref().is_some_and(|id| !id.is_empty() && id.bytes().all(plain));
            assert!(named, "{view:?}");
            assert!(
                object.is_none_or(|object| view.object.as_deref() == Some(object)),
                "an answer about another object: {view:?}"
            );
        }
        Outcome::Refused(refusal) => {
            assert!((400..500).contains(&status), "{status}: {refusal:?}");
            assert!(refusal.code.len() <= 255 && refusal.code.bytes().all(|byte| byte.is_ascii_graphic()));
        }
        Outcome::Unknown(_) => assert!(!matches!(status, 401 | 403 | 429)),
    }
}
