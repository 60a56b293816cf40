//! The names that a flow document speaks in. Partner accounts and SKUs have theirs in [`crate::domain::ids`].

use std::fmt;
use std::str::FromStr;

use crate::domain::ids::{BadName, MAX_NAME_BYTES, name_type};

name_type!(
    /// A flow; with its version it names one document.
    FlowId, "flow id", "a-z, 0-9 and -", |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')
);
name_type!(
    /// What operators call a routing rule, such as `large-amounts`.
    RuleName, "rule name", "a-z, 0-9 and -", |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')
);
name_type!(
    /// A tag that the catalogue puts on products, such as `gift` or `preorder`.
    Tag, "tag", "a-z, 0-9, - and _", |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')
);
name_type!(
    /// What a carrier calls one of its delivery options, such as `standard` or `express`.
    OptionCode, "delivery option code", "a-z, 0-9, - and _", |byte| {
        matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')
    }
);
name_type!(
    /// A key under which the storefront keeps a translated text, such as `checkout.pay_now`.
    LabelKey, "label key", "a-z, 0-9, . and _", |byte| {
        matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_')
    }
);
