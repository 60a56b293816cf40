//! How bytes are read as the steps of a visit.
//!
//! A step is a byte that chooses what is done, a byte that chooses who does it, a length of two bytes, high first, and
//! so many bytes of a message. Any bytes are some visit, so that every change of one is another.

use std::time::Duration;

use super::super::till::Weather;
use cashwrap::config::Scope;
use cashwrap::domain::payment::{DeclineClass, OperationKind};

/// Every RPC that has one answer. What is new goes to the end, so that the corpus keeps its meaning.
pub const RPCS: [&str; 26] = [
    "CartService/CreateCart",
    "CartService/GetCart",
    "CartService/UpdateCart",
    "CartService/ApplyCode",
    "CartService/RemoveCode",
    "CartService/DeleteCart",
    "CheckoutService/CreateCheckout",
    "CheckoutService/GetCheckout",
    "CheckoutService/UpdateCheckout",
    "CheckoutService/ListDeliveryOptions",
    "CheckoutService/ListPickupLocations",
    "CheckoutService/ListPaymentMethods",
    "CheckoutService/PlaceOrder",
    "CheckoutService/ConfirmPaymentAction",
    "CheckoutService/CancelCheckout",
    "PaymentService/GetPayment",
    "PaymentService/ListPayments",
    "PaymentService/CapturePayment",
    "PaymentService/VoidPayment",
    "PaymentService/RefundPayment",
    "OrderService/GetOrder",
    "OrderService/ListOrders",
    "OperationsService/ListPartners",
    "OperationsService/SetPartnerMode",
    "OperationsService/ListUnresolvedPayments",
    "OperationsService/ExplainPayment",
];

/// Chooses [`Step::Wait`]; the message's first byte says how long.
pub const WAIT: u8 = 255;
/// Chooses [`Step::Weather`]; the message's first two bytes say which.
pub const WEATHER: u8 = 254;
/// Chooses [`Step::CustomerActs`]; an odd first byte of the message succeeds.
pub const CUSTOMER_ACTS: u8 = 253;

/// A visit ends after so many steps: more find nothing that these do not, and take long.
const MAX_STEPS: usize = 24;

/// Who calls.
pub struct Caller {
    /// The key that it sends; none where it sends none. Each is known to the shop unless it is `unknown`.
    pub key: &'static str,
    /// What its key may do.
    pub scopes: &'static [Scope],
    /// The store that its key speaks for.
    pub store: &'static str,
    /// The customer that it stands for.
    pub customer: Option<&'static str>,
    /// Whether it sends the capability that was given last.
    pub brings_capability: bool,
}

const fn caller(key: &'static str, scopes: &'static [Scope]) -> Caller {
    Caller { key, scopes, store: "shop", customer: None, brings_capability: false }
}

/// Everybody who calls.
pub const CALLERS: [Caller; 9] = [
    caller("service", &[Scope::Service]),
    Caller { brings_capability: true, ..caller("guest", &[Scope::Shopper]) },
    caller("stranger", &[Scope::Shopper]),
    caller("backoffice", &[Scope::Backoffice]),
    caller("operator", &[Scope::Operator]),
    Caller { customer: Some("ada"), brings_capability: true, ..caller("ada", &[Scope::Shopper]) },
    Caller { store: "other", ..caller("elsewhere", &[Scope::Service, Scope::Backoffice, Scope::Operator]) },
    caller("unknown", &[]),
    caller("", &[]),
];

const WAITS: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(30),
    Duration::from_mins(10),
    Duration::from_hours(1),
    Duration::from_hours(25),
    Duration::from_hours(24 * 40),
];

/// What calls to the gateways may meet.
pub fn weathers() -> [Weather; 9] {
    [
        Weather::Refused,
        Weather::TimeoutBefore,
        Weather::TimeoutAfter,
        Weather::FiveAfter,
        Weather::Declined(DeclineClass::Generic),
        // Mastercard's code for "do not try again".
        Weather::Advised(DeclineClass::Generic, "03".parse().unwrap()),
        Weather::Action,
        Weather::Taken,
        Weather::Off(-100),
    ]
}

const KINDS: [OperationKind; 5] = [
    OperationKind::Create,
    OperationKind::Confirm,
    OperationKind::Capture,
    OperationKind::Void,
    OperationKind::Refund,
];

/// One step of a visit.
pub enum Step<'a> {
    /// Somebody calls.
    Call {
        /// Which RPC.
        rpc: &'static str,
        /// Who, by the place in [`CALLERS`].
        caller: usize,
        /// The message, with names to be filled in.
        message: &'a [u8],
    },
    /// Time passes.
    Wait(Duration),
    /// The next such call of the gateway meets this.
    Weather(OperationKind, Weather),
    /// The customer comes back from the bank.
    CustomerActs(bool),
}

/// The steps that the bytes tell.
pub fn steps(bytes: &[u8]) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut left = bytes;
    while let [what, who, high, low, rest @ ..] = left {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (message, after) = rest.split_at(length);
        left = after;
        let chosen = |place: usize| usize::from(message.get(place).copied().unwrap_or_default());
        steps.push(match *what {
            WAIT => Step::Wait(WAITS[chosen(0) % WAITS.len()]),
            WEATHER => {
                let weathers = weathers();
                Step::Weather(KINDS[chosen(0) % KINDS.len()], weathers[chosen(1) % weathers.len()])
            }
            CUSTOMER_ACTS => Step::CustomerActs(chosen(0) % 2 == 1),
            rpc => Step::Call {
                rpc: RPCS[usize::from(rpc) % RPCS.len()],
                caller: usize::from(*who) % CALLERS.len(),
                message,
            },
        });
        if steps.len() == MAX_STEPS {
            break;
        }
    }
    steps
}
