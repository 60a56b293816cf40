//! Typed identifiers. An id names a thing; it is never a credential.
//!
//! Ids are UUIDv7 with a typed prefix (`chk_0198…`), so that a log line tells what it speaks of and an id of
//! one kind cannot stand where another is meant. They are made by the ids port, never here.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The text is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind: it looks like {prefix}_ and 32 hexadecimal digits")]
pub struct BadId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            /// What stands before the underscore: three letters.
            pub const PREFIX: &'static str = {
                assert!($prefix.len() == 3);
                $prefix
            };
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_with_prefix(out, Self::PREFIX, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, out)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                parse_with_prefix(text, $prefix).map(Self)
            }
        }
    };
}

/// Every row holds a dozen ids, and so do its key, links and columns: they are written in one piece.
fn write_with_prefix(out: &mut fmt::Formatter<'_>, prefix: &'static str, id: Uuid) -> fmt::Result {
    let mut text = [b'_'; 36];
    let (start, digits) = text.split_at_mut(4);
    start[..3].copy_from_slice(prefix.as_bytes());
    id.simple().encode_lower(digits);
    out.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn parse_with_prefix(text: &str, prefix: &'static str) -> Result<Uuid, BadId> {
    let bad = BadId { prefix };
    let digits = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(bad.clone())?;
    if digits.len() != 32 || !digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(bad);
    }
    Uuid::try_parse(digits).map_err(|_| bad)
}

typed_id!(
    /// A cart.
    CartId, "crt"
);
typed_id!(
    /// A line of a cart; it stays the line's own in checkout and order.
    LineId, "lin"
);
typed_id!(
    /// A checkout session.
    CheckoutId, "chk"
);
typed_id!(
    /// One run of PlaceOrder.
    PlacementId, "plc"
);
typed_id!(
    /// The payment of one tender.
    PaymentId, "pay"
);
typed_id!(
    /// One try to authorise a tender at one partner account.
    AttemptId, "att"
);
typed_id!(
    /// One call that moves money or creates a vendor's object; its idempotency key is a function of it alone.
    OperationId, "opn"
);
typed_id!(
    /// A placed order.
    OrderId, "ord"
);
typed_id!(
    /// A delivery option as it was quoted.
    QuoteId, "quo"
);
typed_id!(
    /// A unit of work, so that a commit whose answer was lost can be recognised.
    UnitId, "unt"
);
typed_id!(
    /// A process that drives machines.
    WorkerId, "wrk"
);

/// The longest name of a store, a SKU, a partner account or a code, in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// The text is not usable as a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {what}: use 1 to {MAX_NAME_BYTES} of {allowed}")]
pub struct BadName {
    /// What was to be named.
    pub what: &'static str,
    /// The characters that may stand in it.
    pub allowed: &'static str,
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $allowed:literal, $accepts:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadName;

            fn from_str(text: &str) -> Result<Self, BadName> {
                let accepts: fn(u8) -> bool = $accepts;
                if text.is_empty() || text.len() > MAX_NAME_BYTES || !text.bytes().all(accepts) {
                    return Err(BadName { what: $what, allowed: $allowed });
                }
                Ok(Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

pub(crate) use name_type;

name_type!(
    /// A store (a tenant): it leads every key, and no call crosses it.
    StoreId, "store id", "a-z, 0-9 and -", |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')
);
name_type!(
    /// A stock keeping unit.
    Sku, "SKU", "letters, digits and . _ - /", |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/')
    }
);
name_type!(
    /// A partner account of the configuration: one merchant account at one vendor.
    AccountId, "partner account", "a-z, 0-9, - and _", |byte| {
        matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')
    }
);
name_type!(
    /// A coupon code, upper-case.
    Code, "coupon code", "A-Z, 0-9, - and _", |byte| {
        matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_')
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let cart = CartId(Uuid::from_u128(7)).to_string();
        assert!(cart.parse::<CheckoutId>().is_err());
        assert_eq!(cart.parse::<CartId>(), Ok(CartId(Uuid::from_u128(7))));
    }

    #[test]
    fn only_the_one_spelling_of_an_id_is_read() {
        for text in
            ["crt_", "crt_ABCDEF00000000000000000000000000", "crt_00000000-0000-0000-0000-000000000007"]
        {
            assert!(text.parse::<CartId>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_bounded_and_free_of_control_characters() {
        assert!("a\0b".parse::<Sku>().is_err());
        assert!("".parse::<StoreId>().is_err());
        assert!("x".repeat(65).parse::<Code>().is_err());
        assert!("OLJCESPC7Z".parse::<Sku>().is_ok());
    }
}
