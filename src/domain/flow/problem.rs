//! What still keeps a checkout from being placed, as a list and never as an exception.
//!
//! Every problem blocks the order; its severity says who can take it away. The codes are stable: storefronts
//! and agents act on them, and no code is ever given another meaning.

use super::shopper::word_enum;
use super::steps::StepId;

word_enum!(
    /// Who can take a problem away.
    Severity {
        /// The client, by another call and without asking the shopper.
        Recoverable = "recoverable",
        /// The shopper, by giving something.
        NeedsBuyerInput = "needs_buyer_input",
        /// The shopper, by looking at what changed and agreeing.
        NeedsBuyerReview = "needs_buyer_review",
        /// Nobody: this checkout cannot be placed.
        Unrecoverable = "unrecoverable",
    }
);

word_enum!(
    /// What is wrong.
    ProblemCode {
        /// There is nothing in the cart.
        CartEmpty = "CART_EMPTY",
        /// A product is no longer sold.
        ItemUnavailable = "ITEM_UNAVAILABLE",
        /// Less is left than the cart asks for.
        OutOfStock = "OUT_OF_STOCK",
        /// The cart changed after the checkout took it.
        CartChanged = "CART_CHANGED",
        /// A price, discount or quote changed since the shopper saw it.
        PriceChanged = "PRICE_CHANGED",
        /// The quote's time has passed.
        QuoteExpired = "QUOTE_EXPIRED",
        /// A coupon code does not apply.
        CodeNotApplicable = "CODE_NOT_APPLICABLE",
        /// Nobody to reach.
        ContactRequired = "CONTACT_REQUIRED",
        /// Not an e-mail address.
        EmailInvalid = "EMAIL_INVALID",
        /// Not a telephone number.
        PhoneInvalid = "PHONE_INVALID",
        /// The flow does not offer to buy as this kind of customer.
        IdentityNotOffered = "IDENTITY_NOT_OFFERED",
        /// Nowhere to deliver to.
        DeliveryAddressRequired = "DELIVERY_ADDRESS_REQUIRED",
        /// The delivery address is not complete or not right.
        DeliveryAddressInvalid = "DELIVERY_ADDRESS_INVALID",
        /// No delivery option is chosen.
        DeliveryOptionRequired = "DELIVERY_OPTION_REQUIRED",
        /// Nothing is delivered there.
        DeliveryUnavailable = "DELIVERY_UNAVAILABLE",
        /// No place of collection is chosen.
        PickupLocationRequired = "PICKUP_LOCATION_REQUIRED",
        /// Nothing can be collected anywhere.
        PickupUnavailable = "PICKUP_UNAVAILABLE",
        /// No address for the invoice.
        BillingAddressRequired = "BILLING_ADDRESS_REQUIRED",
        /// The address for the invoice is not complete or not right.
        BillingAddressInvalid = "BILLING_ADDRESS_INVALID",
        /// The tax cannot be computed now.
        TaxUnavailable = "TAX_UNAVAILABLE",
        /// No way of payment is given.
        PaymentRequired = "PAYMENT_REQUIRED",
        /// The last payment was declined.
        PaymentDeclined = "PAYMENT_DECLINED",
        /// The shopper must act at their bank.
        PaymentActionRequired = "PAYMENT_ACTION_REQUIRED",
        /// The way of payment is not offered for this checkout.
        PaymentMethodUnavailable = "PAYMENT_METHOD_UNAVAILABLE",
        /// Terms that bind the sale are not accepted.
        TermsNotAccepted = "TERMS_NOT_ACCEPTED",
        /// The session's time has passed.
        CheckoutExpired = "CHECKOUT_EXPIRED",
        /// The cart is locked by another checkout's placement, or gone.
        CartNotOpen = "CART_NOT_OPEN",
        /// The cart became an order by another checkout.
        AlreadyOrdered = "ALREADY_ORDERED",
        /// Its flow is no longer served.
        FlowUnavailable = "FLOW_UNAVAILABLE",
    }
);

/// One thing that keeps a checkout from being placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub code: ProblemCode,
    /// Who can take it away.
    pub severity: Severity,
    /// Where, as a field path of the checkout: `contact.email`, `delivery_groups[0].address`.
    pub path: String,
    /// What to do about it.
    pub remedy: String,
}

