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
    use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn a_callers_trace_goes_on_and_a_broken_one_begins_anew() {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            for value in ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-nonsense"] {
                let headers = HeaderMap::from_iter([("traceparent".parse().unwrap(), value.parse().unwrap())]);
                let span = tracing::info_span!("rpc");
                continue_trace(&span, &headers);
                drop(span.entered());
            }
        });
        let spans = exporter.get_finished_spans().unwrap();
        let traces: Vec<String> = spans.iter().map(|span| span.span_context.trace_id().to_string()).collect();
        assert_eq!(traces[0], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(spans[0].parent_span_id.to_string(), "b7ad6b7169203331");
        assert_ne!(traces[1], traces[0]);
    }
}
