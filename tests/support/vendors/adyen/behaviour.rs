//! What a token makes of its payment: the holder's names of Adyen's test platform, and further words of our own. Stored
//! methods have no holder, so that their ids begin with the same words, without underscores.

use serde_json::Value;

/// What becomes of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Behaviour {
    Approved,
    /// A refusal with this code, a raw code and an advice, where they are told.
    Refused {
        code: &'static str,
        raw: Option<String>,
        advice: Option<String>,
    },
    /// The processor broke.
    Error,
    Pending,
    /// The shopper is sent to the bank.
    Redirect,
    /// The shopper must be challenged within the page.
    Native,
    /// A part of the amount is held.
    Partial,
    /// Held, and every capture fails.
    CaptureFails,
    /// Captured, and every refund fails.
    RefundFails,
    /// Held, and every cancel fails.
    CancelFails,
}

impl Behaviour {
    /// Of the payment method of a request.
    pub(super) fn of(method: &Value) -> Self {
        let name = method["holderName"].as_str().or(method["storedPaymentMethodId"].as_str());
        let word: String = name.unwrap_or_default().chars().filter(|char| *char != '_').collect();
        let refused = |code| Self::Refused { code, raw: None, advice: None };
        let words: [(&str, Self); 12] = [
            ("DECLINED", refused("2")),
            ("NOTENOUGHBALANCE", refused("12")),
            ("CARDEXPIRED", refused("6")),
            ("BLOCKEDCARD", refused("5")),
            ("ERROR", Self::Error),
            ("PENDING", Self::Pending),
            ("REDIRECT", Self::Redirect),
            ("NATIVE", Self::Native),
            ("PARTIAL", Self::Partial),
            ("CAPTUREFAILS", Self::CaptureFails),
            ("REFUNDFAILS", Self::RefundFails),
            ("CANCELFAILS", Self::CancelFails),
        ];
        if let Some(codes) = word.strip_prefix("RAW") {
            // RAW51, or RAW51MAC24.
            let raw = codes.get(..2).map(|code| format!("{code} : a text that changes"));
            let advice =
                codes.get(2..).and_then(|rest| rest.strip_prefix("MAC")).and_then(|code| code.get(..2));
            return Self::Refused { code: "2", raw, advice: advice.map(|code| format!("{code} : a text")) };
        }
        let known = words.into_iter().find(|(known, _)| word.starts_with(known));
        known.map_or(Self::Approved, |(_, behaviour)| behaviour)
    }
}
