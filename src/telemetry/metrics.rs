//! The recorder of the process, and what each metric means.
//!
//! Labels come from closed sets: methods, codes, verdicts, accounts of the settings. Ids and names that callers
//! choose never become labels.

use std::sync::{Mutex, PoisonError};

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

/// The edges of every histogram in seconds: from a commit to a slow gateway, and a placement that waits for a
/// customer.
const BUCKETS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 900.0];

/// The recorder of the process: installed by the first that asks, and shared by all.
static INSTALLED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);

/// The metrics of the process as Prometheus reads them.
pub fn recorder() -> Result<PrometheusHandle, BuildError> {
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new().set_buckets(&BUCKETS)?.install_recorder()?;
    describe();
    *installed = Some(handle.clone());
    Ok(handle)
}

fn describe() {
    describe_counter!("cashwrap_rpcs_total", "RPCs by method and code");
    describe_histogram!("cashwrap_rpc_seconds", Unit::Seconds, "how long RPCs took, by method");
    describe_counter!("cashwrap_shed_total", "calls refused because too many were under way");
    describe_counter!("cashwrap_panics_total", "panics in handlers; each is a bug");
    describe_counter!("cashwrap_connections_refused_total", "connections closed because there were too many");
    describe_counter!("cashwrap_commits_total", "units of work by verdict");
    describe_counter!("cashwrap_store_calls_total", "calls to the store by name and result");
    describe_histogram!("cashwrap_store_call_seconds", Unit::Seconds, "how long the store took, by call");
    describe_counter!("cashwrap_partner_calls_total", "gateway calls by account, class and outcome");
    describe_histogram!(
        "cashwrap_partner_call_seconds",
        Unit::Seconds,
        "how long gateways took, by account and class"
    );
    describe_counter!(
        "cashwrap_declines_unmapped_total",
        "declines with a code that no table knows, by account"
    );
    describe_counter!(
        "cashwrap_quotes_total",
        "quotes of carriers and tax providers by account, dependency and outcome"
    );
    describe_counter!("cashwrap_tax_failures_total", "quotes that had no tax because no provider knew it");
    describe_gauge!(
        "cashwrap_breaker_state",
        "0 closed, 1 half open, 2 open, 3 misconfigured; by account and class"
    );
    describe_counter!(
        "cashwrap_breaker_probes_total",
        "reads that went before payments, by account, class and result"
    );
    describe_counter!("cashwrap_webhooks_total", "webhooks that came, by account and what became of them");
    describe_counter!("cashwrap_attempts_total", "payment attempts begun, by account");
    describe_counter!(
        "cashwrap_failovers_total",
        "payment attempts begun after another one of the same payment, by account"
    );
    describe_counter!(
        "cashwrap_routing_errors_total",
        "routing rules that could not be evaluated and so did not match, by flow and rule"
    );
    describe_counter!(
        "cashwrap_placements_shed_total",
        "calls refused because too many placements were under way"
    );
    describe_counter!(
        "cashwrap_lives_ended_total",
        "carts and checkouts that were abandoned or expired, by kind"
    );
    describe_counter!("cashwrap_placements_total", "placements that ended, by outcome");
    describe_histogram!(
        "cashwrap_placement_seconds",
        Unit::Seconds,
        "from a placement's claim to its end, by outcome"
    );
    describe_counter!(
        "cashwrap_impossible_inputs_total",
        "inputs that had no place in a machine; each is a bug"
    );
}
