//! Everything that a use case refuses. The gRPC door has one table from [`Reason`] to status codes.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::domain::flow::Problem;
use crate::domain::ids::{OrderId, StoreId};
use crate::ports::store::StoreError;

/// Stable reasons; `ErrorReason` of the API carries the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A field is missing or malformed.
    InvalidField,
    /// `request_id` is missing or not a UUID.
    RequestIdInvalid,
    /// `update_mask` names what cannot be updated.
    UpdateMaskInvalid,
    /// `page_token` was not issued for this request.
    PageTokenInvalid,
    /// A field holds what looks like a card number.
    CardNumberRefused,
    /// No credential, or one that does not verify.
    Unauthenticated,
    /// The caller's scopes do not allow this.
    PermissionDenied,
    /// Shed before any durable work.
    Overloaded,
    /// An amount that is too fine or too large.
    AmountInvalid,
    /// A currency that is unknown, not offered, or not the cart's.
    CurrencyMismatch,
    /// Nothing of that name, or no right to it.
    NotFound,
    /// The key was used with another request.
    IdempotencyKeyReused,
    /// The first request with this key still runs.
    RequestInProgress,
    /// The etag is not the current one.
    EtagMismatch,
    /// Others were faster, again and again.
    Conflict,
    /// The caller's deadline is over; nothing was begun.
    DeadlineExceeded,
    /// A limit on lines, quantities, codes.
    LimitExceeded,
    /// The catalogue does not sell this.
    SkuUnknown,
    /// Less stock than asked for.
    OutOfStock,
    /// The code is unknown, over, used up or not for this cart.
    CodeInvalid,
    /// The cart has no lines.
    CartEmpty,
    /// The cart is locked, ordered, deleted or expired.
    CartNotOpen,
    /// The checkout is placing, completed, cancelled or expired.
    CheckoutNotOpen,
    /// Problems block the placement.
    CheckoutNotReady,
    /// What the buyer agreed to is no longer what it would cost.
    PriceChanged,
    /// The quote, or a part of it, is too old.
    QuoteExpired,
    /// The delivery quote is unknown, expired or bound to something else.
    DeliveryQuoteInvalid,
    /// The pickup location is unknown.
    PickupLocationInvalid,
    /// The tenders do not match what is due.
    TendersMismatch,
    /// No account of the flow can take this tender.
    PaymentMethodNotEligible,
    /// Another placement, with other instruments, is running.
    PlacementInProgress,
    /// There is an order already.
    AlreadyOrdered,
    /// The action is unknown or over.
    PaymentActionInvalid,
    /// The payment's state does not allow this.
    PaymentStateInvalid,
    /// More than what is left.
    AmountExceedsRemainder,
    /// An earlier operation has no known outcome.
    PaymentOperationUnresolved,
    /// A partner cannot be reached and has no backup now.
    PartnerUnavailable,
    /// The store of record cannot be reached.
    StoreUnavailable,
    /// Too many placements run in this process.
    TooManyPlacements,
    /// No flow matches this buyer.
    NoFlow,
    /// A bug of ours.
    Internal,
}

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its path in the request.
    pub path: String,
    /// What to do about it.
    pub remedy: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Detail {
    reason: Reason,
    message: String,
    fields: Vec<Field>,
    problems: Vec<Problem>,
    metadata: BTreeMap<&'static str, String>,
    retry_after: Option<Duration>,
}

/// A refusal. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Detail>);

impl Error {
    /// A refusal for `reason`; the message says what to do.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self(Box::new(Detail {
            reason,
            message: message.into(),
            fields: Vec::new(),
            problems: Vec::new(),
            metadata: BTreeMap::new(),
            retry_after: None,
        }))
    }

    /// A field that is wrong.
    pub fn field(path: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::of_field(Reason::InvalidField, path, remedy)
    }

    /// A field that is wrong, for a reason of its own.
    pub fn of_field(reason: Reason, path: impl Into<String>, remedy: impl Into<String>) -> Self {
        let (path, remedy) = (path.into(), remedy.into());
        let mut error = Self::new(reason, format!("{path}: {remedy}"));
        error.0.fields.push(Field { path, remedy });
        error
    }

    /// A refusal for `reason` that concerns a field where that is known.
    pub fn at(reason: Reason, path: Option<String>, message: String) -> Self {
        let fields = path.map(|path| Field { path, remedy: message.clone() }).into_iter().collect();
        let mut error = Self::new(reason, message);
        error.0.fields = fields;
        error
    }

    /// The thing named does not exist, or the caller has no right to it: the two look the same. The field is
    /// `name`, which most requests have it in.
    pub fn not_found(what: &str) -> Self {
        let place = if what == "store" { "here" } else { "in this store" };
        let message = format!("there is no such {what} {place}, or it is not yours: check its name");
        Self::at(Reason::NotFound, Some("name".to_owned()), message)
    }

    /// The same refusal where another field than `name` gave the name of what is not there.
    #[must_use]
    pub fn named_by(mut self, path: &str) -> Self {
        if self.0.reason == Reason::NotFound {
            for field in &mut self.0.fields {
                path.clone_into(&mut field.path);
            }
        }
        self
    }

    /// There is an order already; metadata `order` is its name.
    pub fn already_ordered(store: &StoreId, order: Option<OrderId>) -> Self {
        let Some(order) = order else {
            return Self::new(Reason::AlreadyOrdered, "there is an order already: list the orders");
        };
        let name = format!("stores/{store}/orders/{order}");
        Self::new(Reason::AlreadyOrdered, format!("there is an order already: read {name}"))
            .with("order", name)
    }

    /// Adds metadata.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: String) -> Self {
        self.0.metadata.insert(key, value);
        self
    }

    /// Adds the problems that block.
    #[must_use]
    pub fn with_problems(mut self, problems: Vec<Problem>) -> Self {
        self.0.problems = problems;
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, pause: Duration) -> Self {
        self.0.retry_after = Some(pause);
        self
    }

    /// The reason.
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// What happened and what to do.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The fields that are wrong.
    pub fn fields(&self) -> &[Field] {
        &self.0.fields
    }

    /// The problems that block.
    pub fn problems(&self) -> &[Problem] {
        &self.0.problems
    }

    /// Further facts by name.
    pub fn metadata(&self) -> &BTreeMap<&'static str, String> {
        &self.0.metadata
    }

    /// When to try again.
    pub fn pause(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::store_unavailable(),
            StoreError::Corrupt(cause) => {
                tracing::error!(%cause, "the store holds something that cannot be read");
                Self::new(Reason::Internal, "a stored row cannot be read: operators find it in the log")
            }
        }
    }
}

impl Error {
    /// The time that the caller gave is over, and nothing was begun.
    pub fn too_late() -> Self {
        Self::new(
            Reason::DeadlineExceeded,
            "the time for this call is over: repeat it with the same request_id and a longer deadline",
        )
    }

    /// The store cannot be reached; repeating under the same key is safe.
    pub fn store_unavailable() -> Self {
        Self::new(Reason::StoreUnavailable, "the store of record cannot be reached: repeat the call")
            .retry_after(Duration::from_secs(1))
    }
}
