//! The digits of all scripts.
//!
//! The tables are those of Unicode's property `Numeric_Type` where it is decimal or digit; numbers above nine and
//! fractions are not in them.

/// The value of a digit of any script, also of those that are raised, circled or of mathematics.
pub fn value(letter: char) -> Option<u8> {
    let code = u32::from(letter);
    if letter.is_ascii() {
        return letter.to_digit(10).and_then(|value| u8::try_from(value).ok());
    }
    let within = |zero: &u32| code.checked_sub(*zero).filter(|value| *value < 10);
    let decimal = ZEROS.iter().find_map(within);
    let other = || {
        OTHERS.iter().find_map(|(start, value, count)| {
            code.checked_sub(*start).filter(|place| place < count).map(|place| place + value)
        })
    };
    decimal.or_else(other).and_then(|value| u8::try_from(value).ok())
}

/// The zero of each row of ten.
#[rustfmt::skip]
const ZEROS: &[u32] = &[
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0x2080, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x10d40,
    0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da,
    0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11de0, 0x11f50, 0x16130, 0x16a60,
    0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0,
    0x1e4f0, 0x1e5f1, 0x1e950, 0x1f101, 0x1fbf0,
];

/// Rows that are not ten, or do not begin with a zero: the first one's code and value, and how many there are.
#[rustfmt::skip]
const OTHERS: &[(u32, u32, u32)] = &[
    (0xb2, 2, 2), (0xb9, 1, 1), (0x1369, 1, 9), (0x19da, 1, 1), (0x2070, 0, 1), (0x2074, 4, 6),
    (0x2460, 1, 9), (0x2474, 1, 9), (0x2488, 1, 9), (0x24ea, 0, 1), (0x24f5, 1, 9), (0x24ff, 0, 1),
    (0x2776, 1, 9), (0x2780, 1, 9), (0x278a, 1, 9), (0x10a40, 1, 4), (0x10e60, 1, 9), (0x11052, 1, 9),
    (0x1f100, 0, 1),
];
