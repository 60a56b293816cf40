//! What looks like a card number in a text.
//!
//! People type card numbers in groups, with any mark between them, and glue the code from the back of the card or
//! the expiry date to them. Whatever is neither a letter nor a digit is therefore passed over. That alone would
//! refuse telephone numbers and order numbers by the dozen; so a number also needs the beginning and the length
//! that an issuer gives its cards, and stands where a number would: from the beginning of a group, or anywhere in
//! digits that run on. Letters end a number, save between four groups of exactly four: so much order is no chance.
//! Nothing in here may keep or print the text.

mod digits;

use digits::value;

/// From this many digits without a break on, a card number is looked for at every place of them.
const LONG: usize = 14;

/// Whether a text holds 13 to 19 digits that are a card number by beginning, length and check digit.
pub fn holds_card_number(text: &str) -> bool {
    in_letters(text.chars()) || (text.contains('%') && in_letters(decoded(text).into_iter()))
}

fn in_letters(letters: impl Iterator<Item = char>) -> bool {
    let mut run = Run::default();
    let mut fours = Fours::default();
    for letter in letters {
        if fours.hears(value(letter)) {
            return true;
        }
        match value(letter) {
            Some(value) => run.push(value),
            None if ends_a_run(letter) => {
                if run.holds_card_number() {
                    return true;
                }
                run = Run::default();
            }
            None => run.separate(letter),
        }
    }
    run.holds_card_number() || fours.hears(None)
}

/// Digits in groups of four, whatever stands between the groups.
#[derive(Default)]
struct Fours {
    group: Vec<u8>,
    digits: Vec<u8>,
}

impl Fours {
    /// Hears a digit, or that there is none, and says whether the last four groups are a card number.
    fn hears(&mut self, digit: Option<u8>) -> bool {
        if let Some(digit) = digit {
            self.group.push(digit);
            return false;
        }
        match self.group.len() {
            0 => return false,
            4 => self.digits.append(&mut self.group),
            _ => {
                self.group.clear();
                self.digits.clear();
            }
        }
        let last = self.digits.len().checked_sub(16).and_then(|start| self.digits.get(start..));
        last.is_some_and(|digits| lengths(digits).contains(&16) && is_luhn(digits))
    }
}

/// Letters end a run; marks, spaces and what has no width do not. The fillers count as letters and show nothing.
fn ends_a_run(letter: char) -> bool {
    letter.is_alphanumeric() && !matches!(letter, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
}

/// A text with what addresses of the web escape taken for what it stands for; bytes beyond ASCII are marks.
fn decoded(text: &str) -> Vec<char> {
    let mut letters = text.chars();
    let mut read = Vec::new();
    while let Some(letter) = letters.next() {
        let mut ahead = letters.clone();
        let hex = |letter: Option<char>| letter.and_then(|letter| letter.to_digit(16));
        let escaped = match (letter, hex(ahead.next()), hex(ahead.next())) {
            ('%', Some(high), Some(low)) => char::from_u32(high * 16 + low),
            _ => None,
        };
        if escaped.is_some() {
            letters = ahead;
        }
        read.push(escaped.map_or(letter, |escaped| if escaped.is_ascii() { escaped } else { ' ' }));
    }
    read
}

/// Digits seen so far, and where their groups begin.
#[derive(Default)]
struct Run {
    digits: Vec<u8>,
    groups: Vec<Group>,
    mark: Option<char>,
}

struct Group {
    start: usize,
    /// A `+` stands before it, as before a telephone number with its country code.
    called: bool,
}

impl Run {
    fn push(&mut self, value: u8) {
        if self.digits.is_empty() || self.mark.is_some() {
            self.groups.push(Group { start: self.digits.len(), called: self.mark == Some('+') });
        }
        self.mark = None;
        self.digits.push(value);
    }

    fn separate(&mut self, mark: char) {
        self.mark = Some(mark);
    }

    fn holds_card_number(&self) -> bool {
        self.groups.iter().enumerate().any(|(place, group)| {
            let end = self.end_of(place);
            let last_start = if end - group.start >= LONG { end - 1 } else { group.start };
            (group.start..=last_start).any(|start| self.begins_at(start, group))
        })
    }

    /// Where the group at this place ends.
    fn end_of(&self, place: usize) -> usize {
        self.groups.get(place + 1).map_or(self.digits.len(), |next| next.start)
    }

    fn begins_at(&self, start: usize, group: &Group) -> bool {
        let Some(rest) = self.digits.get(start..) else { return false };
        lengths(rest).iter().any(|&length| {
            let Some(digits) = rest.get(..length) else { return false };
            let end = start + length;
            let whole = start == group.start && self.ends_a_group(end);
            let fits = match length {
                // Telephone numbers with their country code have up to 13 digits, article numbers exactly as many.
                13 => whole && !group.called,
                // A code or a date often follows these at once.
                15 | 16 => true,
                _ => self.ends_a_group(end) || self.is_in_a_long_group(end),
            };
            fits && is_luhn(digits)
        })
    }

    fn ends_a_group(&self, end: usize) -> bool {
        end == self.digits.len() || self.groups.iter().any(|group| group.start == end)
    }

    fn is_in_a_long_group(&self, end: usize) -> bool {
        let place = self.groups.iter().rposition(|group| group.start < end);
        place.is_some_and(|place| {
            self.end_of(place) - self.groups.get(place).map_or(0, |own| own.start) >= LONG
        })
    }
}

/// The lengths that issuers give card numbers with this beginning; none where no issuer has it.
fn lengths(digits: &[u8]) -> &'static [usize] {
    let Some(first) = digits.get(..6) else { return &[] };
    let first = first.iter().fold(0_u32, |sum, &digit| sum * 10 + u32::from(digit));
    match first {
        // Visa.
        400_000..=499_999 => &[13, 16, 19],
        // Mastercard, also its newer range.
        510_000..=559_999 | 222_100..=272_099 => &[16],
        // American Express.
        340_000..=349_999 | 370_000..=379_999 => &[15],
        // Diners Club.
        300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999 => &[14, 16, 19],
        // JCB, Discover, RuPay, Mir, Troy, UnionPay.
        352_800..=358_999
        | 601_100..=601_199
        | 644_000..=659_999
        | 220_000..=220_499
        | 979_200..=979_299
        | 620_000..=629_999
        | 810_000..=820_199 => &[16, 17, 18, 19],
        // Maestro and others of the debit schemes.
        500_000..=509_999 | 560_000..=589_999 | 600_000..=609_999 | 630_000..=639_999 | 670_000..=679_999 => {
            &[13, 14, 15, 16, 17, 18, 19]
        }
        _ => &[],
    }
}

/// The check of ISO/IEC 7812-1, annex B.
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
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests;
