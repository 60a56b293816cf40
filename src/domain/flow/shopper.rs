//! What a flow is chosen by: the shopper's facts, as far as they are proved.
//!
//! An identity enters only when it was verified. An e-mail address that somebody typed makes nobody a
//! registered or repeat customer, and so unlocks nothing.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

use super::names::Tag;
use crate::domain::ids::{Sku, StoreId};
use crate::domain::money::Money;

macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every value, in the order in which documents list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for this value in documents, commands and logs.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value that `word` stands for, if there is one.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use word_enum;

word_enum!(
    /// What the shopper holds in hand, as the storefront reports it.
    Device {
        /// A phone.
        Phone = "phone",
        /// A tablet.
        Tablet = "tablet",
        /// A desktop or laptop computer.
        Desktop = "desktop",
        /// A television.
        Tv = "tv",
        /// A terminal in a shop.
        Kiosk = "kiosk",
        /// Anything else.
        Other = "other",
    }
);

word_enum!(
    /// The way by which the shopper came.
    Channel {
        /// A browser.
        Web = "web",
        /// An app of the merchant.
        App = "app",
        /// A point of sale with staff.
        Pos = "pos",
        /// A voice assistant.
        Voice = "voice",
        /// A software agent that buys for somebody.
        Agent = "agent",
    }
);

word_enum!(
    /// What is proved about the customer.
    CustomerKind {
        /// Nothing is proved.
        Guest = "guest",
        /// A verified account.
        Registered = "registered",
        /// A verified account that has ordered before. Whatever asks for a registered customer takes this one too.
        Repeat = "repeat",
    }
);

impl CustomerKind {
    /// Whether a customer of this kind is one of the `wanted` kind.
    pub const fn is(self, wanted: Self) -> bool {
        match wanted {
            Self::Guest => matches!(self, Self::Guest),
            Self::Registered => matches!(self, Self::Registered | Self::Repeat),
            Self::Repeat => matches!(self, Self::Repeat),
        }
    }
}

/// The facts by which a flow is chosen, taken once, when the session starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shopper {
    /// What the shopper holds in hand; `None` where the storefront did not say. No criterion on devices matches then.
    pub device: Option<Device>,
    /// The way by which they came.
    pub channel: Channel,
    /// The store they buy from.
    pub store: StoreId,
    /// What is proved about them.
    pub customer: CustomerKind,
    /// What the cart comes to.
    pub cart_total: Money,
    /// The SKUs in the cart.
    pub skus: BTreeSet<Sku>,
    /// The tags of the products in the cart.
    pub tags: BTreeSet<Tag>,
    /// The time of the choice.
    pub now: Timestamp,
}

/// Joins words as a sentence does: `a`, `a or b`, `a, b or c`.
pub(crate) fn one_of<T: fmt::Display>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_customer_is_a_registered_one_and_not_the_other_way_round() {
        assert!(CustomerKind::Repeat.is(CustomerKind::Registered));
        assert!(!CustomerKind::Registered.is(CustomerKind::Repeat));
        assert!(!CustomerKind::Repeat.is(CustomerKind::Guest));
        assert!(!CustomerKind::Guest.is(CustomerKind::Registered));
    }

    #[test]
    fn every_word_is_read_back_as_its_value() {
        for device in Device::ALL {
            assert_eq!(Device::from_word(device.as_str()), Some(*device));
        }
        assert_eq!(Device::from_word("Phone"), None);
    }
}
