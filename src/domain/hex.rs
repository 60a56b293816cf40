//! Hexadecimal digits of what has a fixed size: ids and digests.
//!
//! They stand in every row, key, link and column, many times each, so that a commit writes hundreds of them: they
//! are looked up and not formatted.

/// Upper case is never written and never read: a thing has one spelling.
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The 64 digits of a digest, as ASCII.
pub(super) fn of_digest(bytes: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0x0f)]);
    }
    text
}

/// The digest that is written in 64 digits, if it is.
pub(super) fn digest(text: &str) -> Option<[u8; 32]> {
    let pairs = text.as_bytes();
    if pairs.len() != 64 {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(pairs.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = (value(*high)? << 4) | value(*low)?;
    }
    Some(digest)
}

/// Digits as text.
pub(super) fn text(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

fn digit(half: u8) -> u8 {
    DIGITS[usize::from(half)]
}

const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_written_in_two_digits_and_read_back() {
        for byte in 0..=u8::MAX {
            let digits = of_digest(&[byte; 32]);
            assert_eq!(text(&digits), format!("{byte:02x}").repeat(32));
            assert_eq!(digest(text(&digits)), Some([byte; 32]));
        }
    }

    #[test]
    fn only_the_one_spelling_of_a_digest_is_read() {
        for bad in ["", "00", &"A0".repeat(32), &"g0".repeat(32), &"0".repeat(63), &"0".repeat(65)] {
            assert_eq!(digest(bad), None, "{bad}");
        }
    }
}
