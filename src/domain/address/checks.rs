//! What is wrong with an address, by the rules of its country.
//!
//! The rules are few on purpose: a refused address that was right costs a sale. A country without a rule is
//! asked for a street and a town only.

use super::contact::phone_problem;
use super::postal::{Address, FieldProblem};
use crate::domain::text;

/// Longest name, organisation, town or area, in bytes: labels of carriers end far sooner.
const MAX_NAME_BYTES: usize = 100;
/// Longest line of a street, in bytes.
const MAX_LINE_BYTES: usize = 200;
/// Most lines.
const MAX_LINES: usize = 5;
/// Longest postal code, in bytes.
const MAX_POSTAL_CODE_BYTES: usize = 16;

/// What a country asks of an address. In a pattern `9` is a digit, `A` a letter, `?` either; all else is
/// itself. Spaces and dashes are left out of both before they are compared.
struct Rule {
    country: &'static str,
    patterns: &'static [&'static str],
    example: &'static str,
    area: bool,
    locality: bool,
}

const fn rule(country: &'static str, patterns: &'static [&'static str], example: &'static str) -> Rule {
    Rule { country, patterns, example, area: false, locality: true }
}

const fn with_area(rule: Rule) -> Rule {
    Rule { area: true, ..rule }
}

/// Source: the postal unions' formats by country (UPU, "Postal addressing systems"); an area is asked for where
/// parcels do not arrive without one.
const RULES: &[Rule] = &[
    rule("AT", &["9999"], "1010"),
    with_area(rule("AU", &["9999"], "2000")),
    rule("BE", &["9999"], "1000"),
    rule("BG", &["9999"], "1000"),
    with_area(rule("BR", &["99999999"], "01310-100")),
    with_area(rule("CA", &["A9A9A9"], "K1A 0B1")),
    rule("CH", &["9999"], "8001"),
    with_area(rule("CN", &["999999"], "100000")),
    rule("CY", &["9999"], "1010"),
    rule("CZ", &["99999"], "110 00"),
    rule("DE", &["99999"], "10117"),
    rule("DK", &["9999"], "1050"),
    rule("EE", &["99999"], "10111"),
    rule("ES", &["99999"], "28013"),
    rule("FI", &["99999"], "00100"),
    rule("FR", &["99999"], "75001"),
    rule("GB", &["A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA"], "SW1A 1AA"),
    rule("GR", &["99999"], "104 31"),
    rule("HR", &["99999"], "10000"),
    rule("HU", &["9999"], "1011"),
    with_area(rule("IN", &["999999"], "110001")),
    rule("IT", &["99999"], "00118"),
    with_area(rule("JP", &["9999999"], "100-0001")),
    rule("KR", &["99999"], "03051"),
    rule("LT", &["99999", "LT99999"], "01001"),
    rule("LU", &["9999", "L9999"], "1111"),
    rule("LV", &["9999", "LV9999"], "LV-1010"),
    rule("MT", &["AAA9999"], "VLT 1117"),
    with_area(rule("MX", &["99999"], "06000")),
    rule("NL", &["9999AA"], "1012 AB"),
    rule("NO", &["9999"], "0150"),
    rule("NZ", &["9999"], "6011"),
    rule("PL", &["99999"], "00-001"),
    rule("PT", &["9999999"], "1000-001"),
    rule("RO", &["999999"], "010011"),
    rule("SE", &["99999"], "111 20"),
    Rule { country: "SG", patterns: &["999999"], example: "018956", area: false, locality: false },
    rule("SI", &["9999"], "1000"),
    rule("SK", &["99999"], "811 01"),
    with_area(rule("US", &["99999", "999999999"], "94105")),
    Rule { country: "HK", patterns: &[], example: "", area: false, locality: false },
    Rule { country: "GI", patterns: &[], example: "", area: false, locality: false },
    Rule { country: "MC", patterns: &["99999"], example: "98000", area: false, locality: false },
];

impl Address {
    /// Everything that is wrong with the address, by field and in the order of the fields; empty when it can be
    /// delivered to.
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = self.text_problems();
        let rule = RULES.iter().find(|rule| rule.country == self.country.code());
        if self.recipient.trim().is_empty() && self.organisation.trim().is_empty() {
            problems
                .push(FieldProblem::new("recipient", "name the person or the organisation at this address"));
        }
        if self.lines.iter().all(|line| line.trim().is_empty()) {
            problems.push(FieldProblem::new("lines", "give the street and number"));
        }
        if rule.is_none_or(|rule| rule.locality) && self.locality.trim().is_empty() {
            problems.push(FieldProblem::new("locality", "give the town or city"));
        }
        if let Some(rule) = rule {
            if rule.area && self.administrative_area.trim().is_empty() {
                problems.push(FieldProblem::new("administrative_area", "give the state or province"));
            }
            problems.extend(self.postal_code_problem(rule));
        }
        problems
    }

    /// What is wrong with the part that delivery and tax can be estimated from: country, area and postal code.
    pub fn estimate_problems(&self) -> Vec<FieldProblem> {
        let rule = RULES.iter().find(|rule| rule.country == self.country.code());
        let code_given = !self.postal_code.trim().is_empty();
        let mut problems = self.text_problems();
        problems.extend(rule.filter(|_| code_given).and_then(|rule| self.postal_code_problem(rule)));
        problems
    }

    fn postal_code_problem(&self, rule: &Rule) -> Option<FieldProblem> {
        let bare: String =
            self.postal_code.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect::<String>();
        let fits = rule.patterns.is_empty() || rule.patterns.iter().any(|pattern| fits(&bare, pattern));
        (!fits).then(|| {
            let remedy = format!("give a postal code of {} such as {}", rule.country, rule.example);
            FieldProblem::new("postal_code", remedy)
        })
    }

    fn text_problems(&self) -> Vec<FieldProblem> {
        let named = [
            ("recipient", &self.recipient, MAX_NAME_BYTES),
            ("organisation", &self.organisation, MAX_NAME_BYTES),
            ("locality", &self.locality, MAX_NAME_BYTES),
            ("administrative_area", &self.administrative_area, MAX_NAME_BYTES),
            ("postal_code", &self.postal_code, MAX_POSTAL_CODE_BYTES),
        ];
        let mut problems: Vec<FieldProblem> = named
            .into_iter()
            .filter_map(|(field, text, most)| Some((field, text::check(text, most).err()?)))
            .map(|(field, problem)| FieldProblem::new(field, problem.to_string()))
            .collect();
        if self.lines.len() > MAX_LINES {
            problems.push(FieldProblem::new("lines", format!("give at most {MAX_LINES} lines")));
        }
        for (place, line) in self.lines.iter().take(MAX_LINES).enumerate() {
            if let Err(problem) = text::check(line, MAX_LINE_BYTES) {
                problems.push(FieldProblem::new(format!("lines[{place}]"), problem.to_string()));
            }
        }
        // A number that is spread over fields or lines is a card number all the same.
        if problems.is_empty() && text::holds_card_number(&self.lines.join(" ")) {
            problems.push(FieldProblem::new("lines", text::TextProblem::CardNumber.to_string()));
        }
        if !self.phone.is_empty() {
            problems.extend(phone_problem(&self.phone).map(|remedy| FieldProblem::new("phone", remedy)));
        }
        problems
    }
}

