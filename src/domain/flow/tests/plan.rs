//! Step plans and the one bold button.

use super::samples::flow;
use crate::domain::flow::StepState::{Current, Done, Pending};
use crate::domain::flow::*;

const NOTHING: SessionFacts = SessionFacts {
    contact_given: false,
    delivery: DeliveryFacts::Send { address_given: false, option_chosen: false },
    billing_given: false,
    payment: PaymentFacts::Needed { chosen: false },
};

fn with_layout(layout: Layout) -> Flow {
    let mut flow = flow("a");
    flow.interface.layout = layout;
    flow
}

/// The plan in short: `contact current 1/5`, with a `?` where the step is optional.
fn plan(flow: &Flow, facts: SessionFacts) -> Vec<String> {
    step_plan(flow, &facts)
        .iter()
        .map(|step| {
            let optional = if step.optional { "?" } else { "" };
            format!("{}{optional} {} {}/{}", step.id, step.state, step.index, step.total)
        })
        .collect()
}

/// Every combination of facts.
fn all_facts() -> Vec<SessionFacts> {
    let flags = [false, true];
    let mut deliveries = vec![DeliveryFacts::NotRequired];
    for one in flags {
        deliveries.push(DeliveryFacts::Collect { location_chosen: one });
        deliveries.extend(flags.map(|two| DeliveryFacts::Send { address_given: one, option_chosen: two }));
    }
    let payments = [
        PaymentFacts::NotNeeded,
        PaymentFacts::Needed { chosen: false },
        PaymentFacts::Needed { chosen: true },
    ];
    let mut all = Vec::new();
    for contact_given in flags {
        for delivery in &deliveries {
            for billing_given in flags {
                for payment in payments {
                    all.push(SessionFacts { contact_given, delivery: *delivery, billing_given, payment });
                }
            }
        }
    }
    all
}

#[test]
fn the_plan_is_known_from_the_start() {
    assert_eq!(
        plan(&flow("a"), NOTHING),
        [
            "contact current 1/5",
            "delivery pending 2/5",
            "billing? pending 3/5",
            "payment pending 4/5",
            "review pending 5/5"
        ]
    );
}

#[test]
fn a_digital_cart_skips_delivery_and_then_needs_a_billing_address() {
    let facts = SessionFacts { contact_given: true, delivery: DeliveryFacts::NotRequired, ..NOTHING };
    assert_eq!(
        plan(&flow("a"), facts),
        [
            "contact done 1/4",
            "delivery skipped 0/4",
            "billing current 2/4",
            "payment pending 3/4",
            "review pending 4/4"
        ]
    );
}

#[test]
fn a_zero_total_skips_payment() {
    let facts = SessionFacts { contact_given: true, payment: PaymentFacts::NotNeeded, ..NOTHING };
    assert_eq!(
        plan(&flow("a"), facts),
        [
            "contact done 1/4",
            "delivery current 2/4",
            "billing? pending 3/4",
            "payment skipped 0/4",
            "review pending 4/4"
        ]
    );
}

#[test]
fn a_digital_cart_of_zero_needs_a_contact_only() {
    let facts = SessionFacts {
        contact_given: true,
        delivery: DeliveryFacts::NotRequired,
        payment: PaymentFacts::NotNeeded,
        ..NOTHING
    };
    assert_eq!(
        plan(&flow("a"), facts),
        [
            "contact done 1/3",
            "delivery skipped 0/3",
            "billing? pending 2/3",
            "payment skipped 0/3",
            "review current 3/3"
        ]
    );
}

#[test]
fn an_address_without_an_option_leaves_delivery_to_be_done() {
    for (address_given, option_chosen) in [(true, false), (false, true), (false, false)] {
        let delivery = DeliveryFacts::Send { address_given, option_chosen };
        let steps = step_plan(&flow("a"), &SessionFacts { contact_given: true, delivery, ..NOTHING });
        assert_eq!(steps[1].state, StepState::Current, "{delivery:?}");
    }
}

