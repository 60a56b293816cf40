//! The words by which values of closed lists are stored.
//!
//! They are fixed here and not taken from the domain's names, so that renaming a state for people does not
//! change what is stored. A word is never reused for something else.

use super::scalar::Named;
use crate::domain::cart::CartState;
use crate::domain::checkout::{CheckoutState, DegradedReason, Dependency};
use crate::domain::flow::{Channel, CustomerKind, Device, IdentityOption, Variable};
use crate::domain::order::{OrderState, PaymentState};
use crate::domain::payment::aggregate::CapturePolicy;
use crate::domain::payment::attempt::VoidReason;
use crate::domain::payment::operation::Rung;
use crate::domain::payment::scheme::{Network, Why};
use crate::domain::payment::{DeclineClass, Goal, Hint, NotSent, OperationKind, UnknownCause};
use crate::domain::placement::{PlacementState, Wish};
use crate::domain::pricing::{RoundingLevel, RoundingMode};
use crate::domain::product::TaxCategory;
use crate::ports::record::Mode;

macro_rules! words {
    ($($of:ident, $what:literal { $($variant:ident = $word:literal,)+ })+) => {
        $(
            impl Named for $of {
                const WHAT: &'static str = $what;

                #[cfg(test)]
                const ALL: &'static [Self] = &[$(Self::$variant),+];

                fn word(self) -> &'static str {
                    match self {
                        $(Self::$variant => $word,)+
                    }
                }

                fn named(word: &str) -> Option<Self> {
                    match word {
                        $($word => Some(Self::$variant),)+
                        _ => None,
                    }
                }
            }
        )+

        /// Every list by what it is of, with its words.
        #[cfg(test)]
        pub(in crate::store::document) const LISTS: &[(&str, &[&str])] = &[$(($what, &[$($word),+])),+];

        #[cfg(test)]
        mod tests {
            use super::*;

            #[test]
            fn every_word_is_read_back_as_what_it_was_written_for() {
                $($(assert_eq!($of::named($of::$variant.word()), Some($of::$variant));)+)+
                $(assert_eq!($of::named("something else"), None, $what);)+
            }
        }
    };
}

