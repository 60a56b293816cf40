//! `cashwrap catalog`: what the built-in catalogue sells.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::exit::{FAILED, REFUSED};
use super::runtime::block_on;
use super::settings::SettingsFile;
use crate::app::stocking::{Load, stock};
use crate::domain::currency::Currency;
use crate::domain::ids::StoreId;
use crate::partners::catalogue::load::{Loaded, load};
use crate::partners::system::UuidV7;
use crate::wiring::database::Database;

/// The commands on the catalogue.
#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    /// Load products, their stock and coupons into the store; the same file again changes nothing.
    Load(LoadFile),
}

/// What to load, and where to.
#[derive(Debug, Args)]
#[command(
    after_help = "examples/catalogue.json is a file to start from. What a file no longer names stays as it was.\n\
    A product's stock is how many were ever there to be sold, not how many are left: of 48 with 2 sold, 46 are\n\
    left; when 10 more arrive, load 58. Without stock a product is not counted. A coupon's limit is the same.\n\
    docs/catalogue.md has all fields.\n\n\
    With SQLite the service must not be running: one process has the file.\n\
    Next: `cashwrap serve`, then CreateCart with one of the SKUs.\n\n\
    Exit codes: 0 loaded; 1 the store refused; 2 the file, the store's id or the settings are wrong."
)]
pub struct LoadFile {
    /// The catalogue, JSON.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The store that sells it, by its id in the settings.
    #[arg(long, value_name = "ID")]
    pub store: StoreId,
    /// Where the settings are.
    #[command(flatten)]
    pub settings: SettingsFile,
}

impl CatalogCommand {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        let Self::Load(command) = self;
        let Some(settings) = command.settings.load() else { return ExitCode::from(REFUSED) };
        if !settings.stores.iter().any(|store| store.id == command.store) {
            let known: Vec<&str> = settings.stores.iter().map(|store| store.id.as_str()).collect();
            eprintln!("error: there is no store {}: use one of {}", command.store, known.join(", "));
            return ExitCode::from(REFUSED);
        }
        let text = match std::fs::read_to_string(&command.file) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("error: {}: cannot be read: {error}", command.file.display());
                return ExitCode::from(REFUSED);
            }
        };
        let sold = settings.stores.iter().find(|store| store.id == command.store);
        let sold = sold.map(|store| store.currencies.as_slice()).unwrap_or_default();
        let loaded = load(&text);
        let unsold = loaded.as_ref().map(|loaded| unsold(loaded, sold)).unwrap_or_default();
        if !unsold.is_empty() {
            eprintln!("error: {}: nothing was loaded:\n{}", command.file.display(), unsold.join("\n"));
            return ExitCode::from(REFUSED);
        }
        match (loaded, Database::open(&settings.store)) {
            (Ok(loaded), Ok(database)) => block_on(fill(database, command.store, loaded)),
            (Err(wrong), _) => {
                eprintln!("error: {}: {wrong}", command.file.display());
                ExitCode::from(REFUSED)
            }
            (_, Err(error)) => {
                eprintln!("error: {error}");
                ExitCode::from(FAILED)
            }
        }
    }
}

/// The products that no cart of the store could take, because it does not sell in their currency.
fn unsold(loaded: &Loaded, sold: &[Currency]) -> Vec<String> {
    let foreign = loaded.products.iter().filter(|product| !sold.contains(&product.unit_price.currency));
    let known = sold.iter().map(Currency::code).collect::<Vec<_>>().join(", ");
    let told = foreign.map(|product| {
        let (sku, currency) = (&product.sku, product.unit_price.currency);
        format!(
            "- {sku}: the store does not sell in {currency}: give a price in {known}, or add {currency} to its \
             currencies"
        )
    });
    told.collect()
}

async fn fill(database: Database, store: StoreId, loaded: Loaded) -> ExitCode {
    if let Err(error) = database.check().await {
        eprintln!("error: {error}");
        return ExitCode::from(FAILED);
    }
    let load =
        Load { store: &store, products: &loaded.products, coupons: &loaded.coupons, stock: &loaded.stock };
    let records = database.records();
    let filled = stock(&*records, &UuidV7, load, |so_far| {
        eprintln!(
            "{} of {} products and coupons, {} stocks and limits",
            so_far.done, so_far.of, so_far.counters
        );
    });
    match filled.await {
        Ok(done) => {
            println!(
                "{} products and coupons, {} of them new or changed; the file's stock and limits stand for {}",
                done.of, done.written, done.counters
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}; load the file again to go on");
            ExitCode::from(FAILED)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_in_a_currency_that_the_store_does_not_sell_in_is_named() {
        let loaded = load(include_str!("../../examples/catalogue.json")).unwrap();
        let all: Vec<Currency> = loaded.products.iter().map(|product| product.unit_price.currency).collect();
        assert!(unsold(&loaded, &all).is_empty());
        let told = unsold(&loaded, &["JPY".parse().unwrap()]);
        assert_eq!(told.len(), loaded.products.len());
        assert!(told[0].contains(loaded.products[0].sku.as_str()) && told[0].contains("JPY"), "{}", told[0]);
    }
}
