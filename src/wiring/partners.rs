//! Carriers, places of collection and tax providers of the settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::{CarrierKind, CarrierSettings, RawTable, SettingProblem, TaxKind, TaxSettings};
use crate::domain::ids::AccountId;
use crate::partners::carrier::pickup::Pickup;
use crate::partners::carrier::table_rate::TableRate;
use crate::partners::setting::BadSetting;
use crate::partners::tax::builtin::BuiltinTax;
use crate::ports::carrier::Carrier;
use crate::ports::tax::TaxProvider;

/// Accounts of a sort, or everything that is wrong with any.
type Accounts<T> = Result<BTreeMap<AccountId, Arc<T>>, Vec<SettingProblem>>;

/// The carriers and places of collection.
pub fn carriers(settings: &[CarrierSettings]) -> Accounts<dyn Carrier> {
    collect(settings.iter().map(|settings| {
        let carrier = match settings.kind {
            CarrierKind::TableRate => build(&settings.options, TableRate::new).map(shared::<TableRate>),
            CarrierKind::Pickup => build(&settings.options, Pickup::new).map(shared::<Pickup>),
        };
        (&settings.account, carrier)
    }))
}

fn shared<C: Carrier>(carrier: C) -> Arc<dyn Carrier> {
    Arc::new(carrier)
}

/// The tax providers.
pub fn taxes(settings: &[TaxSettings]) -> Accounts<dyn TaxProvider> {
    collect(settings.iter().map(|settings| {
        let provider = match settings.kind {
            TaxKind::Builtin => build(&settings.options, BuiltinTax::new)
                .map(|provider| -> Arc<dyn TaxProvider> { Arc::new(provider) }),
        };
        (&settings.account, provider)
    }))
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

fn collect<'a, T: ?Sized>(
    built: impl Iterator<Item = (&'a AccountId, Result<Arc<T>, Vec<SettingProblem>>)>,
) -> Accounts<T> {
    let mut accounts = BTreeMap::new();
    let mut problems = Vec::new();
    for (account, result) in built {
        match result {
            Ok(partner) => drop(accounts.insert(account.clone(), partner)),
            Err(mut wrong) => problems.append(&mut wrong),
        }
    }
    if problems.is_empty() { Ok(accounts) } else { Err(problems) }
}