words! {
    CartState, "cart state" {
        Open = "OPEN",
        Locked = "LOCKED",
        Ordered = "ORDERED",
        Deleted = "DELETED",
        Expired = "EXPIRED",
    }
    CheckoutState, "checkout state" {
        Open = "OPEN",
        Placing = "PLACING",
        AwaitingAction = "AWAITING_ACTION",
        Completed = "COMPLETED",
        Cancelled = "CANCELLED",
        Expired = "EXPIRED",
    }
    PlacementState, "placement state" {
        Paying = "PAYING",
        AwaitingAction = "AWAITING_ACTION",
        Compensating = "COMPENSATING",
        Completed = "COMPLETED",
        Failed = "FAILED",
    }
    Wish, "wish of a placement's caller" {
        Place = "PLACE",
        Reopen = "REOPEN",
        Cancel = "CANCEL",
    }
    Dependency, "dependency" {
        Tax = "TAX",
        Carrier = "CARRIER",
    }
    DegradedReason, "reason to use a backup" {
        Unavailable = "UNAVAILABLE",
        TimedOut = "TIMED_OUT",
        BreakerOpen = "BREAKER_OPEN",
        Overloaded = "OVERLOADED",
        Refused = "REFUSED",
        UnknownPlace = "UNKNOWN_PLACE",
        Misconfigured = "MISCONFIGURED",
    }
    OrderState, "order state" {
        Placed = "PLACED",
    }
    PaymentState, "payment state of an order" {
        PendingPayment = "PENDING_PAYMENT",
        Authorised = "AUTHORISED",
        PartiallyCaptured = "PARTIALLY_CAPTURED",
        Paid = "PAID",
        PartiallyRefunded = "PARTIALLY_REFUNDED",
        Refunded = "REFUNDED",
        Voided = "VOIDED",
        PaymentReview = "PAYMENT_REVIEW",
    }
    Goal, "goal of a payment" {
        Hold = "HOLD",
        Settle = "SETTLE",
        Release = "RELEASE",
    }
    CapturePolicy, "capture policy" {
        AtPlacement = "AT_PLACEMENT",
        AtFulfilment = "AT_FULFILMENT",
    }
    OperationKind, "kind of operation" {
        Create = "CREATE",
        Confirm = "CONFIRM",
        Authorise = "AUTHORISE",
        Capture = "CAPTURE",
        Void = "VOID",
        Refund = "REFUND",
    }
    Rung, "rung of the ladder" {
        Look = "LOOK",
        Replay = "REPLAY",
        Void = "VOID",
    }
    Hint, "hint of a message" {
        Moved = "MOVED",
        Gone = "GONE",
        Held = "HELD",
        Taken = "TAKEN",
    }
    VoidReason, "reason of a void" {
        Resolve = "RESOLVE",
        Mismatch = "MISMATCH",
        ActionExpired = "ACTION_EXPIRED",
        Release = "RELEASE",
        Late = "LATE",
    }
    Variable, "variable of a routing rule" {
        Method = "METHOD",
        Network = "NETWORK",
        Bin = "BIN",
        Amount = "AMOUNT",
        Currency = "CURRENCY",
        Country = "COUNTRY",
        Store = "STORE",
        Channel = "CHANNEL",
        Customer = "CUSTOMER",
    }
    NotSent, "reason why nothing was sent" {
        BreakerOpen = "BREAKER_OPEN",
        Drained = "DRAINED",
        ForcedOpen = "FORCED_OPEN",
        Saturated = "SATURATED",
        TooLate = "TOO_LATE",
        Connect = "CONNECT",
        RateLimited = "RATE_LIMITED",
        Credentials = "CREDENTIALS",
        Unconfirmed = "UNCONFIRMED",
        AmountNotTaken = "AMOUNT_NOT_TAKEN",
    }
    UnknownCause, "cause of an unknown outcome" {
        Timeout = "TIMEOUT",
        Reset = "RESET",
        ServerError = "SERVER_ERROR",
        Garbage = "GARBAGE",
        InProgress = "IN_PROGRESS",
        Crashed = "CRASHED",
        Processing = "PROCESSING",
        NotConclusive = "NOT_CONCLUSIVE",
    }
    DeclineClass, "class of declines" {
        LostStolenPickup = "LOST_STOLEN_PICKUP",
        AccountInvalid = "ACCOUNT_INVALID",
        SchemeStop = "SCHEME_STOP",
        AuthorisationRevoked = "AUTHORISATION_REVOKED",
        FraudIssuer = "FRAUD_ISSUER",
        FraudGateway = "FRAUD_GATEWAY",
        InsufficientFunds = "INSUFFICIENT_FUNDS",
        LimitVelocity = "LIMIT_VELOCITY",
        CardExpired = "CARD_EXPIRED",
        CvvPinAvs = "CVV_PIN_AVS",
        ScaRequired = "SCA_REQUIRED",
        NotPermittedCard = "NOT_PERMITTED_CARD",
        RestrictedMerchant = "RESTRICTED_MERCHANT",
        MethodUnsupported = "METHOD_UNSUPPORTED",
        DoNotHonor = "DO_NOT_HONOR",
        InvalidTransaction = "INVALID_TRANSACTION",
        IssuerUnavailable = "ISSUER_UNAVAILABLE",
        SystemMalfunction = "SYSTEM_MALFUNCTION",
        BadRequest = "BAD_REQUEST",
        Duplicate = "DUPLICATE",
        Sanctions = "SANCTIONS",
        TokenInvalid = "TOKEN_INVALID",
        Generic = "DECLINED_GENERIC",
    }
    Network, "scheme of a card" {
        Visa = "VISA",
        Mastercard = "MASTERCARD",
        Other = "OTHER",
    }
    Why, "reason why a card may not be tried" {
        Stopped = "STOPPED",
        Paused = "PAUSED",
        TooManyDeclines = "TOO_MANY_DECLINES",
        TooManyOfAmount = "TOO_MANY_DECLINES_OF_AMOUNT",
        TooManyFixes = "TOO_MANY_FIXES",
        TriesUnderWay = "TRIES_UNDER_WAY",
    }
    Mode, "partner mode" {
        Auto = "auto",
        Drain = "drain",
        ForceOpen = "force_open",
        ForceClosed = "force_closed",
    }
    TaxCategory, "tax category" {
        Standard = "standard",
        Reduced = "reduced",
        SecondReduced = "second-reduced",
        SuperReduced = "super-reduced",
        Parking = "parking",
        Zero = "zero",
    }
    RoundingMode, "rounding mode" {
        HalfEven = "half-even",
        HalfUp = "half-up",
        HalfDown = "half-down",
    }
    RoundingLevel, "rounding level" {
        Unit = "unit",
        Line = "line",
        Order = "order",
    }
    Device, "device" {
        Phone = "phone",
        Tablet = "tablet",
        Desktop = "desktop",
        Tv = "tv",
        Kiosk = "kiosk",
        Other = "other",
    }
    Channel, "channel" {
        Web = "web",
        App = "app",
        Pos = "pos",
        Voice = "voice",
        Agent = "agent",
    }
    CustomerKind, "kind of customer" {
        Guest = "guest",
        Registered = "registered",
        Repeat = "repeat",
    }
    IdentityOption, "identity option" {
        Guest = "guest",
        Registered = "registered",
        CreateAccount = "create_account",
    }
}
