//! What a buyer shops with, and the flow that was chosen for it: the same in checkouts and orders.

use serde::{Deserialize, Serialize};

use super::scalar::{Text, Word};
use crate::domain::checkout::{Context, Customer, FlowPin};
use crate::domain::flow::{Channel, CustomerKind, Device, FlowId};

/// What the buyer shops with. The customer's id is the caller's name for somebody, and tells nobody else who.
#[derive(Serialize, Deserialize)]
pub(super) struct ContextShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Word<Device>>,
    channel: Word<Channel>,
    customer_kind: Word<CustomerKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    language: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    region: String,
}

impl From<&Context> for ContextShape {
    fn from(context: &Context) -> Self {
        let Context { device, channel, customer: Customer { id, kind }, language, region } = context;
        Self {
            device: device.map(Word),
            channel: Word(*channel),
            customer_kind: Word(*kind),
            customer: id.clone(),
            language: language.clone(),
            region: region.clone(),
        }
    }
}

impl From<ContextShape> for Context {
    fn from(shape: ContextShape) -> Self {
        Self {
            device: shape.device.map(|device| device.0),
            channel: shape.channel.0,
            customer: Customer { id: shape.customer, kind: shape.customer_kind.0 },
            language: shape.language,
            region: shape.region,
        }
    }
}

/// The pinned flow.
#[derive(Serialize, Deserialize)]
pub(super) struct FlowPinShape {
    id: Text<FlowId>,
    version: u32,
    matched_rule: String,
}

impl From<&FlowPin> for FlowPinShape {
    fn from(pin: &FlowPin) -> Self {
        let FlowPin { id, version, matched_rule } = pin.clone();
        Self { id: Text(id), version, matched_rule }
    }
}

impl From<FlowPinShape> for FlowPin {
    fn from(shape: FlowPinShape) -> Self {
        Self { id: shape.id.0, version: shape.version, matched_rule: shape.matched_rule }
    }
}
