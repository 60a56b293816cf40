//! A call as it passes through the layers.

use std::sync::Arc;

use super::class::OperationClass;
use crate::domain::money::Money;
use crate::domain::payment::OperationKind;
use crate::ports::gateway::{Guard, Look, Rendered, Window};
use crate::resilience::{self, Deadline, Guarded, HasDeadline};

/// One call; its clones are further tries of the same call. It has no `Debug`: a rendering holds a token.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) task: Arc<Task>,
    pub(super) window: Window,
    pub(super) guard: Guard,
}

/// What a call does.
pub(super) enum Task {
    /// Sends what was rendered before.
    Send { kind: OperationKind, amount: Money, rendered: Rendered },
    /// Looks.
    Look(Look),
    /// Reads whether the gateway is there.
    Probe,
}

impl Task {
    pub(super) const fn class(&self) -> OperationClass {
        match self {
            Self::Send { kind, .. } => OperationClass::of(*kind),
            Self::Look(_) | Self::Probe => OperationClass::Read,
        }
    }

    /// The name of what is done, for spans.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Send { kind, .. } => kind.as_str(),
            Self::Look(Look::Object { .. }) => "look_object",
            Self::Look(Look::Reference { .. }) => "look_reference",
            Self::Look(Look::Refund { .. }) => "look_refund",
            Self::Probe => "probe",
        }
    }
}

impl HasDeadline for Call {
    fn deadline(&self) -> Deadline {
        Deadline::at(self.window.answer_by)
    }
}

impl Guarded for Call {
    fn guard(&self) -> resilience::Guard {
        match self.guard {
            Guard::Heeded => resilience::Guard::Heeded,
            Guard::Overruled => resilience::Guard::Overruled,
        }
    }
}
