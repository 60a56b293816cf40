//! What the routing rules of a flow are asked about: a session, and the tender that pays for it.

use crate::app::quoting::known_address;
use crate::domain::checkout::Checkout;
use crate::domain::flow::{Flow, Offer, Routed, RuleVerdict, TenderFacts, TenderMethod, Variable};
use crate::domain::ids::AccountId;
use crate::domain::money::Money;
use crate::domain::payment::Network;
use crate::domain::payment::scheme::Description;

use super::order::CardTender;

/// The gateways that may take what this session comes to, while its card is not known, and perhaps not its amount or
/// address: those to make tokens for.
pub fn offered_gateways(checkout: &Checkout, flow: &Flow) -> Offer {
    let mut facts = session_facts(checkout);
    if let Some(quoted) = &checkout.quoted {
        facts = facts.amount(quoted.quote.totals.total.minor);
    }
    if let Some(country) = country(checkout) {
        facts = facts.told(Variable::Country, Some(&country));
    }
    flow.backend.offer(&facts)
}

/// The gateways of a tender of this amount, in the order in which they are tried, and why those. `network` is what
/// gateways told of the card before; the caller's claim stands where they told nothing.
pub(super) fn route(
    checkout: &Checkout,
    flow: &Flow,
    tender: &CardTender,
    amount: Money,
    network: Network,
) -> (Vec<AccountId>, Option<Routed>) {
    if flow.backend.routing.is_empty() {
        return (flow.backend.gateways.as_slice().to_vec(), None);
    }
    let network = Variable::network(network).or_else(|| Variable::network(tender.network));
    let facts = session_facts(checkout)
        .amount(amount.minor)
        .told(Variable::Country, Some(&country(checkout).unwrap_or_default()))
        .told(Variable::Network, network)
        .told(Variable::Bin, tender.description.as_ref().map(Description::bin));
    let (gateways, steps) = flow.backend.route(&facts);
    for step in &steps {
        if let RuleVerdict::Failed(_) = step.verdict {
            let (flow, rule) = (flow.id.to_string(), step.rule.to_string());
            metrics::counter!("cashwrap_routing_errors_total", "flow" => flow, "rule" => rule).increment(1);
        }
    }
    let routed = Routed { flow: flow.id.clone(), version: flow.version, steps };
    (gateways.as_slice().to_vec(), Some(routed))
}

/// What is known of every session from its beginning.
fn session_facts(checkout: &Checkout) -> TenderFacts {
    TenderFacts::default()
        .told(Variable::Method, Some(TenderMethod::Card.as_str()))
        .told(Variable::Currency, Some(checkout.currency.code()))
        .told(Variable::Store, Some(checkout.store.as_str()))
        .told(Variable::Channel, Some(checkout.context.channel.as_str()))
        .told(Variable::Customer, Some(checkout.context.customer.kind.as_str()))
}

fn country(checkout: &Checkout) -> Option<String> {
    known_address(checkout).map(|address| address.country.to_string())
}