fn fits(code: &str, pattern: &str) -> bool {
    code.chars().count() == pattern.chars().count()
        && code.chars().zip(pattern.chars()).all(|(letter, asked)| match asked {
            '9' => letter.is_ascii_digit(),
            'A' => letter.is_ascii_alphabetic(),
            '?' => letter.is_ascii_alphanumeric(),
            other => letter.eq_ignore_ascii_case(&other),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Address {
        Address {
            recipient: "Ada Muster".to_owned(),
            lines: vec!["Unter den Linden 6".to_owned()],
            locality: "Berlin".to_owned(),
            postal_code: "10117".to_owned(),
            phone: "+49 30 123456".to_owned(),
            ..Address::of_country("DE".parse().unwrap())
        }
    }

    fn fields(address: &Address) -> Vec<String> {
        address.problems().into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_whole_address_has_no_problem() {
        assert_eq!(berlin().problems(), vec![]);
    }

    #[test]
    fn each_missing_field_is_named_at_once() {
        let us = Address::of_country("US".parse().unwrap());
        assert_eq!(fields(&us), ["recipient", "lines", "locality", "administrative_area", "postal_code"]);
    }

    #[test]
    fn postal_codes_are_judged_by_their_country() {
        for (country, code, good) in [
            ("DE", "01067", true),
            ("DE", "1067", false),
            ("GB", "sw1a 1aa", true),
            ("GB", "12345", false),
            ("US", "94105-1234", true),
            ("CA", "K1A 0B1", true),
            ("NL", "1012AB", true),
            ("IE", "D02 AF30", true),
            ("HK", "", true),
            ("KE", "", true),
        ] {
            let address = Address {
                country: country.parse().unwrap(),
                postal_code: code.to_owned(),
                administrative_area: "X".to_owned(),
                ..berlin()
            };
            assert_eq!(address.problems().is_empty(), good, "{country} {code}");
        }
    }

    #[test]
    fn every_rule_is_of_a_country_and_fits_its_own_example() {
        for rule in RULES {
            assert!(rule.country.parse::<crate::domain::address::Country>().is_ok(), "{}", rule.country);
            let bare = rule.example.replace([' ', '-'], "");
            assert!(
                rule.patterns.is_empty() || rule.patterns.iter().any(|pattern| fits(&bare, pattern)),
                "{bare}"
            );
        }
    }

    #[test]
    fn a_card_number_in_any_field_is_refused_without_an_echo() {
        let card = "4242 4242 4242 4242".to_owned();
        let whole = berlin();
        for (field, address) in [
            ("recipient", Address { recipient: card.clone(), ..whole.clone() }),
            ("organisation", Address { organisation: card.clone(), ..whole.clone() }),
            ("lines[0]", Address { lines: vec![card.clone()], ..whole.clone() }),
            (
                "lines",
                Address { lines: vec!["4242 4242".to_owned(), "4242 4242".to_owned()], ..whole.clone() },
            ),
            ("locality", Address { locality: card.clone(), ..whole.clone() }),
            ("administrative_area", Address { administrative_area: card.clone(), ..whole.clone() }),
            ("postal_code", Address { postal_code: card.replace(' ', ""), ..whole.clone() }),
            ("phone", Address { phone: card.clone(), ..whole }),
        ] {
            let problems = address.problems();
            assert!(problems.iter().any(|problem| problem.field == field), "{field}");
            assert!(problems.iter().all(|problem| !problem.remedy.contains("4242")), "{field}");
        }
    }

    #[test]
    fn an_estimate_needs_a_country_and_judges_a_postal_code_that_is_there() {
        let germany = Address::of_country("DE".parse().unwrap());
        assert_eq!(germany.estimate_problems(), vec![]);
        let wrong = Address { postal_code: "123".to_owned(), ..germany };
        assert_eq!(wrong.estimate_problems().len(), 1);
    }
}
