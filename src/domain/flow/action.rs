//! The one bold button: what it does now, and what keeps it from being pressed.

use super::document::Flow;
use super::names::LabelKey;
use super::problem::{Problem, Severity};
use super::shopper::word_enum;
use super::steps::{Step, StepId, StepState};

word_enum!(
    /// What the one bold button does.
    ActionCode {
        /// Leads on to the next step.
        Continue = "CONTINUE",
        /// Places the order and pays.
        Pay = "PAY",
        /// Places the order; there is nothing to pay.
        PlaceOrder = "PLACE_ORDER",
    }
);

/// The one bold button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryAction {
    /// What it does.
    pub code: ActionCode,
    /// The flow's text for it; none for [`ActionCode::Continue`], and where the flow has none.
    pub label: Option<LabelKey>,
    /// Whether it may be pressed: exactly when nothing blocks it.
    pub enabled: bool,
    /// What blocks it.
    pub blocking_problems: Vec<Problem>,
}

/// The one bold button for a plan of `steps` with these `problems`.
///
/// Where the layout walks and a step before the payment is current, it leads on, and only the problems of
/// that step, of those before it, the unrecoverable ones and goods that are gone block it. Elsewhere it places the order, and every
/// problem blocks it but [`super::ProblemCode::PaymentRequired`]: PlaceOrder itself carries the instruments.
pub fn primary_action(flow: &Flow, steps: &[Step], problems: &[Problem]) -> PrimaryAction {
    let current =
        steps.iter().find(|step| step.state == StepState::Current).map_or(StepId::Review, |step| step.id);
    let pays = steps.iter().any(|step| step.id == StepId::Payment && step.state != StepState::Skipped);
    let code = match (flow.interface.layout.walks() && current < StepId::Payment, pays) {
        (true, _) => ActionCode::Continue,
        (false, true) => ActionCode::Pay,
        (false, false) => ActionCode::PlaceOrder,
    };
    let blocks = |problem: &&Problem| match code {
        // Nobody should type an address for what is sold out.
        ActionCode::Continue => {
            problem.code.step() <= current
                || problem.severity == Severity::Unrecoverable
                || matches!(problem.code, super::ProblemCode::OutOfStock | super::ProblemCode::CartNotOpen)
        }
        ActionCode::Pay | ActionCode::PlaceOrder => problem.code != super::ProblemCode::PaymentRequired,
    };
    let blocking_problems: Vec<Problem> = problems.iter().filter(blocks).cloned().collect();
    PrimaryAction {
        code,
        label: match code {
            ActionCode::Continue => None,
            ActionCode::Pay | ActionCode::PlaceOrder => flow.interface.primary_action_label.clone(),
        },
        enabled: blocking_problems.is_empty(),
        blocking_problems,
    }
}
