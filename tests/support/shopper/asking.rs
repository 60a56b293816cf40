//! When to ask again: the connection broke, or the service said that nothing was decided.

use std::time::Duration;

use tokio::time::Instant;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// How long a shopper goes on asking before the test has failed.
const PATIENCE: Duration = Duration::from_mins(2);

/// Asked again too soon, a shopper would only heat the machine while the server is down.
const PAUSE: Duration = Duration::from_millis(20);

/// What a refusal is: its code and the reason of its ErrorInfo, which the wire's own errors do not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub code: Code,
    pub reason: String,
}

/// What a status tells.
pub fn told(status: &Status) -> Told {
    let reason = status.get_error_details().error_info().map(|info| info.reason.clone());
    Told { code: status.code(), reason: reason.unwrap_or_default() }
}

/// Whether a status leaves open what becomes of the request, so that the same one must be sent again.
fn unheard(status: &Status) -> bool {
    let told = told(status);
    match told.reason.as_str() {
        "" => told.code != Code::Unimplemented,
        "CONFLICT"
        | "REQUEST_IN_PROGRESS"
        | "OVERLOADED"
        | "STORE_UNAVAILABLE"
        | "PARTNER_UNAVAILABLE"
        | "TOO_MANY_PLACEMENTS" => true,
        _ => false,
    }
}

/// Asks until something is decided.
pub async fn insist<T, F>(mut ask: impl FnMut() -> F) -> Result<T, Status>
where
    F: Future<Output = Result<T, Status>>,
{
    let end = Instant::now() + PATIENCE;
    loop {
        match ask().await {
            Err(status) if unheard(&status) => {
                assert!(Instant::now() < end, "nothing was decided within {PATIENCE:?}: {status}");
                tokio::time::sleep(PAUSE).await;
            }
            decided => return decided,
        }
    }
}
