//! PayPal's replies: whatever comes back, "nothing was executed" is said only where the status proves it, and a view
//! only of what has one meaning.

use cashwrap::domain::money::{MAX_MINOR, Money};
use cashwrap::domain::payment::{NotSent, OperationKind, Outcome};
use cashwrap::partners::gateway::paypal::meaning;

const KINDS: [OperationKind; 5] = [
    OperationKind::Create,
    OperationKind::Confirm,
    OperationKind::Capture,
    OperationKind::Void,
    OperationKind::Refund,
];
const STATUSES: [u16; 16] = [200, 201, 204, 301, 400, 401, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503];
const ORDER: &str = "5O190127TN364715T";

/// One byte chooses what was asked, one the status; the rest is the body.
pub fn run(bytes: &[u8]) {
    let [kind, status, body @ ..] = bytes else { return };
    let kind = KINDS[usize::from(*kind) % KINDS.len()];
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    let asked = Money::new(1_000, "EUR".parse().unwrap());
    match meaning(kind, ORDER, asked, status, body.to_vec()) {
        Outcome::NotSent(NotSent::Credentials) => assert!(matches!(status, 401 | 403)),
        // Only what moves no money is taken for unsent by a rate limit.
        Outcome::NotSent(why) => {
            assert_eq!((why, status, kind), (NotSent::RateLimited, 429, OperationKind::Create));
        }
        Outcome::Definite(view) => {
            assert!((200..300).contains(&status), "{status}");
            let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
            let object = view.object.as_deref().unwrap_or_default();
            assert!((1..=36).contains(&object.len()) && object.bytes().all(plain), "{view:?}");
            assert!(
                kind == OperationKind::Create || object == ORDER,
                "an answer about another order: {view:?}"
            );
            for minor in [view.amount.minor, view.capturable_minor] {
                assert!((0..=MAX_MINOR).contains(&minor), "{view:?}");
            }
            assert!(view.captured_minor >= 0 && view.refunded_minor.is_none_or(|minor| minor >= 0));
        }
        Outcome::Refused(refusal) => {
            // A capture or refund that was made and failed is told with a success.
            assert!(matches!(status, 200..=299 | 400..=499), "{status}: {refusal:?}");
            assert!(refusal.code.len() <= 64 && refusal.code.bytes().all(|byte| byte.is_ascii_graphic()));
        }
        Outcome::Unknown(_) => assert!(!matches!(status, 401 | 403)),
    }
}
