//! What any text that comes in from outside must satisfy before it goes anywhere else.
//!
//! Every door calls [`check`] on every string, so that no later room has to ask again: the length is bounded,
//! nothing in it can break a log line or a database, and no card number gets in. The verdict never repeats the
//! text, because the text may be the very thing that must not be logged.

mod card;

pub use card::holds_card_number;

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    proptest! {
        #[test]
        fn any_text_is_judged_without_a_panic(text in ".{0,200}") {
            let _judged = check(&text, 150);
        }
    }
}
