//! What the chosen flow's routing rules say of a tender.

use std::io::{self, Write};

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::config::flow::parse_total;
use crate::domain::address::Country;
use crate::domain::flow::{Backend, Shopper, TenderFacts, TenderMethod, Variable};
use crate::domain::ids::AccountId;
use crate::domain::money::Money;

/// The card and the place that the routing rules of a flow ask about; the rest is the shopper's.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tender, for flows with routing rules")]
pub struct Tender {
    /// What is paid, such as "EUR 49.90"; the total when absent.
    #[arg(long, value_parser = parse_total)]
    pub amount: Option<Money>,
    /// The first 6 or 8 digits of the card's number; not known when absent.
    #[arg(long, value_name = "DIGITS", value_parser = bin)]
    pub bin: Option<String>,
    /// The card's scheme; not known when absent.
    #[arg(long, value_parser = PossibleValuesParser::new(Variable::NETWORKS))]
    pub network: Option<String>,
    /// Where the goods go, or who is billed, such as DE; not known when absent.
    #[arg(long, value_name = "CODE")]
    pub country: Option<Country>,
}

fn bin(text: &str) -> Result<String, String> {
    Variable::Bin.is_never(text).map_or_else(|| Ok(text.to_owned()), |_| Err("give 6 or 8 digits".to_owned()))
}

impl Tender {
    fn paid(&self, shopper: &Shopper) -> Money {
        self.amount.unwrap_or(shopper.cart_total)
    }

    fn facts(&self, shopper: &Shopper) -> TenderFacts {
        let paid = self.paid(shopper);
        TenderFacts::default()
            .amount(paid.minor)
            .told(Variable::Method, Some(TenderMethod::Card.as_str()))
            .told(Variable::Network, self.network.as_deref())
            .told(Variable::Bin, self.bin.as_deref())
            .told(Variable::Currency, Some(paid.currency.code()))
            .told(Variable::Country, Some(self.country.as_ref().map_or("", Country::code)))
            .told(Variable::Store, Some(shopper.store.as_str()))
            .told(Variable::Channel, Some(shopper.channel.as_str()))
            .told(Variable::Customer, Some(shopper.customer.as_str()))
    }

    /// Writes what each rule says, and where the tender goes; nothing where there are no rules.
    pub(super) fn explain(
        &self,
        backend: &Backend,
        shopper: &Shopper,
        out: &mut impl Write,
    ) -> io::Result<()> {
        if backend.routing.is_empty() {
            return Ok(());
        }
        let (gateways, steps) = backend.route(&self.facts(shopper));
        writeln!(out, "routing of {} by card:", self.paid(shopper))?;
        for step in &steps {
            let name = step.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            writeln!(out, "  rule {}{name}: {}", step.rule, step.verdict)?;
        }
        let accounts: Vec<&str> = gateways.as_slice().iter().map(AccountId::as_str).collect();
        writeln!(out, "  gateways: {}", accounts.join(", "))
    }
}
