//! What pays: tokens by account, never a card.

use std::collections::BTreeSet;

use super::{fields, money};
use crate::app::placing::{CardTender, PlaceOrder};
use crate::app::{Error, Reason};
use crate::domain::digest::QuoteDigest;
use crate::domain::ids::{AccountId, CheckoutId};
use crate::domain::payment::Network;
use crate::domain::payment::scheme::Description;
use crate::proto::cashwrap::v1::{self, tender::Instrument};

/// Most tenders of one order.
const MAX_TENDERS: usize = 8;
/// Most tokens of one card, as the API says.
const MAX_INSTRUMENTS: usize = 8;
/// The longest token, as the API says.
/// Fields that a browser encrypted for Adyen have more than a kilobyte each.
const MAX_TOKEN_BYTES: usize = 8_192;
/// What is longer holds more of a number than may be told, and is looked at only to say so.
const MAX_DIGITS_BYTES: usize = 64;
/// The longest name of an account.
const MAX_ACCOUNT_BYTES: usize = 64;

/// A placement out of a request.
pub fn placement(checkout: CheckoutId, given: &v1::PlaceOrderRequest) -> Result<PlaceOrder, Error> {
    let digest: QuoteDigest = given
        .quote_digest
        .parse()
        .map_err(|error: crate::domain::digest::BadDigest| Error::field("quote_digest", error.to_string()))?;
    if given.tenders.len() > MAX_TENDERS {
        let remedy = format!("are too many: send at most {MAX_TENDERS}");
        return Err(Error::of_field(Reason::LimitExceeded, "tenders", remedy));
    }
    let tenders = given.tenders.iter().enumerate().map(|(place, given)| tender(place, given));
    Ok(PlaceOrder { checkout, digest: digest.to_string(), tenders: tenders.collect::<Result<_, _>>()? })
}

fn tender(place: usize, given: &v1::Tender) -> Result<CardTender, Error> {
    let at = |field: &str| format!("tenders[{place}].{field}");
    let amount = given.amount.as_ref().map(|given| money::positive(&at("amount"), given)).transpose()?;
    let Some(Instrument::Card(card)) = &given.instrument else {
        return Err(Error::field(
            at("card"),
            "is missing: give the card that pays, with a token for each account that may take it",
        ));
    };
    if card.instruments.is_empty() || card.instruments.len() > MAX_INSTRUMENTS {
        let remedy = format!("give 1 to {MAX_INSTRUMENTS}, one for each account that may take the payment");
        return Err(Error::field(at("card.instruments"), remedy));
    }
    let mut accounts = BTreeSet::new();
    let mut instruments = Vec::with_capacity(card.instruments.len());
    for (index, given) in card.instruments.iter().enumerate() {
        let at = |field: &str| at(&format!("card.instruments[{index}].{field}"));
        let (account, token) = instrument(at, given)?;
        if !accounts.insert(account.clone()) {
            return Err(Error::field(at("partner_account"), "is named twice: give one token per account"));
        }
        instruments.push((account, token));
    }
    let (description, network) = match &card.descriptor {
        Some(given) => described(|field| at(&format!("card.descriptor.{field}")), given)?,
        None => (None, Network::default()),
    };
    Ok(CardTender { amount, instruments, description, network })
}

/// What is told of the card. The digits are refused where they are more than may be told.
fn described(
    at: impl Fn(&str) -> String,
    given: &v1::CardDescriptor,
) -> Result<(Option<Description>, Network), Error> {
    fields::text(&at("bin"), &given.bin, MAX_DIGITS_BYTES)?;
    fields::text(&at("last_four"), &given.last_four, MAX_DIGITS_BYTES)?;
    let (month, year) = (given.expiry_month, given.expiry_year);
    let description = Description::new(&given.bin, &given.last_four, month, year)
        .map_err(|problem| Error::field(at(problem.part), format!("cannot be so: {}", problem.remedy)))?;
    let network = match fields::known(&at("network"), given.network)? {
        v1::CardNetwork::Visa => Network::Visa,
        v1::CardNetwork::Mastercard => Network::Mastercard,
        v1::CardNetwork::Unspecified | v1::CardNetwork::Other => Network::Other,
    };
    Ok((Some(description), network))
}

