//! How a flow's rules chose the gateways of a payment: names, places and verdicts, and nothing of the card.

use serde::{Deserialize, Serialize};

use super::scalar::{Text, Word, shapes, values};
use crate::domain::flow::{EvaluationError, FlowId, Routed, RoutingStep, RuleName, RuleVerdict, Variable};

/// The rules that were looked at.
#[derive(Serialize, Deserialize)]
pub(super) struct RoutedShape {
    flow: Text<FlowId>,
    version: u32,
    steps: Vec<StepShape>,
}

impl From<&Routed> for RoutedShape {
    fn from(routed: &Routed) -> Self {
        let Routed { flow, version, steps } = routed;
        Self { flow: Text(flow.clone()), version: *version, steps: shapes(steps) }
    }
}

impl From<RoutedShape> for Routed {
    fn from(shape: RoutedShape) -> Self {
        Self { flow: shape.flow.0, version: shape.version, steps: values(shape.steps) }
    }
}

/// One rule.
#[derive(Serialize, Deserialize)]
struct StepShape {
    rule: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Text<RuleName>>,
    verdict: VerdictShape,
}

impl From<&RoutingStep> for StepShape {
    fn from(step: &RoutingStep) -> Self {
        let RoutingStep { rule, name, verdict } = step;
        Self { rule: *rule, name: name.clone().map(Text), verdict: verdict.into() }
    }
}

impl From<StepShape> for RoutingStep {
    fn from(shape: StepShape) -> Self {
        Self { rule: shape.rule, name: shape.name.map(|name| name.0), verdict: shape.verdict.into() }
    }
}

/// What a rule said.
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "SCREAMING_SNAKE_CASE")]
enum VerdictShape {
    Matched,
    NotMatched,
    Missing { variable: Word<Variable> },
    Arithmetic,
}

impl From<&RuleVerdict> for VerdictShape {
    fn from(verdict: &RuleVerdict) -> Self {
        match verdict {
            RuleVerdict::Matched => Self::Matched,
            RuleVerdict::NotMatched => Self::NotMatched,
            RuleVerdict::Failed(EvaluationError::Missing(variable)) => {
                Self::Missing { variable: Word(*variable) }
            }
            RuleVerdict::Failed(EvaluationError::Arithmetic) => Self::Arithmetic,
        }
    }
}

impl From<VerdictShape> for RuleVerdict {
    fn from(shape: VerdictShape) -> Self {
        match shape {
            VerdictShape::Matched => Self::Matched,
            VerdictShape::NotMatched => Self::NotMatched,
            VerdictShape::Missing { variable } => Self::Failed(EvaluationError::Missing(variable.0)),
            VerdictShape::Arithmetic => Self::Failed(EvaluationError::Arithmetic),
        }
    }
}
