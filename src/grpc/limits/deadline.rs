//! The time that a call may take: the caller's own, capped by ours.
//!
//! tonic's transport would answer CANCELLED, which reads as if the caller had hung up; here a call that ran out
//! of time is DEADLINE_EXCEEDED, and one that comes too late is refused before any work. What the handler
//! spawned goes on. A stream's head has this deadline; its length is bounded by the age of its connection.

use std::time::Duration;

use http::{HeaderMap, Request, Response};
use tokio::time::Instant;
use tonic::body::Body;

use super::refusal;
use crate::resilience::{Answering, Around, AroundLayer, answer};

/// The deadline's header.
const GRPC_TIMEOUT: &str = "grpc-timeout";

/// When the caller stops waiting. It travels with the request, so that nothing is begun for nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerBy(pub Instant);

/// Ends calls that take too long.
pub type DeadlineLayer = AroundLayer<Longest>;

impl DeadlineLayer {
    /// No call takes longer than `longest`.
    pub const fn new(longest: Duration) -> Self {
        Self(Longest(longest))
    }
}

/// What [`DeadlineLayer`] does.
#[derive(Debug, Clone, Copy)]
pub struct Longest(Duration);

impl<S> Around<S, Request<Body>> for Longest
where
    S: Answering<Request<Body>, Response = Response<Body>>,
{
    async fn around(self, inner: S, mut request: Request<Body>) -> Response<Body> {
        let left = match asked(request.headers()) {
            Ok(asked) => asked.map_or(self.0, |asked| asked.min(self.0)),
            Err(BadTimeout) => return refusal::bad_timeout().into_http(),
        };
        if left.is_zero() {
            return refusal::too_late().into_http();
        }
        let answer_by = Instant::now() + left;
        request.extensions_mut().insert(AnswerBy(answer_by));
        match tokio::time::timeout_at(answer_by, answer(inner, request)).await {
            Ok(answer) => answer,
            Err(_) => refusal::too_late().into_http(),
        }
    }
}

/// The header is not a timeout.
#[derive(Debug, PartialEq, Eq)]
struct BadTimeout;

/// The caller's own timeout: at most eight digits and a unit, as the protocol has it.
fn asked(headers: &HeaderMap) -> Result<Option<Duration>, BadTimeout> {
    let Some(value) = headers.get(GRPC_TIMEOUT) else { return Ok(None) };
    let text = value.to_str().map_err(|_| BadTimeout)?;
    let digits = text.trim_end_matches(|last: char| !last.is_ascii_digit());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BadTimeout);
    }
    let count: u64 = digits.parse().map_err(|_| BadTimeout)?;
    let span = match unit {
        "H" => Duration::from_secs(count.saturating_mul(3_600)),
        "M" => Duration::from_secs(count.saturating_mul(60)),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return Err(BadTimeout),
    };
    Ok(Some(span))
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};
    use tower::{Layer as _, ServiceExt as _, service_fn};

    use super::*;

    fn with(timeout: &str) -> HeaderMap {
        HeaderMap::from_iter([(GRPC_TIMEOUT.parse().unwrap(), timeout.parse().unwrap())])
    }

    #[test]
    fn a_timeout_is_read_as_the_protocol_writes_it() {
        assert_eq!(asked(&HeaderMap::new()), Ok(None));
        for (text, span) in [
            ("1H", Duration::from_hours(1)),
            ("2M", Duration::from_mins(2)),
            ("3S", Duration::from_secs(3)),
            ("100m", Duration::from_millis(100)),
            ("5u", Duration::from_micros(5)),
            ("99999999n", Duration::from_nanos(99_999_999)),
        ] {
            assert_eq!(asked(&with(text)), Ok(Some(span)), "{text}");
        }
        for text in ["", "S", "1", "1s", "-1S", "1 S", "123456789S", "1SS", "1.5S"] {
            assert_eq!(asked(&with(text)), Err(BadTimeout), "{text:?}");
        }
    }

    /// The code that a handler which takes `work` is answered with, and how often it ran.
    async fn code(timeout: Option<&str>, work: Duration) -> (Option<Code>, u32) {
        let ran = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        let counted = std::sync::Arc::clone(&ran);
        let inner = service_fn(move |_: Request<Body>| {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            async move {
                tokio::time::sleep(work).await;
                Ok(Response::new(Body::empty()))
            }
        });
        let service = DeadlineLayer::new(Duration::from_secs(30)).layer(inner);
        let mut request = Request::new(Body::empty());
        if let Some(timeout) = timeout {
            *request.headers_mut() = with(timeout);
        }
        let answer = service.oneshot(request).await.unwrap();
        let status = Status::from_header_map(answer.headers());
        (status.map(|status| status.code()), ran.load(std::sync::atomic::Ordering::Relaxed))
    }

    #[tokio::test(start_paused = true)]
    async fn the_shorter_of_both_times_counts_and_an_expired_one_is_refused_before_any_work() {
        let late = Some(Code::DeadlineExceeded);
        assert_eq!(code(None, Duration::from_secs(29)).await, (None, 1));
        assert_eq!(code(None, Duration::from_secs(31)).await, (late, 1));
        assert_eq!(code(Some("2S"), Duration::from_secs(3)).await, (late, 1));
        assert_eq!(code(Some("9H"), Duration::from_secs(31)).await, (late, 1));
        assert_eq!(code(Some("0n"), Duration::ZERO).await, (late, 0));
        assert_eq!(code(Some("soon"), Duration::ZERO).await, (Some(Code::InvalidArgument), 0));
    }
}
