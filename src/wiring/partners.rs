//! Carriers, places of collection and tax providers of the settings.

use std::sync::Arc;
use std::time::Duration;

use crate::config::{
    CarrierKind, CarrierSettings, PartnerSettings, RawTable, SettingProblem, TaxKind, TaxSettings,
};
use crate::partners::carrier::pickup::Pickup;
use crate::partners::carrier::table_rate::TableRate;
use crate::partners::quotes::{QuoteDesk, QuoteSettings};
use crate::partners::setting::BadSetting;
use crate::partners::tax::builtin::BuiltinTax;
use crate::ports::carrier::Carrier;
use crate::ports::tax::TaxProvider;
use crate::resilience::{BreakerSettings, Entropy};

/// The carriers, places of collection and tax providers behind their layers, or everything that is wrong with any.
pub fn quotes(settings: &PartnerSettings, entropy: &Entropy) -> Result<QuoteDesk, Vec<SettingProblem>> {
    let mut problems = Vec::new();
    let mut desk = QuoteDesk::new(entropy.clone());
    for (settings, carrier) in carriers(&settings.carriers) {
        match carrier {
            Ok(carrier) => {
                let quoting = quoting(settings.timeout, settings.breaker);
                desk = desk.with_carrier(settings.account.clone(), carrier, &quoting);
            }
            Err(mut wrong) => problems.append(&mut wrong),
        }
    }
    for (settings, provider) in taxes(&settings.tax) {
        match provider {
            Ok(provider) => {
                let quoting = quoting(settings.timeout, settings.breaker);
                desk = desk.with_tax(settings.account.clone(), provider, &quoting);
            }
            Err(mut wrong) => problems.append(&mut wrong),
        }
    }
    if problems.is_empty() { Ok(desk) } else { Err(problems) }
}

fn quoting(timeout: Duration, breaker: BreakerSettings) -> QuoteSettings {
    QuoteSettings { timeout, breaker, ..QuoteSettings::default() }
}

/// An account that was built, or everything that is wrong with it.
type Built<T> = Result<Arc<T>, Vec<SettingProblem>>;

fn carriers(settings: &[CarrierSettings]) -> impl Iterator<Item = (&CarrierSettings, Built<dyn Carrier>)> {
    settings.iter().map(|settings| {
        let carrier = match settings.kind {
            CarrierKind::TableRate => build(&settings.options, TableRate::new).map(shared::<TableRate>),
            CarrierKind::Pickup => build(&settings.options, Pickup::new).map(shared::<Pickup>),
        };
        (settings, carrier)
    })
}

fn shared<C: Carrier>(carrier: C) -> Arc<dyn Carrier> {
    Arc::new(carrier)
}

fn taxes(settings: &[TaxSettings]) -> impl Iterator<Item = (&TaxSettings, Built<dyn TaxProvider>)> {
    settings.iter().map(|settings| {
        let provider = match settings.kind {
            TaxKind::Builtin => build(&settings.options, BuiltinTax::new)
                .map(|provider| -> Arc<dyn TaxProvider> { Arc::new(provider) }),
        };
        (settings, provider)
    })
}

/// Reads what an implementation has of its own, every unknown key refused, and builds it.
fn build<S, T>(
    options: &RawTable,
    new: impl FnOnce(S) -> Result<T, BadSetting>,
) -> Result<T, Vec<SettingProblem>>
where
    S: serde::de::DeserializeOwned,
{
    new(options.read(&[])?).map_err(|bad| vec![options.problem(&bad.path, "cannot be used", bad.remedy)])
}
