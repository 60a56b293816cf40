//! The caller's trace goes on in ours: W3C `traceparent` and `tracestate`.

use http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

/// Makes `span` a part of the trace that `headers` name, where they name one.
pub fn continue_trace(span: &Span, headers: &HeaderMap) {
    let parent = TraceContextPropagator::new().extract(&Headers(headers));
    if parent.span().span_context().is_valid() {
        // It fails where nothing traces, and then there is nothing to continue.
        let _ = span.set_parent(parent);
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// The trace of a span after `traceparent` was continued in it.
    fn trace(traceparent: &str) -> String {
        let headers = HeaderMap::from_iter([("traceparent".parse().unwrap(), traceparent.parse().unwrap())]);
        let span = tracing::info_span!("rpc");
        continue_trace(&span, &headers);
        span.context().span().span_context().trace_id().to_string()
    }

    #[test]
    fn a_callers_trace_goes_on_and_a_broken_one_begins_anew() {
        let provider = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let callers = "0af7651916cd43dd8448eb211c80319c";
            assert_eq!(trace(&format!("00-{callers}-b7ad6b7169203331-01")), callers);
            let broken = trace(&format!("00-{callers}-nonsense-01"));
            assert_ne!(broken, callers);
            assert_ne!(broken, "0".repeat(32));
        });
    }
}
