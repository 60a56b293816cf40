//! A remote partner's answers: whatever comes back, a view is only of what has one meaning, and everything that is kept
//! is bounded.

use cashwrap::domain::money::MAX_MINOR;
use cashwrap::domain::payment::{OperationKind, Outcome, Status};
use cashwrap::partners::gateway::remote::meaning;

const KINDS: [OperationKind; 6] = [
    OperationKind::Create,
    OperationKind::Confirm,
    OperationKind::Authorise,
    OperationKind::Capture,
    OperationKind::Void,
    OperationKind::Refund,
];

/// One byte chooses what was asked; the rest is the encoded answer.
pub fn run(bytes: &[u8]) {
    let [kind, message @ ..] = bytes else { return };
    let kind = KINDS[usize::from(*kind) % KINDS.len()];
    let object = (!matches!(kind, OperationKind::Create | OperationKind::Authorise)).then_some("p_1");
    let code = |code: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        assert!((1..=64).contains(&code.len()) && code.bytes().all(plain), "{code}");
    };
    match meaning(kind, object, message) {
        Outcome::Definite(view) => {
            let holds = matches!(view.status, Status::Authorised | Status::Captured);
            assert!(!holds || view.object.is_some(), "nobody could give it back: {view:?}");
            assert!(object.is_none() || object == view.object.as_deref(), "another object: {view:?}");
            assert_eq!(kind == OperationKind::Refund, view.refunded_minor.is_some(), "{view:?}");
            for id in [&view.object, &view.reference].into_iter().flatten() {
                assert!(
                    (1..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()),
                    "{id}"
                );
            }
            let amounts = [view.amount.minor, view.capturable_minor, view.captured_minor];
            for minor in amounts.into_iter().chain(view.refunded_minor) {
                assert!((0..=MAX_MINOR).contains(&minor), "{minor}");
            }
            match view.status {
                Status::ActionNeeded { redirect_url } => {
                    let web = ["http://", "https://"]
                        .iter()
                        .any(|scheme| redirect_url.trim_start().to_ascii_lowercase().starts_with(scheme));
                    assert!(web && redirect_url.len() <= 4_096, "{redirect_url}");
                }
                Status::Declined(decline) => code(&decline.code),
                Status::Created
                | Status::Approved
                | Status::Processing
                | Status::Authorised
                | Status::Captured
                | Status::Voided => {}
            }
        }
        Outcome::Refused(refusal) => {
            code(&refusal.code);
            assert!(!refusal.not_found || object.is_some(), "what is to be made cannot be missing");
        }
        // Both are said by the message itself, or follow from its being none.
        Outcome::NotSent(_) | Outcome::Unknown(_) => {}
    }
}
