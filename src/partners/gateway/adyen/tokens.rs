//! What a storefront's token may be: the one grammar in which Adyen's two ways of naming a card are written.
//!
//! - `stored:ID:SHOPPER`: a stored payment method and the shopper's reference that it was stored under.
//! - `card:NUMBER:MONTH:YEAR`, then `:CODE` and then `:HOLDER` where there are any: the fields as Adyen's component in
//!   the browser encrypted them, and the holder's name as it was typed.
//!
//! No part holds a colon. Each is bounded and has an alphabet, so that a token can become nothing else in a request.
//! A card in plain text has no place here: its digits are told from an encrypted field by their number.

use serde_json::{Value, json};

/// The specification's limits, and for encrypted fields what a token of ours can hold.
const MAX_STORED_BYTES: usize = 64;
const MIN_SHOPPER_BYTES: usize = 3;
const MAX_SHOPPER_BYTES: usize = 128;
const MAX_FIELD_BYTES: usize = 1_500;
const MAX_HOLDER_CHARS: usize = 100;

/// A token, taken apart.
pub(super) enum Token<'a> {
    /// A stored payment method.
    Stored {
        /// Adyen's id of it.
        id: &'a str,
        /// Whose it is.
        shopper: &'a str,
    },
    /// A card that the browser encrypted.
    Card {
        /// Number, month and year.
        fields: [&'a str; 3],
        /// The security code.
        code: Option<&'a str>,
        /// The holder's name.
        holder: Option<&'a str>,
    },
}

impl<'a> Token<'a> {
    /// Reads a token, if it is one.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let token = match parts.as_slice() {
            ["stored", id, shopper] => Self::Stored { id, shopper },
            ["card", number, month, year] => {
                Self::Card { fields: [number, month, year], code: None, holder: None }
            }
            ["card", number, month, year, code] => {
                Self::Card { fields: [number, month, year], code: Some(code), holder: None }
            }
            ["card", number, month, year, code, holder] => {
                Self::Card { fields: [number, month, year], code: some(code), holder: Some(holder) }
            }
            _ => return None,
        };
        token.sound().then_some(token)
    }

    fn sound(&self) -> bool {
        match self {
            Self::Stored { id, shopper } => {
                let of_id = |byte: u8| byte.is_ascii_alphanumeric();
                (1..=MAX_STORED_BYTES).contains(&id.len())
                    && id.bytes().all(of_id)
                    && (MIN_SHOPPER_BYTES..=MAX_SHOPPER_BYTES).contains(&shopper.len())
                    && shopper.bytes().all(|byte| byte.is_ascii_graphic())
            }
            Self::Card { fields, code, holder } => {
                fields.iter().chain(code).all(|field| encrypted(field)) && holder.is_none_or(name)
            }
        }
    }

    /// The payment method as `POST /payments` takes it.
    pub(super) fn payment_method(&self) -> Value {
        match self {
            Self::Stored { id, .. } => json!({"type": "scheme", "storedPaymentMethodId": id}),
            Self::Card { fields: [number, month, year], code, holder } => {
                let mut method = json!({
                    "type": "scheme",
                    "encryptedCardNumber": number,
                    "encryptedExpiryMonth": month,
                    "encryptedExpiryYear": year,
                });
                if let Some(code) = code {
                    method["encryptedSecurityCode"] = json!(code);
                }
                if let Some(holder) = holder {
                    method["holderName"] = json!(holder);
                }
                method
            }
        }
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Whether it may be what Adyen's component made of a field: base64 of either alphabet, dots, and its own prefixes. A
/// bare number is a card in plain text, or a part of one.
fn encrypted(field: &str) -> bool {
    let of_field = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=-_.$".contains(&byte);
    (1..=MAX_FIELD_BYTES).contains(&field.len())
        && field.bytes().all(of_field)
        && !field.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it may be a holder's name.
fn name(text: &str) -> bool {
    (1..=MAX_HOLDER_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_stored_method_names_its_shopper() {
        let token = Token::parse("stored:M5N7TQ4TG5PFWR50:cus_42").unwrap();
        let expected = json!({"type": "scheme", "storedPaymentMethodId": "M5N7TQ4TG5PFWR50"});
        assert_eq!(token.payment_method(), expected);
        assert!(matches!(token, Token::Stored { shopper: "cus_42", .. }));
    }

    #[test]
    fn an_encrypted_card_has_a_code_and_a_holder_only_where_they_were_given() {
        let bare = Token::parse("card:eyJ.n:eyJ.m:eyJ.y").unwrap().payment_method();
        let expected = json!({"type": "scheme", "encryptedCardNumber": "eyJ.n", "encryptedExpiryMonth": "eyJ.m",
                              "encryptedExpiryYear": "eyJ.y"});
        assert_eq!(bare, expected);
        let whole = Token::parse("card:eyJ.n:eyJ.m:eyJ.y:eyJ.c:Zoë d'Arc").unwrap().payment_method();
        assert_eq!(
            (&whole["encryptedSecurityCode"], &whole["holderName"]),
            (&json!("eyJ.c"), &json!("Zoë d'Arc"))
        );
        let without = Token::parse("card:a:b:c::Zoë").unwrap().payment_method();
        assert_eq!(without.get("encryptedSecurityCode"), None);
    }

    #[test]
    fn what_is_no_token_is_not_read() {
        let long = format!("card:{}:b:c", "x".repeat(1_501));
        for wrong in [
            "",
            "tok_1",
            "stored:",
            "stored:a",
            "stored:a:ab",
            "stored:a b:cus_1",
            "stored:a:cus_1:more",
            "card:a:b",
            "card::b:c",
            "card:a:b:c:",
            "card:4111111111111111:03:2030:737",
            "card:a:03:c",
            "card:a\":b:c",
            "card:a:b:c:d:Zoë\n",
            "card:a:b:c:d:e:f",
            &long,
        ] {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_becomes_more_than_a_payment_method(text in "(stored|card)(:[^:]{0,8}){0,7}|.{0,40}") {
            if let Some(token) = Token::parse(&text) {
                let method = token.payment_method();
                prop_assert_eq!(&method["type"], &json!("scheme"));
                let values = method.as_object().unwrap().values();
                prop_assert!(values.clone().all(|value| value.is_string() && !value.as_str().unwrap().is_empty()));
            }
        }
    }
}