impl Problem {
    /// A problem at `path`, with its code's own severity and remedy.
    pub fn new(code: ProblemCode, path: impl Into<String>) -> Self {
        let (severity, _, remedy) = code.row();
        Self { code, severity, path: path.into(), remedy: remedy.to_owned() }
    }

    /// The same problem with a remedy that knows the case.
    #[must_use]
    pub fn with_remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: remedy.into(), ..self }
    }
}

impl ProblemCode {
    /// Who can take such a problem away.
    pub const fn severity(self) -> Severity {
        self.row().0
    }

    /// The step at which it is taken away.
    pub const fn step(self) -> StepId {
        self.row().1
    }

    /// The table of all codes: severity, step, remedy.
    const fn row(self) -> (Severity, StepId, &'static str) {
        use Severity::{NeedsBuyerInput as Input, NeedsBuyerReview as Review, Recoverable, Unrecoverable};
        use StepId::{Billing, Contact, Delivery, Payment, Review as ReviewStep};
        match self {
            Self::CartEmpty => (Input, ReviewStep, "add something to the cart"),
            Self::ItemUnavailable => (Review, ReviewStep, "remove the line: the product is no longer sold"),
            Self::OutOfStock => (Review, ReviewStep, "lower the quantity to what is left"),
            Self::CartChanged => (Review, ReviewStep, "show the cart as it is now, and go on with it"),
            Self::PriceChanged => (Review, ReviewStep, "show the difference, and place with the new digest"),
            Self::QuoteExpired => (Recoverable, ReviewStep, "read the checkout again for a new quote"),
            Self::CodeNotApplicable => (Review, ReviewStep, "remove the code, or change what it asks for"),
            Self::ContactRequired => (Input, Contact, "give an e-mail address or a telephone number"),
            Self::EmailInvalid => (Input, Contact, "give an e-mail address such as name@example.com"),
            Self::PhoneInvalid => (Input, Contact, "give a telephone number with its country code"),
            Self::IdentityNotOffered => (Input, Contact, "buy in one of the ways that the flow offers"),
            Self::DeliveryAddressRequired => (Input, Delivery, "give the delivery address"),
            Self::DeliveryAddressInvalid => (Input, Delivery, "correct the delivery address"),
            Self::DeliveryOptionRequired => (Input, Delivery, "choose one of the delivery options"),
            Self::DeliveryUnavailable => (Input, Delivery, "give another address, or collect the goods"),
            Self::PickupLocationRequired => (Input, Delivery, "choose where to collect the goods"),
            Self::PickupUnavailable => (Input, Delivery, "have the goods delivered"),
            Self::BillingAddressRequired => (Input, Billing, "give the billing address"),
            Self::BillingAddressInvalid => (Input, Billing, "correct the billing address"),
            Self::TaxUnavailable => (Recoverable, ReviewStep, "read the checkout again in a moment"),
            Self::PaymentRequired => (Input, Payment, "choose how to pay"),
            Self::PaymentDeclined => (Input, Payment, "pay in another way"),
            Self::PaymentActionRequired => (Input, Payment, "finish the payment at the bank"),
            Self::PaymentMethodUnavailable => (Input, Payment, "pay in one of the ways that are listed"),
            Self::TermsNotAccepted => (Review, ReviewStep, "accept the terms"),
            Self::CartNotOpen => {
                (Unrecoverable, ReviewStep, "the cart is gone: open a checkout of another cart")
            }
            Self::AlreadyOrdered => {
                (Unrecoverable, ReviewStep, "the cart was ordered by another checkout: read the orders")
            }
            Self::FlowUnavailable => (
                Unrecoverable,
                ReviewStep,
                "the way of checking out that was chosen is no longer served: open another checkout of the cart",
            ),
            Self::CheckoutExpired => (Unrecoverable, ReviewStep, "start a new checkout from the cart"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_upper_snake_and_each_one_says_what_to_do() {
        for code in ProblemCode::ALL {
            let word = code.as_str();
            assert!(word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{word}");
            let problem = Problem::new(*code, "cart");
            assert!(!problem.remedy.is_empty(), "{word}");
            assert_eq!(problem.severity, code.severity(), "{word}");
        }
    }
}
