//! Where something goes, and how somebody is reached.
//!
//! - [`country`] knows which countries there are.
//! - [`postal`] holds the address and the fields of it that tax depends on; [`checks`] says what is wrong with
//!   one, by the rules of its country.
//! - [`contact`] holds e-mail and phone, with their checks.
//! - [`place`] holds a point on the map.
//!
//! A problem is a field and a remedy, never an exception: a form shows all of them at once. Verification
//! against a register of addresses is a partner's work and does not happen here.

pub mod checks;
pub mod contact;
pub mod country;
pub mod place;
pub mod postal;

pub use contact::Contact;
pub use country::{Country, UnknownCountry};
pub use place::{Coordinates, CoordinatesOutOfRange};
pub use postal::{Address, FieldProblem, TaxLocation};
