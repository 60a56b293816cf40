//! What the demo runs on: the example's own settings, with as little over them as possible.

use std::net::SocketAddr;
use std::path::Path;

use crate::cli::trial::TrialError;
use crate::config::Settings;

/// The settings that ship with the repository.
const EXAMPLE: &str = include_str!("../../../examples/cashwrap.toml");

/// The sample catalogue.
pub(super) const CATALOGUE: &str = include_str!("../../../examples/catalogue.json");

/// What the demo shortens so that a shopper can be seen waiting: the variable, its value, and what is told.
///
/// Only the caller's waiting is shortened. What keeps money right is as in production: nothing here lets a payment
/// be taken for absent, or be tried elsewhere, any earlier.
pub(super) const SHORTENED: [(&str, &str, &str); 1] = [(
    "CASHWRAP__SERVER__PATIENCE_MS",
    "2000",
    "server.patience_ms is 2000, not 10000: how long PlaceOrder waits before it answers PROCESSING",
)];

/// The example's settings with a store, addresses and gateways of the demo's own.
pub(super) fn settings(
    directory: &Path,
    listen: SocketAddr,
    gateways: [(&str, String); 2],
) -> Result<Settings, TrialError> {
    let store = format!("sqlite:{}", directory.join("cashwrap.db").display());
    let own = [
        ("CASHWRAP__STORE__URL".to_owned(), store),
        ("CASHWRAP__SERVER__LISTEN".to_owned(), listen.to_string()),
        ("CASHWRAP__SERVER__ADMIN_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
        // What is told of a scenario must not drown in what the server logs of it.
        ("CASHWRAP__TELEMETRY__LOG_LEVEL".to_owned(), "error".to_owned()),
        ("CASHWRAP__TELEMETRY__LOG_FORMAT".to_owned(), "pretty".to_owned()),
    ];
    let shortened = SHORTENED.map(|(name, value, _)| (name.to_owned(), value.to_owned()));
    let gateways = gateways.map(|(account, url)| {
        (format!("CASHWRAP__PARTNERS__GATEWAYS__{}__BASE_URL", account.to_ascii_uppercase()), url)
    });
    let over = own.into_iter().chain(shortened).chain(gateways);
    Ok(Settings::parse("examples/cashwrap.toml", EXAMPLE, over)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_span_that_keeps_money_right_is_as_in_production() {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let urls =
            [("primary", "http://127.0.0.1:1".to_owned()), ("backup", "http://127.0.0.1:2".to_owned())];
        let ours = settings(Path::new("/tmp"), listen, urls).unwrap();
        assert_eq!(ours.timing, crate::config::Timing::default());
        assert_eq!(ours.server.patience.as_millis(), 2_000);
    }
}
