//! What a run explores: the gateways, what may go wrong and how often, and the moment at which it begins.

use std::collections::BTreeMap;

use cashwrap::domain::cart::CartState;
use cashwrap::domain::checkout::CheckoutState;
use cashwrap::domain::ids::AccountId;
use cashwrap::domain::payment::decide::GatewayFacts;
use cashwrap::domain::payment::{Books, GatewayCapabilities, Policy};
use cashwrap::domain::placement::{Effects, Wish};

use crate::gateway::Ledger;
use crate::sale;
use crate::state::{Kept, Lease, Left, Rows, State, Subject, Timer};

/// A bug of the store, to see that the rules find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    NoFence,
    NoCompareAndSet,
}

/// What may go wrong besides a death. Each time costs one of the faults that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No connection: nothing left.
    Refused,
    /// The worker times out, and the request lands whenever it likes.
    LateLanding,
    /// The worker times out, and the request never lands.
    LostRequest,
    /// The request was executed, and its reply never comes.
    LostReply,
    /// The vendor breaks, before or after it executes, and keeps the broken answer under the key.
    Breakdown,
    /// A decline that another gateway may not share.
    SoftDecline,
    /// A decline that every gateway shares.
    HardDecline,
    /// The gateway takes the request for another amount.
    OtherAmount,
    /// A worker is stopped for longer than its lease, and wakes up.
    Sleep,
    /// Time passes while somebody works: a worker that is stopped, or a gateway that is slow.
    Slow,
    /// A commit never arrives, and nobody is told.
    LostCommit,
    /// A commit is durable, and nobody is told.
    UnheardCommit,
    /// The customer does not satisfy the bank.
    FailedAction,
}

impl Fault {
    pub const ALL: [Self; 13] = [
        Self::Refused,
        Self::LateLanding,
        Self::LostRequest,
        Self::LostReply,
        Self::Breakdown,
        Self::SoftDecline,
        Self::HardDecline,
        Self::OtherAmount,
        Self::Sleep,
        Self::Slow,
        Self::LostCommit,
        Self::UnheardCommit,
        Self::FailedAction,
    ];
}

/// What a run explores.
#[derive(Debug, Clone)]
pub struct Shop {
    pub gateways: [GatewayCapabilities; 2],
    /// What may go wrong.
    pub faults: Vec<Fault>,
    /// Whether a bank may ask the customer to act.
    pub acts: bool,
    /// What a customer who has second thoughts wants.
    pub second_thoughts: Wish,
    pub left: Left,
    pub planted: Option<Planted>,
    pub policy: Policy,
    pub known: BTreeMap<AccountId, GatewayFacts>,
    /// What the card's scheme knows of it: nothing.
    pub books: Books,
    pub claimed: Effects,
}

impl Shop {
    pub fn new(gateways: [GatewayCapabilities; 2], left: Left) -> Self {
        let policy = sale::policy();
        let fact = |place: usize| {
            let capabilities = gateways[place].clone();
            (sale::account(place), GatewayFacts { capabilities, unavailable: None })
        };
        let known = BTreeMap::from([fact(0), fact(1)]);
        let claimed = sale::claimed(&policy);
        Self {
            gateways,
            faults: vec![],
            acts: false,
            second_thoughts: Wish::Reopen,
            left,
            planted: None,
            policy,
            known,
            books: Books::default(),
            claimed,
        }
    }

    /// The claim is worker one's, and nothing else has happened.
    pub fn start(&self) -> State {
        let rows = Rows {
            placement: Kept::new(self.claimed.placement.clone()),
            checkout: CheckoutState::Placing,
            cart: CartState::Locked,
            payment: Kept::new(self.claimed.payments[0].clone()),
        };
        let mut state = State {
            now: sale::START,
            rows,
            timers: [Some(Timer { due: sale::START, lease: Lease::Free }), None],
            workers: [None, None],
            ledgers: [Ledger::default(), Ledger::default()],
            flying: vec![],
            left: self.left,
            kicked: false,
            orders: 0,
            broken: None,
        };
        self.claim(&mut state, Subject::Placement);
        state
    }
}
