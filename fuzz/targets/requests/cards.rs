//! Card numbers of an input, found by a rule that is not the product's: plain digits, alone or in groups with one space
//! or one dash between them, with the length, beginning and check digit of Visa, Mastercard or American Express. What
//! follows a `+` is a telephone number.
//!
//! The product's rule is wider. What this one finds, that one must have refused.

/// A card number as it was typed, and its digits.
pub struct Card {
    typed: Vec<u8>,
    digits: Vec<u8>,
}

impl Card {
    /// Whether it stands in there, as it was typed or without its groups.
    pub fn is_in(&self, text: &[u8]) -> bool {
        let stands = |card: &[u8]| text.windows(card.len()).any(|part| part == card);
        stands(&self.typed) || stands(&self.digits)
    }
}

/// The card numbers in these bytes, whatever they are bytes of.
pub fn all_in(bytes: &[u8]) -> Vec<Card> {
    let mut cards = Vec::new();
    let mut place = 0;
    while place < bytes.len() {
        let length = run(&bytes[place..]);
        let typed = &bytes[place..place + length];
        let digits: Vec<u8> = typed.iter().copied().filter(u8::is_ascii_digit).collect();
        if is_card(&digits) && !bytes[..place].ends_with(b"+") {
            cards.push(Card { typed: typed.to_vec(), digits });
        }
        place += length.max(1);
    }
    cards
}

/// How long the run of digits is that begins here, with the single marks within it.
fn run(bytes: &[u8]) -> usize {
    let mut length = 0;
    loop {
        match bytes[length..] {
            [b'0'..=b'9', ..] => length += 1,
            [b' ' | b'-', b'0'..=b'9', ..] if length > 0 => length += 2,
            _ => return length,
        }
    }
}

fn is_card(digits: &[u8]) -> bool {
    let known = match digits {
        [b'4', ..] | [b'5', b'1'..=b'5', ..] => digits.len() == 16,
        [b'3', b'4' | b'7', ..] => digits.len() == 15,
        _ => false,
    };
    let check = digits.iter().rev().enumerate().map(|(place, digit)| {
        let value = u32::from(digit - b'0') << (place % 2);
        value / 10 + value % 10
    });
    known && check.sum::<u32>().is_multiple_of(10)
}