fn instrument(at: impl Fn(&str) -> String, given: &v1::CardInstrument) -> Result<(AccountId, String), Error> {
    let account = fields::text(&at("partner_account"), &given.partner_account, MAX_ACCOUNT_BYTES)?;
    let account = account.parse().map_err(|_| {
        Error::field(at("partner_account"), "is not an account: use those that ListPaymentMethods names")
    })?;
    let token = fields::text(&at("token"), &given.token, MAX_TOKEN_BYTES)?;
    if token.is_empty() {
        return Err(Error::field(at("token"), "is missing: give what the gateway's tokeniser gave"));
    }
    Ok((account, token))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn card(tokens: &[(&str, &str)]) -> v1::Tender {
        let instruments = tokens
            .iter()
            .map(|(account, token)| v1::CardInstrument {
                partner_account: (*account).to_owned(),
                token: (*token).to_owned(),
            })
            .collect();
        v1::Tender {
            amount: None,
            instrument: Some(Instrument::Card(v1::CardTender { instruments, descriptor: None })),
        }
    }

    fn placed(tenders: Vec<v1::Tender>) -> Result<PlaceOrder, Error> {
        let quote_digest = format!("v1.{}", "0".repeat(64));
        let request = v1::PlaceOrderRequest { quote_digest, tenders, ..v1::PlaceOrderRequest::default() };
        placement(CheckoutId(Uuid::from_u128(1)), &request)
    }

    fn refused(tender: v1::Tender) -> Error {
        placed(vec![tender]).err().unwrap()
    }

    #[test]
    fn tokens_are_taken_by_account_in_their_order() {
        let place = placed(vec![card(&[("primary", "pm_1"), ("backup", "pm_2")])]).unwrap();
        let accounts: Vec<_> =
            place.tenders[0].instruments.iter().map(|(account, _)| account.as_str()).collect();
        assert_eq!(accounts, ["primary", "backup"]);
    }

    #[test]
    fn a_card_number_is_no_token() {
        for token in ["4111111111111111", "4111 1111 1111 1111", "tok_4111111111111111"] {
            let refused = refused(card(&[("primary", token)]));
            assert_eq!(refused.reason(), Reason::CardNumberRefused, "{token}");
            assert_eq!(refused.fields()[0].path, "tenders[0].card.instruments[0].token");
            assert!(!refused.to_string().contains("4111"));
        }
        assert_eq!(refused(card(&[("4111111111111111", "pm_1")])).reason(), Reason::CardNumberRefused);
    }

    #[test]
    fn what_cannot_pay_is_refused_by_its_field() {
        for (path, bad) in [
            ("tenders[0].card", v1::Tender::default()),
            ("tenders[0].card.instruments", card(&[])),
            ("tenders[0].card.instruments", card(&[("a", "t"); 9])),
            ("tenders[0].card.instruments[1].partner_account", card(&[("a", "t"), ("a", "u")])),
            ("tenders[0].card.instruments[0].partner_account", card(&[("No Account", "t")])),
            ("tenders[0].card.instruments[0].token", card(&[("a", "")])),
            ("tenders[0].card.instruments[0].token", card(&[("a", "t\0")])),
        ] {
            assert_eq!(refused(bad).fields()[0].path, path);
        }
        let huge = "x".repeat(1 << 20);
        assert!(refused(card(&[("a", &huge)])).message().len() < 300);
    }

    fn described(bin: &str, last_four: &str, network: i32) -> v1::Tender {
        let descriptor = v1::CardDescriptor {
            bin: bin.to_owned(),
            last_four: last_four.to_owned(),
            expiry_month: 12,
            expiry_year: 2_030,
            network,
        };
        let mut tender = card(&[("primary", "pm_1")]);
        if let Some(Instrument::Card(card)) = &mut tender.instrument {
            card.descriptor = Some(descriptor);
        }
        tender
    }

    #[test]
    fn r19_a_descriptor_is_taken_and_is_no_card_number() {
        for bin in ["411111", "41111111"] {
            let place = placed(vec![described(bin, "1111", v1::CardNetwork::Visa.into())]).unwrap();
            assert!(place.tenders[0].description.is_some());
            assert_eq!(place.tenders[0].network, Network::Visa);
        }
    }

    #[test]
    fn r19_a_descriptor_that_cannot_be_so_is_refused_by_its_field_and_never_repeated() {
        let full = "4111111111111111";
        for (path, bad) in [
            ("tenders[0].card.descriptor.bin", described("4111", "1111", 0)),
            ("tenders[0].card.descriptor.bin", described(full, "1111", 0)),
            ("tenders[0].card.descriptor.last_four", described("411111", full, 0)),
            ("tenders[0].card.descriptor.last_four", described("411111", "11x1", 0)),
            ("tenders[0].card.descriptor.network", described("411111", "1111", 99)),
        ] {
            let refused = refused(bad);
            assert_eq!(refused.fields()[0].path, path);
            assert!(!refused.to_string().contains("4111"), "{refused}");
        }
        let number = refused(described(full, "1111", 0));
        assert_eq!(number.reason(), Reason::CardNumberRefused);
    }

    #[test]
    fn a_digest_that_is_none_is_refused() {
        for quote_digest in [String::new(), "v1.abc".to_owned(), "x".repeat(1 << 20)] {
            let request = v1::PlaceOrderRequest { quote_digest, ..v1::PlaceOrderRequest::default() };
            let refused = placement(CheckoutId(Uuid::from_u128(1)), &request).err().unwrap();
            assert_eq!(refused.fields()[0].path, "quote_digest");
        }
        let missing =
            placement(CheckoutId(Uuid::from_u128(1)), &v1::PlaceOrderRequest::default()).err().unwrap();
        assert!(missing.message().starts_with("quote_digest: is missing: "), "{missing}");
    }
}
