//! What a placement answers, as the bytes that are sent and stored.
//!
//! PlaceOrderResponse and ConfirmPaymentActionResponse have the same fields, so that the same bytes are either.
//! No capability token is in them: it is derived again for whoever gets the answer.

use std::sync::Arc;
use std::time::Duration;

use prost::Message as _;

use super::convert::{checkout, decline, order, time};
use crate::app::Versioned;
use crate::app::mutation::etag;
use crate::domain::payment::policy::after;
use crate::engine::replies::{Answer, Replies};
use crate::ports::Clock;
use crate::proto::cashwrap::v1::place_order_response::Result as Became;
use crate::proto::cashwrap::v1::{PlaceOrderResponse, Processing};

/// When to ask again about what is not known yet.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// An order is answered in the commit that makes it: its first event.
const FIRST: u64 = 1;

/// Encodes answers as PlaceOrderResponse.
pub struct ProtoReplies {
    clock: Arc<dyn Clock>,
}

impl ProtoReplies {
    /// With the clock that says when to ask again.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

impl Replies for ProtoReplies {
    fn place_order(&self, answer: &Answer<'_>) -> Vec<u8> {
        let result = match answer {
            Answer::Order(placed) => {
                let placed = Versioned { row: (*placed).clone(), etag: etag(FIRST) };
                Some(Became::Order(order::order(&placed)))
            }
            Answer::Action(session) => {
                session.action.as_ref().map(|needed| Became::Action(checkout::action(&session.store, needed)))
            }
            Answer::Declined { failure, tender_index, payment } => {
                decline::decline(failure, *tender_index, *payment).map(Became::Decline)
            }
            Answer::Processing => None,
        };
        let result = result.unwrap_or_else(|| {
            let retry_time = Some(time::timestamp(after(self.clock.now(), ASK_AGAIN)));
            Became::Processing(Processing { retry_time })
        });
        PlaceOrderResponse { result: Some(result), capability_token: String::new() }.encode_to_vec()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::payment::aggregate::Failure;
    use crate::proto::cashwrap::v1::ConfirmPaymentActionResponse;
    use crate::proto::cashwrap::v1::confirm_payment_action_response::Result as Confirmed;

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            "2026-03-01T12:00:00Z".parse().unwrap()
        }
    }

    #[test]
    fn the_same_bytes_answer_a_placement_and_a_confirmed_action() {
        let replies = ProtoReplies::new(Arc::new(Noon));
        let failure = Failure::Reenter("backup".parse().unwrap());
        let bytes =
            replies.place_order(&Answer::Declined { failure: &failure, tender_index: 0, payment: None });
        let placed = PlaceOrderResponse::decode(bytes.as_slice()).unwrap();
        let confirmed = ConfirmPaymentActionResponse::decode(bytes.as_slice()).unwrap();
        let Some(Became::Decline(one)) = placed.result else { panic!("no decline") };
        let Some(Confirmed::Decline(other)) = confirmed.result else { panic!("no decline") };
        assert_eq!(one, other);
    }

    #[test]
    fn what_is_not_known_says_when_to_ask_again() {
        let bytes = ProtoReplies::new(Arc::new(Noon)).place_order(&Answer::Processing);
        let Some(Became::Processing(processing)) =
            PlaceOrderResponse::decode(bytes.as_slice()).unwrap().result
        else {
            panic!("not processing")
        };
        assert_eq!(processing.retry_time, Some(time::timestamp(after(Noon.now(), ASK_AGAIN))));
    }
}
