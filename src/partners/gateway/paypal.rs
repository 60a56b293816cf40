//! PayPal's Orders v2: an order is created, its customer approves it at PayPal, and only then is the money asked for.
//!
//! | Call | Request | what it moves |
//! |---|---|---|
//! | Create | `POST /v2/checkout/orders`, `intent: AUTHORIZE` | nothing: the answer is where to send the customer |
//! | Confirm | `POST /v2/checkout/orders/{order}/authorize` | holds the amount; before the approval PayPal refuses it |
//! | Capture | `POST /v2/payments/authorizations/{authorization}/capture`, final | takes it and releases the rest |
//! | Void | `POST /v2/payments/authorizations/{authorization}/void` | gives it back |
//! | Refund | `POST /v2/payments/captures/{capture}/refund` | gives back what was captured |
//! | Look | `GET /v2/checkout/orders/{order}` | nothing |
//!
//! The vendor's object is the order's id, 1 to 36 capital letters and digits, from its creation to its last refund.
//! Authorisations and captures have ids of their own, which the order shows: before a capture, void or refund the order is
//! read, and the request is aimed at what it shows (`aim`). That read moves nothing, so that whatever goes wrong with it
//! proves that the request was never sent; and an order that shows the operation's own capture or refund already, by the
//! operation's id that both carry, is the answer, even after PayPal has forgotten the request's id.
//!
//! The one token that an account takes is `wallet`: the customer's PayPal wallet, which they choose at PayPal. PayPal's own
//! vaulted tokens would have to be sent with the call that asks for the money, and a Confirm carries none.
//!
//! - `settings`: the account and where it is reached. `adapter`: the parts put together.
//! - `amounts`, `render`: a request becomes bytes, without a credential.
//! - `tokens`, `transport`: the credential that lasts for a while, and PayPal's headers around the exchange.
//! - `wire`, `order`, `aim`, `parse`, `errors`, `declines`: a reply becomes an outcome. They are pure, trust nothing, and
//!   say that nobody knows whenever a reply has no one meaning.
//!
//! PayPal's webhooks are not read: they are proved by certificates that would have to be fetched from an address that the
//! message names. Everything that they tell is found by looks.

mod adapter;
mod aim;
mod amounts;
mod declines;
mod errors;
mod order;
mod parse;
#[cfg(test)]
mod parse_test;
mod render;
mod settings;
mod tokens;
mod transport;
mod wire;

pub use adapter::Paypal;
pub use parse::meaning;
pub use settings::{PaypalError, PaypalSettings};
