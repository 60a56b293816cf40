//! Whether the gateways can be reached when a process starts: told in the log, once, and held against nobody.
//!
//! A gateway that is away is no reason not to serve: the others take the payments, and the breakers learn by the
//! calls themselves. But whoever has just mistyped an address should not learn it from the first shopper. The
//! connection is closed unused: no request is made, no credential leaves, and no breaker hears of it.

use std::fmt;
use std::time::Duration;

use tokio::net::TcpStream;

use super::gateways::adyen;
use crate::config::{GatewayKind, GatewaySettings};
use crate::domain::ids::AccountId;
use crate::partners::gateway::paypal::PaypalSettings;
use crate::partners::gateway::stripe::StripeSettings;

/// Where a gateway account is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    account: AccountId,
    host: String,
    port: u16,
    patience: Duration,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.host, self.port)
    }
}

/// Where the accounts of the settings are reached; what cannot be read as an address was refused before.
pub fn endpoints(settings: &[GatewaySettings]) -> Vec<Endpoint> {
    settings.iter().filter_map(endpoint).collect()
}

fn endpoint(settings: &GatewaySettings) -> Option<Endpoint> {
    let address = match settings.kind {
        GatewayKind::Stripe => {
            settings.options.text("base_url").unwrap_or(StripeSettings::USUAL_BASE_URL).to_owned()
        }
        GatewayKind::Adyen => adyen::address(settings)?,
        GatewayKind::Paypal => {
            settings.options.text("base_url").unwrap_or(PaypalSettings::USUAL_BASE_URL).to_owned()
        }
        GatewayKind::Remote => settings.options.text("base_url")?.to_owned(),
    };
    let uri: http::Uri = address.parse().ok()?;
    let usual_port = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    Some(Endpoint {
        account: settings.account.clone(),
        host: uri.host()?.trim_matches(['[', ']']).to_owned(),
        port: uri.port_u16().unwrap_or(usual_port),
        patience: settings.connect_timeout,
    })
}

/// Connects to each, and warns of those that cannot be reached.
pub async fn tell(endpoints: Vec<Endpoint>) {
    let asked = endpoints.iter().map(async |endpoint| {
        if let Err(cause) = connect(endpoint).await {
            tracing::warn!(
                account = %endpoint.account,
                %endpoint,
                %cause,
                "a gateway cannot be reached: start it, or correct its base_url; until then the flow's other \
                 gateways take the payments, and ListPartners shows its breakers"
            );
        }
    });
    futures::future::join_all(asked).await;
}

async fn connect(endpoint: &Endpoint) -> Result<(), String> {
    let connected = TcpStream::connect((endpoint.host.as_str(), endpoint.port));
    match tokio::time::timeout(endpoint.patience, connected).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no connection within {} ms", endpoint.patience.as_millis())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn of(base_url: &str) -> String {
        let example =
            include_str!("../../examples/cashwrap.toml").replace("http://127.0.0.1:12111", base_url);
        let settings = Settings::parse("test", &example, []).unwrap();
        let endpoints = endpoints(&settings.partners.gateways);
        endpoints.iter().find(|one| one.account.as_str() == "primary").unwrap().to_string()
    }

    #[test]
    fn an_address_is_read_with_the_usual_port_of_its_protocol() {
        assert_eq!(of("http://127.0.0.1:12111"), "127.0.0.1:12111");
        assert_eq!(of("https://api.stripe.com"), "api.stripe.com:443");
        assert_eq!(of("http://gateway.test/wire"), "gateway.test:80");
        assert_eq!(of("http://[::1]:9"), "::1:9");
    }
}
