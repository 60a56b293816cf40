//! Addresses, contacts and points on the map.
//!
//! What is malformed as text is refused here; what is missing or wrong as an address is kept and stands in the
//! checkout's problems, because a buyer fills a form in steps.

use super::fields::{self, refused};
use crate::app::Error;
use crate::domain::address::{Address, Contact, Coordinates, contact};
use crate::domain::text::{self, TextProblem};
use crate::proto::cashwrap::v1;
use crate::proto::google::r#type::{LatLng, PostalAddress};

/// Longest name, organisation, town or area, in bytes: labels of carriers end far sooner.
const MAX_NAME_BYTES: usize = 100;
/// Longest line of a street, in bytes.
const MAX_LINE_BYTES: usize = 200;
/// Most lines.
const MAX_LINES: usize = 5;
/// Longest postal code, in bytes.
const MAX_POSTAL_CODE_BYTES: usize = 16;
/// The longest e-mail address (RFC 5321, 4.5.3.1.3, less the angle brackets).
const MAX_EMAIL_BYTES: usize = 254;
/// An international number has 15 digits at most (E.164); the rest is room for spaces and brackets.
const MAX_PHONE_BYTES: usize = 32;
/// Ten-millionths in a degree.
const E7: f64 = 1e7;

/// An address out of a request.
pub fn address(path: &str, given: &PostalAddress) -> Result<Address, Error> {
    let at = |field: &str| format!("{path}.{field}");
    let text = |field: &str, value: &str, most: usize| fields::text(&at(field), value, most);
    for (field, unused) in [("sorting_code", &given.sorting_code), ("sublocality", &given.sublocality)] {
        text(field, unused, MAX_NAME_BYTES)?;
        if !unused.is_empty() {
            return Err(Error::field(at(field), "is not used here: put it into address_lines"));
        }
    }
    if given.revision != 0 {
        return Err(Error::field(at("revision"), "is not known: leave it out"));
    }
    if given.recipients.len() > 1 {
        return Err(Error::field(at("recipients"), "are several: give one, and others in address_lines"));
    }
    if given.address_lines.len() > MAX_LINES {
        return Err(Error::field(at("address_lines"), format!("are too many: give at most {MAX_LINES}")));
    }
    fields::language(&at("language_code"), &given.language_code)?;
    let mut lines = Vec::with_capacity(given.address_lines.len());
    for (place, line) in given.address_lines.iter().enumerate() {
        lines.push(text(&format!("address_lines[{place}]"), line, MAX_LINE_BYTES)?);
    }
    // A number that is spread over lines is a card number all the same.
    if text::holds_card_number(&lines.join(" ")) {
        return Err(refused(&at("address_lines"), TextProblem::CardNumber));
    }
    let recipient = given.recipients.first().map(String::as_str).unwrap_or_default();
    Ok(Address {
        recipient: text("recipients[0]", recipient, MAX_NAME_BYTES)?,
        organisation: text("organization", &given.organization, MAX_NAME_BYTES)?,
        lines,
        locality: text("locality", &given.locality, MAX_NAME_BYTES)?,
        administrative_area: text("administrative_area", &given.administrative_area, MAX_NAME_BYTES)?,
        postal_code: text("postal_code", &given.postal_code, MAX_POSTAL_CODE_BYTES)?,
        country: fields::country(&at("region_code"), &given.region_code)?,
        phone: String::new(),
    })
}

/// An address as the API shows it.
pub fn postal(address: &Address) -> PostalAddress {
    let recipients = Some(address.recipient.clone()).filter(|recipient| !recipient.is_empty());
    PostalAddress {
        revision: 0,
        region_code: address.country.to_string(),
        postal_code: address.postal_code.clone(),
        administrative_area: address.administrative_area.clone(),
        locality: address.locality.clone(),
        address_lines: address.lines.clone(),
        recipients: recipients.into_iter().collect(),
        organization: address.organisation.clone(),
        ..PostalAddress::default()
    }
}

/// A contact out of a request.
pub fn contact(path: &str, given: &v1::Contact) -> Result<Contact, Error> {
    // A phone number may look like a card number: the domain knows which of them is one.
    if contact::phone_problem(&given.phone).is_some() {
        fields::text(&format!("{path}.phone"), &given.phone, MAX_PHONE_BYTES)?;
    }
    Ok(Contact {
        email: fields::text(&format!("{path}.email"), &given.email, MAX_EMAIL_BYTES)?,
        phone: given.phone.clone(),
    })
}

/// A contact as the API shows it.
pub fn shown_contact(contact: &Contact) -> v1::Contact {
    v1::Contact { email: contact.email.clone(), phone: contact.phone.clone() }
}

/// A point on the map out of a request.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    reason = "google.type.LatLng has degrees as floats; the range is checked before the cast"
)]
pub fn coordinates(path: &str, given: &LatLng) -> Result<Coordinates, Error> {
    let e7 = |degrees: f64| {
        let scaled = (degrees * E7).round();
        (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&scaled).then_some(scaled as i32)
    };
    e7(given.latitude)
        .zip(e7(given.longitude))
        .and_then(|(latitude, longitude)| Coordinates::new(latitude, longitude).ok())
        .ok_or_else(|| Error::field(path, crate::domain::address::CoordinatesOutOfRange.to_string()))
}

