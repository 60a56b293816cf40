//! Checkout sessions.

use jiff::Timestamp;

use super::cart::problem as problem_of_code;
use super::product::{code_warning, price_warnings};
use super::{address, context, decline, details, quote, time};
use crate::app::checkouts::CheckoutView;
use crate::domain::checkout::{ActionNeeded, Checkout, CheckoutState};
use crate::domain::flow::{Interface, Layout, Problem, Severity, Step, StepState};
use crate::domain::ids::StoreId;
use crate::grpc::names;
use crate::proto::cashwrap::v1;

/// A session as the API shows it.
pub fn checkout(view: &CheckoutView, now: Timestamp) -> v1::Checkout {
    let checkout = &view.checkout;
    let store = &checkout.store;
    let quoted = checkout.quoted.as_ref().map(|quoted| {
        quote::quote(quote::Shown { lines: &checkout.lines, details: &checkout.details, quoted, from: now })
    });
    let failure = checkout.last_failure.as_ref().filter(|_| checkout.state == CheckoutState::Open);
    let failed = checkout.failed_payment.map(|payment| (store, payment));
    v1::Checkout {
        name: names::of_checkout(store, checkout.id),
        etag: view.etag.clone(),
        state: state(checkout.state).into(),
        cart: names::of_cart(store, checkout.cart),
        context: Some(context::shown(&checkout.context)),
        flow: Some(v1::FlowReference {
            id: checkout.flow.id.to_string(),
            version: i64::from(checkout.flow.version),
            matched_rule: checkout.flow.matched_rule.clone(),
        }),
        details: Some(details::shown(&checkout.details)),
        quote: quoted,
        steps: view.steps.iter().filter(|step| step.state != StepState::Skipped).map(step).collect(),
        primary_action: Some(primary_action(view)),
        problems: view.problems.iter().map(problem).collect(),
        warnings: warnings(checkout),
        ui_hints: view.flow.as_ref().map(|flow| ui_hints(&flow.interface)),
        action: checkout.action.as_ref().map(|needed| action(store, needed)),
        last_decline: failure.and_then(|failure| decline::decline(failure, 0, failed)),
        order: checkout.order.map(|id| names::of_order(store, id)).unwrap_or_default(),
        create_time: Some(time::timestamp(checkout.created_at)),
        update_time: Some(time::timestamp(checkout.updated_at)),
        abandon_time: checkout.abandoned_at.map(time::timestamp),
    }
}

fn warnings(checkout: &Checkout) -> Vec<v1::Warning> {
    let mut warnings = price_warnings(&checkout.lines);
    let refused = checkout.quoted.iter().flat_map(|quoted| &quoted.quote.refused);
    warnings.extend(refused.map(|refused| code_warning(&refused.code, problem_of_code(&refused.problem))));
    warnings.extend(checkout.codes_left_out.iter().map(|code| code_warning(code, "FLOW_WITHOUT_CODES")));
    warnings
}

/// What a buyer must do.
pub fn action(store: &StoreId, needed: &ActionNeeded) -> v1::PaymentAction {
    let redirect = v1::RedirectAction { uri: needed.redirect_url.clone() };
    v1::PaymentAction {
        id: needed.payment.to_string(),
        payment: names::of_payment(store, needed.payment),
        kind: Some(v1::payment_action::Kind::Redirect(redirect)),
        expire_time: Some(time::timestamp(needed.expires_at)),
    }
}

/// Whether nothing about a session changes any more.
pub const fn is_final(checkout: &Checkout) -> bool {
    match checkout.state {
        CheckoutState::Completed | CheckoutState::Cancelled | CheckoutState::Expired => true,
        CheckoutState::Open | CheckoutState::Placing | CheckoutState::AwaitingAction => false,
    }
}

const fn state(state: CheckoutState) -> v1::CheckoutState {
    match state {
        CheckoutState::Open => v1::CheckoutState::Open,
        CheckoutState::Placing => v1::CheckoutState::Placing,
        CheckoutState::AwaitingAction => v1::CheckoutState::AwaitingAction,
        CheckoutState::Completed => v1::CheckoutState::Completed,
        CheckoutState::Cancelled => v1::CheckoutState::Cancelled,
        CheckoutState::Expired => v1::CheckoutState::Expired,
    }
}

fn step(step: &Step) -> v1::Step {
    let state = match step.state {
        StepState::Pending => v1::StepState::Pending,
        StepState::Current => v1::StepState::Current,
        StepState::Done => v1::StepState::Complete,
        StepState::Skipped => v1::StepState::Unspecified,
    };
    v1::Step {
        id: step.id.to_string(),
        state: state.into(),
        optional: step.optional,
        index: i32::try_from(step.index).unwrap_or(i32::MAX),
        total: i32::try_from(step.total).unwrap_or(i32::MAX),
    }
}

/// The one bold button. The flow's own speaks of an open session; in other states it says what comes next.
fn primary_action(view: &CheckoutView) -> v1::PrimaryAction {
    let simple = |code: &str, enabled: bool| v1::PrimaryAction {
        code: code.to_owned(),
        enabled,
        ..v1::PrimaryAction::default()
    };
    match view.checkout.state {
        CheckoutState::Open => {
            let action = &view.primary_action;
            let blocking = action.blocking_problems.iter().map(|problem| problem.code.to_string());
            v1::PrimaryAction {
                code: action.code.to_string(),
                enabled: action.enabled,
                blocking_problems: blocking.collect(),
                label: action.label.as_ref().map(ToString::to_string).unwrap_or_default(),
            }
        }
        CheckoutState::Placing => simple("WAIT", false),
        CheckoutState::AwaitingAction => simple("CONFIRM_PAYMENT", true),
        CheckoutState::Completed => simple("VIEW_ORDER", true),
        CheckoutState::Cancelled | CheckoutState::Expired => simple("START_AGAIN", true),
    }
}

/// A problem as the API shows it.
pub fn problem(problem: &Problem) -> v1::Problem {
    let severity = match problem.severity {
        Severity::Recoverable => v1::Severity::Recoverable,
        Severity::NeedsBuyerInput => v1::Severity::NeedsBuyerInput,
        Severity::NeedsBuyerReview => v1::Severity::NeedsBuyerReview,
        Severity::Unrecoverable => v1::Severity::Unrecoverable,
    };
    v1::Problem {
        code: problem.code.to_string(),
        severity: severity.into(),
        path: address::spelled(&problem.path),
        remedy: problem.remedy.clone(),
    }
}

fn ui_hints(interface: &Interface) -> v1::UiHints {
    let layout = match interface.layout {
        Layout::OnePage => v1::Layout::OnePage,
        Layout::ThreePages => v1::Layout::ThreePages,
        Layout::Express => v1::Layout::Express,
        Layout::Embedded => v1::Layout::Embedded,
        Layout::Custom => v1::Layout::Custom,
    };
    v1::UiHints {
        layout: layout.into(),
        suppress: interface.suppress.iter().map(ToString::to_string).collect(),
    }
}
