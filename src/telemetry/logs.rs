//! The one subscriber of the process: log lines on standard error, and spans to a collector where one is set.
//!
//! Standard output belongs to commands. Levels are of our own crate; what our dependencies say is heard from
//! warnings on.

use std::io::{self, IsTerminal as _};
use std::panic::PanicHookInfo;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

use super::traces;
use crate::config::{LogFormat, LogLevel, TelemetrySettings};

/// Why telemetry cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The collector's address cannot be used.
    #[error("telemetry.otlp_endpoint: spans cannot be sent there: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// What was set up; dropping it without [`Telemetry::close`] may lose the last spans.
#[derive(Debug, Default)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// Sets up logs and spans for the process. Where that was done before, as in tests, the first stays.
pub fn init(settings: &TelemetrySettings) -> Result<Telemetry, TelemetryError> {
    let traces = settings.otlp_endpoint.as_deref().map(traces::provider).transpose()?;
    let spans = traces.as_ref().map(|provider| {
        // Only our own spans: those of the HTTP client would trace their own export.
        let ours = Targets::new().with_target(env!("CARGO_PKG_NAME"), LevelFilter::INFO);
        tracing_opentelemetry::layer().with_tracer(provider.tracer("cashwrap")).with_filter(ours)
    });
    let registry = tracing_subscriber::registry().with(spans);
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let levels = levels(settings.log_level);
    let done = match settings.log_format {
        LogFormat::Json => registry.with(lines.json().flatten_event(true).with_filter(levels)).try_init(),
        LogFormat::Pretty => registry.with(lines.compact().with_filter(levels)).try_init(),
    };
    if done.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
    Ok(Telemetry { traces })
}

impl Telemetry {
    /// Sends the last spans, on a thread that may block.
    pub async fn close(self) {
        let Some(traces) = self.traces else { return };
        let closing = tokio::task::spawn_blocking(move || traces.shutdown());
        if let Ok(Err(error)) = closing.await {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

fn levels(level: LogLevel) -> Targets {
    let ours = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    Targets::new().with_default(LevelFilter::WARN.min(ours)).with_target(env!("CARGO_PKG_NAME"), ours)
}

/// A panic's text is told only where it is a literal of the code: what was formatted may hold a secret.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let text = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(formatted; not told)");
    tracing::error!(place, text, "panic");
}
