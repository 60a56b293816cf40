//! What any text that comes in from outside must satisfy before it goes anywhere else.
//!
//! Every door calls [`check`] on every string, so that no later room has to ask again: the length is bounded,
//! nothing in it can break a log line or a database, and no card number gets in. The verdict never repeats the
//! text, because the text may be the very thing that must not be logged.

/// The shortest and longest card number in digits (ISO/IEC 7812: a primary account number has up to 19 digits,
/// and none that is in use has fewer than 13).
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// Why a text is refused. It carries nothing of the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextProblem {
    /// Longer than its field allows.
    #[error("the text is too long: give at most {max_bytes} bytes of UTF-8")]
    TooLong {
        /// The most that the field takes.
        max_bytes: usize,
    },
    /// A NUL or another control character stands in it.
    #[error("the text has a control character: remove it")]
    ControlCharacter,
    /// It holds what looks like a card number.
    #[error("the text looks like it holds a card number: remove it; card details go to the gateway only")]
    CardNumber,
}

/// Checks a text of one line: at most `max_bytes` bytes, no control character, no card number.
pub fn check(text: &str, max_bytes: usize) -> Result<(), TextProblem> {
    if text.len() > max_bytes {
        return Err(TextProblem::TooLong { max_bytes });
    }
    if text.chars().any(char::is_control) {
        return Err(TextProblem::ControlCharacter);
    }
    if holds_card_number(text) { Err(TextProblem::CardNumber) } else { Ok(()) }
}

/// Whether 13 to 19 digits that satisfy the Luhn check stand in the text.
///
/// Spaces, dashes, dots, slashes, underscores and what has no width are passed over between digits, the way
/// people type or hide a card number; any other character ends a run. A run is searched by whole groups, so that a house number before a card number does not hide
/// it, nor an expiry date after it.
pub fn holds_card_number(text: &str) -> bool {
    let mut run = Run::default();
    // A space in an address of the web.
    let text = text.replace("%20", " ");
    for letter in text.chars() {
        match digit(letter) {
            Some(value) => run.push(value),
            None if is_separator(letter) => run.separate(),
            None => {
                if run.holds_card_number() {
                    return true;
                }
                run = Run::default();
            }
        }
    }
    run.holds_card_number()
}

/// The value of a decimal digit: ASCII, full-width (the form that East Asian keyboards type), Arabic-Indic in
/// both forms, or Devanagari.
fn digit(letter: char) -> Option<u8> {
    let folded = match letter {
        '\u{ff10}'..='\u{ff19}' => u32::from(letter) - 0xff10,
        '\u{0660}'..='\u{0669}' => u32::from(letter) - 0x0660,
        '\u{06f0}'..='\u{06f9}' => u32::from(letter) - 0x06f0,
        '\u{0966}'..='\u{096f}' => u32::from(letter) - 0x0966,
        _ => letter.to_digit(10)?,
    };
    u8::try_from(folded).ok()
}

/// Spaces (also the hard and narrow ones, and those without a width), dashes of any width, and what else people
/// put between the groups of a number.
fn is_separator(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '-' | '.' | '/' | '_' | '+' | '\u{2010}'..='\u{2015}' | '\u{2212}')
        || matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Digits seen so far, in groups divided by separators.
#[derive(Default)]
struct Run {
    groups: Vec<Vec<u8>>,
    open: bool,
}

impl Run {
    fn push(&mut self, value: u8) {
        match self.groups.last_mut() {
            Some(group) if self.open => group.push(value),
            _ => self.groups.push(vec![value]),
        }
        self.open = true;
    }

    fn separate(&mut self) {
        self.open = false;
    }

    fn holds_card_number(&self) -> bool {
        (0..self.groups.len()).any(|start| {
            let mut digits: Vec<u8> = Vec::new();
            for group in self.groups.iter().skip(start) {
                if digits.len() + group.len() > *CARD_DIGITS.end() {
                    return false;
                }
                digits.extend(group);
                if CARD_DIGITS.contains(&digits.len()) && is_luhn(&digits) {
                    return true;
                }
            }
            false
        })
    }
}

