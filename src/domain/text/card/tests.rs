//! What is refused as a card number, and what must pass.

use proptest::prelude::*;

use super::*;

#[test]
fn a_card_number_is_seen_whatever_stands_between_its_digits() {
    for mark in [
        ",",
        ":",
        "|",
        "*",
        "#",
        "~",
        "\u{b7}",
        "\u{2022}",
        "(",
        ")(",
        "\u{ad}",
        ".",
        "_",
        "/",
        "+",
        " + ",
        "\u{200b}",
        "\u{2060}",
        "\u{301}",
        "\u{2800}",
        "\u{3164}",
        "%20",
        "%C2%AD",
        "%2c",
        ";",
        "=",
        "\u{1f4b3}",
    ] {
        let text = ["4242"; 4].join(mark);
        assert!(holds_card_number(&text), "{text}");
        assert!(holds_card_number(&format!("{text}@example.com")), "{text}");
        let text: Vec<String> = "378282246310005".chars().map(String::from).collect();
        assert!(holds_card_number(&text.join(mark)), "{mark}");
    }
}

#[test]
fn what_is_glued_to_a_card_number_does_not_hide_it() {
    for text in [
        "4242424242424242123",
        "42424242424242421227",
        "4242 4242 4242 4242123",
        "3782822463100051234",
        "0004242424242424242",
        "99424242424242424299",
        "order 7: 4242424242424242",
        "100%4242424242424242",
        "%34242424242424242",
    ] {
        assert!(holds_card_number(text), "{text}");
    }
}

#[test]
fn letters_between_four_groups_of_four_do_not_hide_it() {
    for text in [
        "4242x4242x4242x4242",
        "4242 and 4242 and 4242 and 4242",
        "12 4242a4242b4242c4242 34",
        "9999x4242x4242x4242x4242",
    ] {
        assert!(holds_card_number(text), "{text}");
    }
    for text in
        ["4242x4242x4242x4241", "4242x424x24242x4242", "4242x4242x4242", "9999 or 8888 or 7777 or 6666"]
    {
        assert!(!holds_card_number(text), "{text}");
    }
}

#[test]
fn digits_of_any_script_are_digits() {
    for four in ['4', '\u{ff14}', '\u{664}', '\u{1d7d2}', '\u{e54}', '\u{2463}', '\u{2074}', '\u{1fbf4}'] {
        let two = char::from_u32(u32::from(four) - 2).unwrap();
        // The raised two is not in the row of the raised four.
        let two = if four == '\u{2074}' { '\u{b2}' } else { two };
        let text: String = [four, two].iter().cycle().take(16).collect();
        assert!(holds_card_number(&text), "{text}");
    }
}

#[test]
fn what_is_no_card_number_passes() {
    for text in [
        "+49 151 12345678",
        "+44 20 7946 0958",
        "+1 (415) 555-2671",
        "0049 30 901820",
        "10117 Berlin",
        "SW1A 2AA",
        "4242424242424241",
        "0000000000000000",
        "9999999999999999",
        "1234567890123456",
        "2026-11-22 00:44:16.123456",
        "2026-11-22T00:44:16Z",
        "DE89 3704 0044 0532 0130 00",
        "302-1234567-1234567",
        "9780306406157",
        "12, 3, 4, 56, 7890",
        "flat 12, 1600 Pennsylvania Avenue NW, 20500",
        "50% of 1000, 20% of 2000",
    ] {
        assert!(!holds_card_number(text), "{text}");
    }
}

/// Completes digits by the check digit.
fn with_check_digit(digits: &[u8]) -> Vec<u8> {
    let mut digits = digits.to_vec();
    digits.push(0);
    let last = digits.len() - 1;
    while !is_luhn(&digits) {
        digits[last] += 1;
    }
    digits
}

fn written(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

/// A number as an issuer would give it.
fn card() -> impl Strategy<Value = Vec<u8>> {
    let beginnings = prop::sample::select(vec![
        ("4", 16),
        ("4", 19),
        ("51", 16),
        ("2221", 16),
        ("34", 15),
        ("37", 15),
        ("36", 14),
        ("3528", 16),
        ("6011", 16),
        ("62", 16),
        ("62", 19),
        ("65", 16),
        ("6759", 18),
    ]);
    (beginnings, prop::collection::vec(0_u8..10, 19)).prop_map(|((beginning, length), rest)| {
        let mut digits: Vec<u8> = beginning.bytes().map(|byte| byte - b'0').collect();
        digits.extend(rest);
        digits.truncate(length - 1);
        with_check_digit(&digits)
    })
}

fn mark() -> impl Strategy<Value = char> {
    any::<char>().prop_filter("a mark", |letter| {
        !letter.is_alphanumeric() && *letter != '%' && value(*letter).is_none()
    })
}

proptest! {
    #[test]
    fn any_card_number_is_found_with_any_mark_between_any_of_its_digits(
        card in card(),
        marks in prop::collection::vec(prop::collection::vec(mark(), 0..3).prop_map(String::from_iter), 19),
        before in "([A-Za-z ,:]{0,10}[a-z])?",
        after in "([a-z][A-Za-z ,:]{0,10})?",
    ) {
        let marked: String =
            card.iter().zip(marks).flat_map(|(digit, mark)| [digit.to_string(), mark]).collect();
        let text = format!("{before}{marked}{after}");
        prop_assert!(holds_card_number(&text), "{}", text);
    }

    #[test]
    fn any_card_number_is_found_within_longer_digits(
        card in card(), before in "[0-9]{0,6}", after in "[0-9]{0,6}",
    ) {
        let text = format!("{before}{}{after}", written(&card));
        prop_assert!(holds_card_number(&text), "{}", text);
    }

    #[test]
    fn a_number_with_a_wrong_check_digit_passes(card in card().prop_filter("groups of four", |card| card.len() == 16)) {
        let mut wrong = card;
        wrong[15] = (wrong[15] + 1) % 10;
        let groups: Vec<String> = wrong.chunks(4).map(written).collect();
        prop_assert!(!holds_card_number(&groups.join(" ")), "{:?}", groups);
    }

    #[test]
    fn telephone_numbers_and_postcodes_pass(
        country in 1_u16..1000, national in "[0-9]{4,10}", mark in "[ ./-]?", postcode in "[A-Z]{0,2}[0-9]{4,7}",
    ) {
        let phone = format!("+{country}{mark}{national}");
        prop_assert!(!holds_card_number(&phone), "{}", phone);
        prop_assert!(!holds_card_number(&national));
        prop_assert!(!holds_card_number(&postcode));
    }
}
