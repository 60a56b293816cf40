//! What a placement answered, without the parts that a test does not ask for.

use api::place_order_response::Result as Became;
use cashwrap::proto::cashwrap::v1 as api;

/// What a PlaceOrder answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The order's name.
    Order(String),
    /// The customer must act: the action's id, and the page to open.
    Action { id: String, page: String },
    /// The next action of the decline.
    Declined(api::DeclineAction),
    /// Not known yet.
    Processing,
}

/// What the response of a PlaceOrder says.
pub fn answer(response: &api::PlaceOrderResponse) -> Answer {
    match response.result.as_ref().expect("a response has a result") {
        Became::Order(order) => Answer::Order(order.name.clone()),
        Became::Action(action) => acting(action),
        Became::Decline(decline) => Answer::Declined(decline.next_action()),
        Became::Processing(_) => Answer::Processing,
    }
}

fn acting(action: &api::PaymentAction) -> Answer {
    let Some(api::payment_action::Kind::Redirect(redirect)) = &action.kind else {
        panic!("an action is a page to open: {action:?}")
    };
    Answer::Action { id: action.id.clone(), page: redirect.uri.clone() }
}
