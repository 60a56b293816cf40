//! The classes of operation that fail apart from one another, each with a breaker of its own.

use crate::domain::payment::OperationKind;

/// A class of operation at one account. A gateway whose authorisations fail may still refund, and a void that
/// ends an unknown must not be refused because authorisations were (R11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OperationClass {
    /// Create, confirm and authorise.
    Authorise,
    /// Capture.
    Capture,
    /// Void and refund.
    VoidRefund,
    /// Looks.
    Read,
}

impl OperationClass {
    /// Every class.
    pub const ALL: [Self; 4] = [Self::Authorise, Self::Capture, Self::VoidRefund, Self::Read];

    /// The class of an operation.
    pub const fn of(kind: OperationKind) -> Self {
        match kind {
            OperationKind::Create | OperationKind::Confirm | OperationKind::Authorise => Self::Authorise,
            OperationKind::Capture => Self::Capture,
            OperationKind::Void | OperationKind::Refund => Self::VoidRefund,
        }
    }

    /// The class as it stands in metrics and for operators.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorise => "authorise",
            Self::Capture => "capture",
            Self::VoidRefund => "void_refund",
            Self::Read => "read",
        }
    }
}
