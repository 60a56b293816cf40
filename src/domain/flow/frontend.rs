//! What a flow offers to the shopper.

use std::collections::BTreeSet;

use super::names::OptionCode;
use super::shopper::word_enum;

/// Which of the carriers' options are offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOffer {
    /// All that the carriers answer with.
    All,
    /// Only those with one of these codes.
    Only(BTreeSet<OptionCode>),
}

impl DeliveryOffer {
    /// Whether the option with this code is offered.
    pub fn offers(&self, code: &OptionCode) -> bool {
        match self {
            Self::All => true,
            Self::Only(codes) => codes.contains(code),
        }
    }
}

word_enum!(
    /// As whom a shopper may buy.
    IdentityOption {
        /// Without an account.
        Guest = "guest",
        /// Signed in.
        Registered = "registered",
        /// With an account that is made on the way.
        CreateAccount = "create_account",
    }
);

/// What a flow offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontend {
    /// Delivery options.
    pub delivery_options: DeliveryOffer,
    /// Whether the goods may be collected at a location.
    pub click_and_collect: bool,
    /// Whether there is a field for a coupon code.
    pub coupons: bool,
    /// As whom one may buy; never empty in a loaded flow.
    pub identity: BTreeSet<IdentityOption>,
}

impl Frontend {
    /// Whether nobody may buy without an account: allowed, and never silent.
    pub fn forces_account(&self) -> bool {
        !self.identity.contains(&IdentityOption::Guest)
    }
}
