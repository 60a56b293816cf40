//! What a rule may ask of a tender.
//!
//! A card's number is not among it and must never be: a BIN has eight digits at most.

use std::collections::BTreeMap;
use std::fmt;

use super::super::shopper::{Channel, CustomerKind, word_enum};
use crate::domain::address::Country;
use crate::domain::currency::Currency;
use crate::domain::ids::StoreId;
use crate::domain::payment::scheme::Network;

/// The most digits of a card's number that are ever told.
const MAX_BIN_DIGITS: usize = 8;

word_enum!(
    /// How a tender pays.
    TenderMethod {
        /// A card, by its tokens.
        Card = "card",
    }
);

word_enum!(
    /// A thing that a rule may ask, by the name that it has in an expression.
    Variable {
        /// How the tender pays.
        Method = "tender.method",
        /// The card's scheme: what a gateway told of it before, or else what the caller claims.
        Network = "tender.network",
        /// The first six or eight digits, as the caller states them.
        Bin = "tender.bin",
        /// The tender's amount in minor units: the one number.
        Amount = "amount",
        /// The currency's code.
        Currency = "currency",
        /// The code of the country where the goods go, or else of the billing address; empty where neither is known.
        Country = "country",
        /// The store's id.
        Store = "store",
        /// The way by which the shopper came.
        Channel = "channel",
        /// What is proved about the shopper.
        Customer = "customer",
    }
);

impl Variable {
    /// The words by which expressions name a scheme.
    pub const NETWORKS: [&str; 2] = ["visa", "mastercard"];

    /// The word of a scheme; `None` for one that has no name here.
    pub const fn network(network: Network) -> Option<&'static str> {
        match network {
            Network::Visa => Some("visa"),
            Network::Mastercard => Some("mastercard"),
            Network::Other => None,
        }
    }

    /// Whether every tender has it, so that asking for it cannot fail.
    pub const fn always_known(self) -> bool {
        match self {
            Self::Method
            | Self::Amount
            | Self::Currency
            | Self::Country
            | Self::Store
            | Self::Channel
            | Self::Customer => true,
            Self::Network | Self::Bin => false,
        }
    }

    /// Refuses a text that this never is, with what to write: a rule with a misspelt word would never match.
    pub fn is_never(self, text: &str) -> Option<String> {
        let one_of =
            |words: &[&str]| (!words.contains(&text)).then(|| format!("use one of {}", words.join(", ")));
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Self::Method => one_of(&TenderMethod::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
            Self::Network => one_of(&Self::NETWORKS),
            Self::Channel => one_of(&Channel::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
            Self::Customer => one_of(&CustomerKind::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
            Self::Bin => (!digits || !matches!(text.len(), 6 | MAX_BIN_DIGITS))
                .then(|| "write the first 6 or 8 digits, or use startsWith, which fits both".to_owned()),
            Self::Currency => text
                .parse::<Currency>()
                .is_err()
                .then(|| "write a currency's code in capitals, such as \"EUR\"".to_owned()),
            Self::Country => (!text.is_empty() && text.parse::<Country>().is_err())
                .then(|| "write a country's code in capitals, such as \"DE\" (Britain is \"GB\")".to_owned()),
            Self::Store => text.parse::<StoreId>().is_err().then(|| "write the store's id".to_owned()),
            Self::Amount => Some("write a whole number of minor units".to_owned()),
        }
    }

    /// Refuses a text that no value begins with, ends with or is ordered by: digits beyond a BIN above all, which
    /// would put a card's number into a document.
    pub fn never_holds(self, text: &str) -> Option<String> {
        let short = text.len() <= MAX_BIN_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        (self == Self::Bin && !short).then(|| format!("write at most {MAX_BIN_DIGITS} digits"))
    }
}

/// Why an evaluation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvaluationError {
    /// It asks for what this tender does not have.
    Missing(Variable),
    /// A number left 64 bits, or was divided by zero.
    Arithmetic,
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(variable) => write!(out, "{variable} is not known"),
            Self::Arithmetic => out.write_str("a number is too large, or divided by zero"),
        }
    }
}

/// Why a predicate has no answer now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stuck {
    /// It will never have one for this tender.
    Failed(EvaluationError),
    /// It rests on what will be told later.
    Open(Variable),
}

/// What is known of a tender. What was not told yet is open, which is another thing than being absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TenderFacts {
    words: BTreeMap<Variable, Option<String>>,
    amount_minor: Option<i64>,
}

impl TenderFacts {
    /// The same, with the amount.
    pub const fn amount(mut self, minor: i64) -> Self {
        self.amount_minor = Some(minor);
        self
    }

    /// The same, with one more thing known; `None` where the tender does not have it.
    pub fn told(mut self, variable: Variable, word: Option<&str>) -> Self {
        self.words.insert(variable, word.map(str::to_owned));
        self
    }

    pub(super) fn word(&self, variable: Variable) -> Result<&str, Stuck> {
        match self.words.get(&variable) {
            None => Err(Stuck::Open(variable)),
            Some(None) => Err(Stuck::Failed(EvaluationError::Missing(variable))),
            Some(Some(word)) => Ok(word),
        }
    }

    pub(super) fn amount_minor(&self) -> Result<i64, Stuck> {
        self.amount_minor.ok_or(Stuck::Open(Variable::Amount))
    }

    pub(super) fn has(&self, variable: Variable) -> Result<bool, Stuck> {
        if variable.always_known() {
            return Ok(true);
        }
        match self.word(variable) {
            Ok(_) => Ok(true),
            Err(Stuck::Failed(_)) => Ok(false),
            Err(open @ Stuck::Open(_)) => Err(open),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_a_variable_never_is_is_answered_with_what_it_is() {
        for (variable, good, bad) in [
            (Variable::Method, "card", "Card"),
            (Variable::Network, "mastercard", "amex"),
            (Variable::Bin, "41111122", "4111111"),
            (Variable::Bin, "411111", "4111111111111111"),
            (Variable::Currency, "JPY", "eur"),
            (Variable::Country, "DE", "Germany"),
            (Variable::Store, "demo", "De Mo"),
            (Variable::Channel, "voice", "phone"),
            (Variable::Customer, "repeat", "vip"),
        ] {
            assert_eq!(variable.is_never(good), None, "{variable}");
            assert!(variable.is_never(bad).is_some(), "{variable} {bad}");
        }
    }

    #[test]
    fn no_more_digits_than_a_bin_has_are_ever_part_of_a_rule() {
        assert_eq!(Variable::Bin.never_holds("41111122"), None);
        assert!(Variable::Bin.never_holds("411111223").is_some());
        assert!(Variable::Bin.never_holds("41x").is_some());
    }
}
