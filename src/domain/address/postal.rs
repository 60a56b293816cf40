//! A postal address. Fields that a country has no use for are empty.

use std::fmt;

use super::country::Country;

/// A postal address. Its `Debug` shows the country alone, so that no log line holds where somebody lives.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Who receives it.
    pub recipient: String,
    /// A company or institution.
    pub organisation: String,
    /// Street and number, and what else stands above the town.
    pub lines: Vec<String>,
    /// Town or city.
    pub locality: String,
    /// State, province, prefecture; in the US the two-letter code.
    pub administrative_area: String,
    /// A text, not a number: `01067`, `SW1A 1AA`.
    pub postal_code: String,
    /// The country.
    pub country: Country,
    /// Whom a driver may call, in international form.
    pub phone: String,
}

impl Address {
    /// An address of which only the country is known.
    pub const fn of_country(country: Country) -> Self {
        Self {
            recipient: String::new(),
            organisation: String::new(),
            lines: Vec::new(),
            locality: String::new(),
            administrative_area: String::new(),
            postal_code: String::new(),
            country,
            phone: String::new(),
        }
    }

    /// The fields that tax depends on, and nothing about who lives there.
    pub fn tax_location(&self) -> TaxLocation {
        TaxLocation {
            country: self.country,
            administrative_area: self.administrative_area.clone(),
            locality: self.locality.clone(),
            postal_code: self.postal_code.clone(),
            lines: self.lines.clone(),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Address").field("country", &self.country).finish_non_exhaustive()
    }
}

/// The fields of an address that tax depends on. The street is among them: some jurisdictions end in one.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaxLocation {
    /// The country.
    pub country: Country,
    /// State, province, prefecture.
    pub administrative_area: String,
    /// Town or city.
    pub locality: String,
    /// A text, not a number.
    pub postal_code: String,
    /// Street and number.
    pub lines: Vec<String>,
}

impl fmt::Debug for TaxLocation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TaxLocation").field("country", &self.country).finish_non_exhaustive()
    }
}

/// What is wrong with a field, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldProblem {
    /// The field's name: `postal_code`, `lines[1]`.
    pub field: String,
    /// What to do.
    pub remedy: String,
}

impl FieldProblem {
    /// A problem of `field`.
    pub fn new(field: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { field: field.into(), remedy: remedy.into() }
    }
}