#[test]
fn collected_goods_need_a_location_and_no_delivery_address() {
    let delivery = DeliveryFacts::Collect { location_chosen: true };
    let steps = step_plan(&flow("a"), &SessionFacts { contact_given: true, delivery, ..NOTHING });
    assert_eq!((steps[1].state, steps[3].state), (StepState::Done, StepState::Current));
    assert_eq!((steps[2].state, steps[2].optional), (StepState::Pending, true), "the location serves");
}

#[test]
fn an_edit_that_takes_a_fact_away_leads_back_to_its_step() {
    let delivery = DeliveryFacts::Send { address_given: true, option_chosen: true };
    let payment = PaymentFacts::Needed { chosen: true };
    let ready = SessionFacts { contact_given: true, delivery, billing_given: true, payment };
    assert_eq!(step_plan(&flow("a"), &ready)[4].state, StepState::Current);
    let edited = SessionFacts { contact_given: false, ..ready };
    let states: Vec<StepState> = step_plan(&flow("a"), &edited).iter().map(|step| step.state).collect();
    assert_eq!(states, [Current, Done, Done, Done, Pending]);
}

#[test]
fn whatever_the_facts_one_step_is_current_and_the_numbers_have_no_gap() {
    for layout in Layout::ALL {
        for facts in all_facts() {
            let steps = step_plan(&with_layout(*layout), &facts);
            let ids: Vec<StepId> = steps.iter().map(|step| step.id).collect();
            assert_eq!(ids, StepId::ALL, "{facts:?}");
            let current = steps.iter().filter(|step| step.state == StepState::Current).count();
            assert_eq!(current, 1, "{facts:?}");
            let shown: Vec<u32> =
                steps.iter().filter(|step| step.state != StepState::Skipped).map(|step| step.index).collect();
            assert_eq!(shown, (1..=steps[0].total).collect::<Vec<_>>(), "{facts:?}");
            let blocked = steps.iter().position(|step| step.state == StepState::Current).unwrap();
            assert!(steps[..blocked].iter().all(|step| step.optional || step.state != StepState::Pending));
        }
    }
}

#[test]
fn where_the_layout_walks_the_button_leads_on_and_only_this_step_blocks_it() {
    let flow = with_layout(Layout::ThreePages);
    let steps = step_plan(&flow, &NOTHING);
    let later = Problem::new(ProblemCode::DeliveryAddressRequired, "delivery_groups[0].address");
    let action = primary_action(&flow, &steps, std::slice::from_ref(&later));
    assert_eq!((action.code, action.enabled, action.label), (ActionCode::Continue, true, None));
    let here = Problem::new(ProblemCode::ContactRequired, "contact");
    let action = primary_action(&flow, &steps, &[here.clone(), later]);
    assert_eq!((action.enabled, action.blocking_problems), (false, vec![here]));
}

#[test]
fn on_one_page_the_button_pays_from_the_start_and_every_problem_blocks_it() {
    let flow = with_layout(Layout::OnePage);
    let steps = step_plan(&flow, &NOTHING);
    let problem = Problem::new(ProblemCode::TermsNotAccepted, "agreements");
    let action = primary_action(&flow, &steps, std::slice::from_ref(&problem));
    assert_eq!((action.code, action.enabled), (ActionCode::Pay, false));
    assert_eq!(action.label, flow.interface.primary_action_label);
    assert_eq!(action.blocking_problems, [problem]);
}

#[test]
fn instruments_come_with_the_placing_call_and_do_not_block_its_button() {
    let flow = with_layout(Layout::OnePage);
    let missing = Problem::new(ProblemCode::PaymentRequired, "tenders");
    assert!(primary_action(&flow, &step_plan(&flow, &NOTHING), &[missing]).enabled);
}

#[test]
fn nothing_to_pay_is_placed_and_not_paid() {
    let facts = SessionFacts { payment: PaymentFacts::NotNeeded, ..NOTHING };
    let flow = with_layout(Layout::Express);
    assert_eq!(primary_action(&flow, &step_plan(&flow, &facts), &[]).code, ActionCode::PlaceOrder);
}

#[test]
fn a_checkout_that_cannot_be_saved_blocks_even_the_first_step() {
    let flow = with_layout(Layout::ThreePages);
    let expired = Problem::new(ProblemCode::CheckoutExpired, "");
    assert!(!primary_action(&flow, &step_plan(&flow, &NOTHING), &[expired]).enabled);
}
