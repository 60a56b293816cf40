//! What a call to a gateway came back with: one enum, decided at the transport boundary.
//!
//! Everything that follows hangs on the difference between "proved that nothing was executed" and "may have
//! been executed", so an adapter that is unsure says [`Outcome::Unknown`].

use std::time::Duration;

use super::decline::{Decline, DeclineClass};
use super::scheme::Network;
use crate::domain::money::Money;

/// The outcome of one call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[must_use]
pub enum Outcome {
    /// Proved that the gateway executed nothing of this call.
    NotSent(NotSent),
    /// A parsed answer with one meaning: the object as the gateway now sees it.
    Definite(View),
    /// A parsed answer that refuses this call and says nothing of the object: a capture of a cancelled
    /// payment, a refund above what is left, a request the vendor calls malformed.
    Refused(Refusal),
    /// The gateway may have executed it.
    Unknown(UnknownCause),
}

/// Why nothing was executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotSent {
    /// The circuit breaker of this account and class of operation is open.
    BreakerOpen,
    /// Operators let the account end what it began, and begin nothing; or it left the settings.
    Drained,
    /// Operators forced the account's breaker open: nothing goes out.
    ForcedOpen,
    /// Too many calls were in flight already.
    Saturated,
    /// `send_by` or the deadline had passed before the first byte could leave.
    TooLate,
    /// Resolving, connecting or the TLS handshake failed.
    Connect,
    /// The vendor says that it did not begin, by a rate limit documented as pre-execution; or the pause that it asked
    /// for is not over.
    RateLimited,
    /// The vendor refused our credentials before it looked at the request.
    Credentials,
    /// The object exists but was never confirmed, so it never held money.
    Unconfirmed,
    /// The vendor has no number for the amount: it takes the currency in coarser steps.
    AmountNotTaken,
}

/// Why it cannot be known whether the gateway executed the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnknownCause {
    /// No answer within the gateway's timeout.
    Timeout,
    /// The connection broke after the request may have left.
    Reset,
    /// A 5xx status without a conclusive body.
    ServerError,
    /// A reply that could not be understood, or that was too large.
    Garbage,
    /// The vendor says that a request with this key is still running.
    InProgress,
    /// The process that sent it died before it recorded an answer.
    Crashed,
    /// The gateway says that it is still processing.
    Processing,
    /// A refusal that proves nothing about the first try: 401, 403, 409 or 429 on a later one.
    NotConclusive,
}

/// A refusal of one call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// The vendor's code, for people; never the message.
    pub code: String,
    /// What the code means for the customer, where it is more than a malformed request.
    pub class: Option<DeclineClass>,
    /// Whether the object is said not to exist at all.
    pub not_found: bool,
    /// Whether trying again later can help.
    pub retry_after: Option<Duration>,
}

/// The vendor's object as an answer describes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct View {
    /// The vendor's id of the object; `None` where the vendor has told none yet.
    pub object: Option<String>,
    /// Where the object stands.
    pub status: Status,
    /// The amount that the vendor says was asked for.
    pub amount: Money,
    /// Our reference, as echoed; `None` where the vendor does not echo it.
    pub reference: Option<String>,
    /// Authorised and not yet captured, in minor units.
    pub capturable_minor: i64,
    /// Captured so far, in minor units.
    pub captured_minor: i64,
    /// Refunded by the operation that asked, in minor units; `None` where this answer does not tell.
    pub refunded_minor: Option<i64>,
    /// The card that was tried, where this answer shows it.
    pub card: Option<SeenCard>,
}

/// What a gateway's answer shows of the card.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SeenCard {
    /// What the gateway calls the card, where it tells.
    pub reference: Option<CardReference>,
    /// Its scheme.
    pub network: Network,
}

/// What a gateway calls a card, in plain text: it lives as long as the answer and is stored as a keyed digest.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum CardReference {
    /// The payment account reference (PAR): the same at every gateway.
    Par(String),
    /// A fingerprint that means something at this partner account alone.
    Fingerprint(String),
}

impl std::fmt::Debug for SeenCard {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SeenCard").field("network", &self.network).finish_non_exhaustive()
    }
}

/// Where a vendor's object stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Status {
    /// It exists and no money operation on it has executed.
    Created,
    /// The customer must act first (3DS, redirect).
    ActionNeeded {
        /// Where to send the customer.
        redirect_url: String,
    },
    /// The customer acted and allowed it; nothing is held yet, and a Confirm asks for the money.
    Approved,
    /// The vendor is still working on it.
    Processing,
    /// The amount is held.
    Authorised,
    /// Money was captured.
    Captured,
    /// Cancelled: it holds nothing and refuses to be confirmed later.
    Voided,
    /// The issuer or the gateway said no.
    Declined(Decline),
}
