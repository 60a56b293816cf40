//! The step plan: which steps there are, which are done, and which one is next.
//!
//! The plan is known from the start and computed again from the facts at each answer, so that no stored plan
//! can contradict what the checkout holds. An edit that takes a fact away therefore leads back to its step.

use super::document::Flow;
use super::interface::Layout;
use super::shopper::word_enum;

word_enum!(
    /// The steps of every checkout, in their order. Payment details come last before the review.
    StepId {
        /// Who buys, and how to reach them.
        Contact = "contact",
        /// Where the goods go, or where they are collected.
        Delivery = "delivery",
        /// Where the invoice goes.
        Billing = "billing",
        /// How it is paid.
        Payment = "payment",
        /// The last look before the order.
        Review = "review",
    }
);

word_enum!(
    /// How far a step is.
    StepState {
        /// Not done, and not the next one.
        Pending = "pending",
        /// The next one to do.
        Current = "current",
        /// Done.
        Done = "done",
        /// This checkout does not need it.
        Skipped = "skipped",
    }
);

/// One step of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Which step.
    pub id: StepId,
    /// How far it is.
    pub state: StepState,
    /// Whether the order can be placed without it.
    pub optional: bool,
    /// Its place among the steps that are not skipped, from 1; 0 for a skipped one.
    pub index: u32,
    /// How many steps are not skipped.
    pub total: u32,
}

/// What is known about the way the goods go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryFacts {
    /// Nothing in the cart is delivered.
    NotRequired,
    /// The goods are sent.
    Send {
        /// Whether the address is there and holds.
        address_given: bool,
        /// Whether every group has its option.
        option_chosen: bool,
    },
    /// The goods are collected: no delivery address is needed.
    Collect {
        /// Whether every group has its location.
        location_chosen: bool,
    },
}

/// What is known about the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentFacts {
    /// The total is zero.
    NotNeeded,
    /// There is an amount due.
    Needed {
        /// Whether a way to pay all of it is chosen.
        chosen: bool,
    },
}

/// What the plan is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionFacts {
    /// Whether there is a valid contact of a kind that the flow offers.
    pub contact_given: bool,
    /// The way the goods go.
    pub delivery: DeliveryFacts,
    /// Whether there is a valid billing address of its own, or one said to be the delivery address.
    pub billing_given: bool,
    /// The payment.
    pub payment: PaymentFacts,
}

/// The plan of a session: always the five steps, in order.
///
/// The billing step is optional where the goods are sent or collected (the place serves), where nothing is paid,
/// and in an express checkout (the wallet gives the address). Exactly one step is current: the first that is neither done, skipped nor optional; the review is
/// never done before the order, so that there is always one.
pub fn step_plan(flow: &Flow, facts: &SessionFacts) -> Vec<Step> {
    let needs: Vec<(StepId, Need)> = StepId::ALL.iter().map(|id| (*id, need(*id, flow, *facts))).collect();
    let total = count(needs.iter().filter(|(_, need)| *need != Need::None).count());
    let mut index = 0;
    let mut current_found = false;
    needs
        .into_iter()
        .map(|(id, need)| {
            let (state, optional) = match need {
                Need::None => (StepState::Skipped, false),
                Need::Optional { done: true } => (StepState::Done, true),
                Need::Optional { done: false } => (StepState::Pending, true),
                Need::Required { done: true } => (StepState::Done, false),
                Need::Required { done: false } if current_found => (StepState::Pending, false),
                Need::Required { done: false } => (StepState::Current, false),
            };
            current_found |= state == StepState::Current;
            let shown = state != StepState::Skipped;
            index += u32::from(shown);
            Step { id, state, optional, index: if shown { index } else { 0 }, total }
        })
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    None,
    Optional { done: bool },
    Required { done: bool },
}

fn need(id: StepId, flow: &Flow, facts: SessionFacts) -> Need {
    match id {
        StepId::Contact => Need::Required { done: facts.contact_given },
        StepId::Delivery => match facts.delivery {
            DeliveryFacts::NotRequired => Need::None,
            DeliveryFacts::Send { address_given, option_chosen } => {
                Need::Required { done: address_given && option_chosen }
            }
            DeliveryFacts::Collect { location_chosen } => Need::Required { done: location_chosen },
        },
        StepId::Billing => {
            let done = facts.billing_given;
            let placed = matches!(facts.delivery, DeliveryFacts::Send { .. } | DeliveryFacts::Collect { .. });
            let express = flow.interface.layout == Layout::Express;
            if placed || express || facts.payment == PaymentFacts::NotNeeded {
                Need::Optional { done }
            } else {
                Need::Required { done }
            }
        }
        StepId::Payment => match facts.payment {
            PaymentFacts::NotNeeded => Need::None,
            PaymentFacts::Needed { chosen } => Need::Required { done: chosen },
        },
        StepId::Review => Need::Required { done: false },
    }
}

fn count(steps: usize) -> u32 {
    u32::try_from(steps).unwrap_or(u32::MAX)
}
