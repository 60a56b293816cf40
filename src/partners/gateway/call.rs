//! A call as it passes through the layers.

use std::sync::Arc;

use super::class::OperationClass;
use crate::domain::money::Money;
use crate::domain::payment::OperationKind;
use crate::ports::gateway::{Look, Rendered, Window};
use crate::resilience::{Deadline, HasDeadline, Purpose, Work};

/// One call; its clones are further tries of the same call. It has no `Debug`: a rendering holds a token.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) task: Arc<Task>,
    pub(super) window: Window,
}

/// What a call does.
pub(super) enum Task {
    /// Sends what was rendered before.
    Send { kind: OperationKind, amount: Money, rendered: Rendered },
    /// Looks.
    Look(Look),
}

impl Task {
    pub(super) const fn class(&self) -> OperationClass {
        match self {
            Self::Send { kind, .. } => OperationClass::of(*kind),
            Self::Look(_) => OperationClass::Read,
        }
    }

    /// The name of what is done, for spans.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Send { kind, .. } => kind.as_str(),
            Self::Look(Look::Object { .. }) => "look_object",
            Self::Look(Look::Reference { .. }) => "look_reference",
            Self::Look(Look::Refund { .. }) => "look_refund",
        }
    }
}

impl HasDeadline for Call {
    fn deadline(&self) -> Deadline {
        Deadline::at(self.window.answer_by)
    }
}

impl Purpose for Call {
    /// A partner that drains takes no new payment, and ends those that it has: a confirm, a capture, a void,
    /// a refund and a look go on with one.
    fn work(&self) -> Work {
        match &*self.task {
            Task::Send { kind: OperationKind::Create | OperationKind::Authorise, .. } => Work::New,
            Task::Send {
                kind:
                    OperationKind::Confirm | OperationKind::Capture | OperationKind::Void | OperationKind::Refund,
                ..
            }
            | Task::Look(_) => Work::Begun,
        }
    }
}