/// A point on the map as the API shows it.
#[expect(clippy::float_arithmetic, reason = "google.type.LatLng has degrees as floats")]
pub fn position(place: Coordinates) -> LatLng {
    LatLng { latitude: f64::from(place.latitude_e7()) / E7, longitude: f64::from(place.longitude_e7()) / E7 }
}

/// The path of a field as the API spells it, from the domain's own spelling of an address.
pub(in crate::grpc) fn spelled(path: &str) -> String {
    let (parent, field) = path.rsplit_once('.').unwrap_or(("", path));
    if !parent.ends_with("address") {
        return path.to_owned();
    }
    let field = match field {
        "recipient" => "recipients".to_owned(),
        "organisation" => "organization".to_owned(),
        "country" => "region_code".to_owned(),
        _ => field
            .strip_prefix("lines")
            .map_or_else(|| field.to_owned(), |rest| format!("address_lines{rest}")),
    };
    format!("{parent}.{field}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Reason;

    fn berlin() -> PostalAddress {
        PostalAddress {
            region_code: "DE".to_owned(),
            postal_code: "10117".to_owned(),
            locality: "Berlin".to_owned(),
            address_lines: vec!["Unter den Linden 1".to_owned()],
            recipients: vec!["Ada Lovelace".to_owned()],
            ..PostalAddress::default()
        }
    }

    #[test]
    fn a_problem_names_the_field_as_the_api_spells_it() {
        for (own, told) in [
            ("details.delivery_address.recipient", "details.delivery_address.recipients"),
            ("details.billing.address.lines[1]", "details.billing.address.address_lines[1]"),
            ("details.delivery_address.postal_code", "details.delivery_address.postal_code"),
            ("details.contact.email", "details.contact.email"),
        ] {
            assert_eq!(spelled(own), told);
        }
    }

    #[test]
    fn an_address_reads_back_as_it_was_shown() {
        assert_eq!(postal(&address("a", &berlin()).unwrap()), berlin());
    }

    #[test]
    fn an_address_that_is_only_begun_is_kept() {
        let begun = PostalAddress { region_code: "DE".to_owned(), ..PostalAddress::default() };
        assert!(!address("a", &begun).unwrap().problems().is_empty());
    }

    #[test]
    fn a_card_number_is_refused_in_every_field_and_over_lines() {
        let card = "4111111111111111".to_owned();
        let spread = vec!["4111 1111".to_owned(), "1111 1111".to_owned()];
        for (path, bad) in [
            ("a.recipients[0]", PostalAddress { recipients: vec![card.clone()], ..berlin() }),
            ("a.organization", PostalAddress { organization: card.clone(), ..berlin() }),
            ("a.locality", PostalAddress { locality: card.clone(), ..berlin() }),
            ("a.administrative_area", PostalAddress { administrative_area: card.clone(), ..berlin() }),
            ("a.postal_code", PostalAddress { postal_code: card.clone(), ..berlin() }),
            ("a.sublocality", PostalAddress { sublocality: card.clone(), ..berlin() }),
            ("a.sorting_code", PostalAddress { sorting_code: card.clone(), ..berlin() }),
            ("a.address_lines[0]", PostalAddress { address_lines: vec![card], ..berlin() }),
            ("a.address_lines", PostalAddress { address_lines: spread, ..berlin() }),
        ] {
            let refused = address("a", &bad).unwrap_err();
            assert_eq!(refused.reason(), Reason::CardNumberRefused, "{path}");
            assert_eq!(refused.fields()[0].path, path);
            assert!(!refused.to_string().contains("4111"));
        }
    }

    #[test]
    fn a_country_that_is_none_is_refused_by_its_field() {
        for code in ["", "UK", "de", "Germany"] {
            let bad = PostalAddress { region_code: code.to_owned(), ..berlin() };
            assert_eq!(address("a", &bad).unwrap_err().fields()[0].path, "a.region_code", "{code}");
        }
    }

    #[test]
    fn a_phone_number_is_taken_where_it_is_no_card_number() {
        let with = |phone: &str| v1::Contact { email: String::new(), phone: phone.to_owned() };
        assert!(contact("c", &with("+49 30 123456")).is_ok());
        assert!(contact("c", &with("soon")).is_ok(), "the checkout's problems tell");
        let refused = contact("c", &with("4111 1111 1111 1111")).unwrap_err();
        assert_eq!(refused.reason(), Reason::CardNumberRefused);
        assert_eq!(refused.fields()[0].path, "c.phone");
    }

    #[test]
    fn a_point_reads_back_as_it_was_shown_and_none_off_the_map_is_taken() {
        let place = Coordinates::new(525_162_500, -133_777_000).unwrap();
        assert_eq!(coordinates("near", &position(place)), Ok(place));
        for (latitude, longitude) in [(91.0, 0.0), (0.0, -181.0), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            let refused = coordinates("near", &LatLng { latitude, longitude }).unwrap_err();
            assert_eq!(refused.fields()[0].path, "near");
        }
    }
}
