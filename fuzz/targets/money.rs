//! Amounts: whatever is read is within bounds, and comes back as it went out.

use cashwrap::config::flow::{parse_amount, parse_total};
use cashwrap::domain::currency::Currency;
use cashwrap::domain::money::{MAX_MINOR, Money};

const CODES: [&str; 6] = ["EUR", "USD", "JPY", "KRW", "KWD", "BHD"];

/// One byte chooses the currency, twelve are units and nanos, and all that follows is text.
pub fn run(bytes: &[u8]) {
    let Some((head, text)) = bytes.split_at_checked(13) else { return };
    let currency: Currency = CODES[usize::from(head[0]) % CODES.len()].parse().unwrap();
    let units = i64::from_le_bytes(head[1..9].try_into().unwrap());
    let nanos = i32::from_le_bytes(head[9..13].try_into().unwrap());
    if let Ok(money) = Money::from_units_nanos(units, nanos, currency) {
        assert!(money.minor.abs() <= MAX_MINOR);
        assert_eq!(money.to_units_nanos(), (units, nanos), "{money:?}");
        arithmetic(money, Money::new(i64::from(nanos) % MAX_MINOR, currency));
    }
    let Ok(text) = std::str::from_utf8(text) else { return };
    if let Ok(minor) = parse_amount(text, currency) {
        assert!((0..=MAX_MINOR).contains(&minor), "{text}");
        assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'), "{text}");
    }
    if let Ok(total) = parse_total(text) {
        let (units, nanos) = total.to_units_nanos();
        assert_eq!(Money::from_units_nanos(units, nanos, total.currency), Ok(total), "{text}");
    }
}

fn arithmetic(one: Money, other: Money) {
    if let Ok(sum) = one.plus(other) {
        assert_eq!(sum.minus(other), Ok(one));
        assert_eq!(other.plus(one), Ok(sum));
    }
    if let Ok(thrice) = one.times(3) {
        assert_eq!(Money::sum([one; 3], one.currency), Ok(thrice));
    }
}
