//! Which server a shopper calls: each call goes to the next one, so that a repeat finds another server where
//! there is one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cashwrap::proto::cashwrap::v1::cart_service_client::CartServiceClient;
use cashwrap::proto::cashwrap::v1::checkout_service_client::CheckoutServiceClient;
use cashwrap::proto::cashwrap::v1::order_service_client::OrderServiceClient;
use cashwrap::proto::cashwrap::v1::payment_service_client::PaymentServiceClient;
use tonic::transport::Channel;

/// One server's services.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) carts: CartServiceClient<Channel>,
    pub(super) checkouts: CheckoutServiceClient<Channel>,
    pub(super) orders: OrderServiceClient<Channel>,
    pub(super) payments: PaymentServiceClient<Channel>,
}

impl Door {
    fn to(channel: Channel) -> Self {
        Self {
            carts: CartServiceClient::new(channel.clone()),
            checkouts: CheckoutServiceClient::new(channel.clone()),
            orders: OrderServiceClient::new(channel.clone()),
            payments: PaymentServiceClient::new(channel),
        }
    }
}

/// Whose turn it was last, for whoever wants to know where a shopper stands.
#[derive(Debug, Clone, Default)]
pub struct Turn(Arc<AtomicUsize>);

impl Turn {
    /// The server that was called last, by its place in the list.
    pub fn last(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// The servers.
pub(super) struct Doors {
    all: Vec<Door>,
    turn: Turn,
}

impl Doors {
    pub(super) fn to(channels: Vec<Channel>) -> Self {
        Self { all: channels.into_iter().map(Door::to).collect(), turn: Turn::default() }
    }

    /// The next one.
    pub(super) fn next(&self) -> Door {
        let next = (self.turn.last() + 1) % self.all.len();
        self.turn.0.store(next, Ordering::Relaxed);
        self.all[next].clone()
    }

    pub(super) fn turn(&self) -> Turn {
        self.turn.clone()
    }
}
