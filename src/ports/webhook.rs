//! What a partner tells us without being asked, over HTTP.
//!
//! A vendor's wire is read in two steps that are one call: the message is proved to be the vendor's, over the bytes
//! as they came, and only then is it read. What comes out is the same for every vendor: whose event, about which
//! payment, and what it hints at. Nothing of a message is a fact (`domain::payment::hint`), but for what a vendor tells
//! no other way (`domain::payment::told`).

use jiff::Timestamp;

use crate::domain::ids::{PaymentId, StoreId};
use crate::domain::payment::{Hint, Told};

/// A message as it came.
#[derive(Clone, Copy)]
pub struct RawWebhook<'a> {
    /// Its headers, with names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// Its body, untouched: the signature is over these bytes.
    pub body: &'a [u8],
}

impl<'a> RawWebhook<'a> {
    /// The first header of this name, which is given in lower case.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(held, _)| *held == name).map(|(_, value)| *value)
    }
}

/// One event of a genuine message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The vendor's id of the event: the same whenever it is sent again, and bounded in length.
    pub event: String,
    /// What it is about, where it is about a payment of ours.
    pub about: Option<About>,
    /// What it hints at; `None` for events that say nothing of the money.
    pub hint: Option<Hint>,
    /// What it tells, where no other answer comes: heeded only from vendors whose capabilities say `tells_later`.
    pub told: Option<Told>,
}

/// What an event is about: what we gave the vendor along with the object, and it sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The store; `None` where the vendor does not echo it.
    pub store: Option<StoreId>,
    /// The payment, which is our reference.
    pub payment: PaymentId,
    /// The vendor's id of the object, where the event names it.
    pub object: Option<String>,
}

/// Why a message is not taken. The sender learns only that it was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// No signature, or none that can be read.
    #[error("it carries no signature that can be read")]
    Unsigned,
    /// No secret of the account made its signature.
    #[error("no secret of the account made its signature")]
    Forged,
    /// It was signed too long ago, or in the future: somebody may be repeating it.
    #[error("it was signed at another time")]
    Stale,
    /// It is the vendor's, and not a message that can be understood.
    #[error("it is signed, and cannot be read")]
    Unreadable,
}

impl NotGenuine {
    /// The reason as metrics count it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Forged => "forged",
            Self::Stale => "stale",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One merchant account's webhooks.
///
/// An implementation MUST:
/// - check the signature over the bytes as they came, with every secret of the account, comparing in constant time,
///   before it reads anything of the body;
/// - refuse what was signed more than a few minutes from `now`, where the vendor signs the time;
/// - be pure: the same message at the same time is always read the same;
/// - treat the body as hostile even then, and tell a reference that is not ours as `None`.
pub trait Webhooks: Send + Sync + 'static {
    /// The events of a message: one with most vendors, several where a vendor sends them together.
    fn read(&self, raw: RawWebhook<'_>, now: Timestamp) -> Result<Vec<Notice>, NotGenuine>;
}
