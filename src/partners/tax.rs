//! Who knows the tax.
//!
//! - [`builtin`] answers from a table that ships with the house, and from the store's settings.
//! - [`eu_vat`] is the table: European value added tax by country, category and day.
//!
//! There is no table of American sales tax that would be right: a store that has to collect it uses a provider.

pub mod builtin;
pub mod eu_vat;
