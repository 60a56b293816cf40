//! How somebody is reached. A typed e-mail address proves nothing about who typed it.

use std::fmt;

use super::postal::FieldProblem;
use crate::domain::text;

/// The longest e-mail address (RFC 5321, 4.5.3.1.3, less the angle brackets).
const MAX_EMAIL_BYTES: usize = 254;
/// The longest local part (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;
/// An international number has 15 digits at most (E.164); the rest is room for spaces and brackets.
const MAX_PHONE_BYTES: usize = 32;
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

/// E-mail and phone; either may be empty. Its `Debug` shows neither.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// Where mail goes.
    pub email: String,
    /// In international form where possible: `+49 30 123456`.
    pub phone: String,
}

impl Contact {
    /// What is wrong with the fields that are not empty.
    pub fn problems(&self) -> Vec<FieldProblem> {
        let email = (!self.email.is_empty()).then(|| email_problem(&self.email)).flatten();
        let phone = (!self.phone.is_empty()).then(|| phone_problem(&self.phone)).flatten();
        email
            .map(|remedy| FieldProblem::new("email", remedy))
            .into_iter()
            .chain(phone.map(|remedy| FieldProblem::new("phone", remedy)))
            .collect()
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Contact").finish_non_exhaustive()
    }
}

/// The remedy for an e-mail address that no mail can reach, if it is one. Mail itself is the real check.
pub fn email_problem(email: &str) -> Option<String> {
    if let Err(problem) = text::check(email, MAX_EMAIL_BYTES) {
        return Some(problem.to_string());
    }
    let sound = email.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local.len() <= MAX_LOCAL_BYTES
            && !local.contains(|letter: char| letter.is_whitespace() || "@<>(),;:\"\\[]".contains(letter))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && domain.contains('.')
            && domain.split('.').all(is_label)
    });
    (!sound).then(|| "give an e-mail address such as name@example.com".to_owned())
}

/// A label of a domain, in ASCII or in a script of its own.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|letter| letter == '-' || letter.is_alphanumeric() || !letter.is_ascii())
        && !label.contains(char::is_whitespace)
}

/// The remedy for a phone number that nobody can call, if it is one. Doors ask this of a phone instead of
/// [`text::check`].
pub fn phone_problem(phone: &str) -> Option<String> {
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let allowed = phone.char_indices().all(|(place, letter)| {
        letter.is_ascii_digit() || " -().".contains(letter) || (place == 0 && letter == '+')
    });
    if phone.len() > MAX_PHONE_BYTES || !allowed || !PHONE_DIGITS.contains(&digits) {
        return Some("give a phone number of 5 to 15 digits, such as +49 30 123456".to_owned());
    }
    // One international number in ten has a true check digit by chance, so only the length that an American
    // Express card has, and hardly a phone, is refused behind a plus.
    if phone.starts_with('+') && digits < *PHONE_DIGITS.end() {
        return None;
    }
    text::check(phone, MAX_PHONE_BYTES).err().map(|problem| problem.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_mail_can_reach_pass() {
        for email in ["a@b.co", "first.last+tag@sub.example.com", "jürgen@müller.de", "o'neil@example.ie"] {
            assert_eq!(email_problem(email), None, "{email}");
        }
    }

    #[test]
    fn addresses_that_no_mail_can_reach_are_named() {
        let long = format!("{}@example.com", "a".repeat(65));
        for email in [
            "a", "@b.co", "a@b", "a@.co", "a b@c.de", "a@b..co", ".a@b.co", "a@-b.co", "a\n@b.co",
            "a@b@c.de", &long,
        ] {
            assert!(email_problem(email).is_some(), "{email}");
        }
    }

    #[test]
    fn phones_have_digits_and_little_else() {
        for phone in ["+49 30 123456", "(030) 12-34.56", "+352441234567890"] {
            assert_eq!(phone_problem(phone), None, "{phone}");
        }
        for phone in
            ["1234", "call me", "+49 30 1234567890123456", "49+301234", "4222222222222", "+378282246310005"]
        {
            assert!(phone_problem(phone).is_some(), "{phone}");
        }
    }

    #[test]
    fn an_empty_contact_has_no_problem_and_a_bad_one_has_each() {
        assert_eq!(Contact::default().problems(), vec![]);
        let bad = Contact { email: "x".to_owned(), phone: "y".to_owned() };
        let fields: Vec<String> = bad.problems().into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["email", "phone"]);
        assert!(!format!("{bad:?}").contains('x'), "a contact shows nothing of itself");
    }
}