/// The check of ISO/IEC 7812-1, annex B. Digits that are all alike satisfy it only as zeros, which is no card.
fn is_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &value)| match (place % 2, u32::from(value)) {
            (0, value) => value,
            (_, value) if value > 4 => value * 2 - 9,
            (_, value) => value * 2,
        })
        .sum();
    sum > 0 && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_card_number_is_seen_whatever_stands_between_its_digits() {
        for text in [
            "4242.4242.4242.4242",
            "4242_4242_4242_4242",
            "4242/4242/4242/4242",
            "4242\u{200b}4242\u{200b}4242\u{200b}4242",
            "https://shop.example/?n=4242%204242%204242%204242",
            "\u{0664}\u{0662}\u{0664}\u{0662}\u{0664}\u{0662}\u{0664}\u{0662}\u{0664}\u{0662}\u{0664}\u{0662}\u{0664}\u{0662}\u{0664}\u{0662}",
        ] {
            assert!(holds_card_number(text), "{text}");
        }
    }

    #[test]
    fn a_card_number_is_refused_however_it_is_typed() {
        for text in [
            "4242424242424242",
            "4242 4242 4242 4242",
            "4242-4242-4242-4242",
            "4242  4242 - 4242 4242",
            "my card is 4000056655665556, thanks",
            "378282246310005",
            "3782 822463 10005",
            "6304 0000 0000 0000 0000",
            "Unit 7 4242 4242 4242 4242",
            "4242\u{a0}4242\u{2011}4242\u{2011}4242",
            "４２４２４２４２４２４２４２４２",
            "(4222222222222)",
            "card:5555555555554444",
            "4242424242424242exp12/27",
            "cc4242424242424242",
            "4242 4242 4242 4242 12 27 123",
        ] {
            let holds = check(text, 200);
            assert_eq!(holds, Err(TextProblem::CardNumber), "{text}");
        }
    }

    #[test]
    fn phones_ids_and_postcodes_are_not_card_numbers() {
        for text in ["+49 30 1234567", "10117", "4242424242424241", "0000000000000000", "Haus 12, 3. OG"] {
            assert_eq!(check(text, 200), Ok(()), "{text}");
        }
    }

    #[test]
    fn length_counts_bytes_and_control_characters_are_refused() {
        assert_eq!(check("éé", 4), Ok(()));
        assert_eq!(check("éé", 3), Err(TextProblem::TooLong { max_bytes: 3 }));
        for text in ["a\0b", "a\nb", "a\u{7f}", "a\u{85}"] {
            assert_eq!(check(text, 10), Err(TextProblem::ControlCharacter));
        }
        assert_eq!(check("日本語 العربية 😀", 100), Ok(()));
    }

    #[test]
    fn no_verdict_repeats_the_text() {
        let problem = check("4242424242424242", 100).unwrap_err();
        assert!(!problem.to_string().contains("4242"));
        assert!(!format!("{problem:?}").contains("4242"));
    }

    fn with_check_digit(digits: &[u8]) -> String {
        let mut digits = digits.to_vec();
        digits.push(0);
        let last = digits.len() - 1;
        while !is_luhn(&digits) {
            digits[last] += 1;
        }
        digits.iter().map(|digit| char::from(b'0' + digit)).collect()
    }

    proptest! {
        #[test]
        fn any_number_with_a_true_check_digit_is_found(
            digits in prop::collection::vec(0_u8..10, 12..=18),
            before in "([ -~]{0,10}[ ,:])?",
        ) {
            prop_assume!(digits.iter().any(|&digit| digit > 0));
            let text = format!("{before}{}", with_check_digit(&digits));
            prop_assert!(holds_card_number(&text), "{}", text);
        }

        #[test]
        fn any_text_is_judged_without_a_panic(text in ".{0,200}") {
            let _judged = check(&text, 150);
        }
    }
}
