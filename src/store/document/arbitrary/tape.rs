//! Plain values off a tape of bytes.

use std::fmt::Debug;
use std::str::FromStr;

use jiff::Timestamp;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::domain::address::{Address, Country};
use crate::domain::currency::Currency;
use crate::domain::money::Money;
use crate::store::document::v1::Named;

/// What texts are made of: whatever JSON must escape, scripts of all widths, both directions.
const LETTERS: &[char] =
    &['a', 'Z', '0', ' ', '"', '\\', '/', '\n', '\0', '{', 'ß', 'e', '\u{301}', '字', '🛒', 'ש'];

/// Bytes that values are read off.
pub struct Tape {
    bytes: Vec<u8>,
    at: usize,
}

impl Tape {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0 }
    }

    pub fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        byte
    }

    /// Mostly small, sometimes anything.
    pub fn u64(&mut self) -> u64 {
        match self.byte() {
            small @ 0..200 => u64::from(small),
            _ => u64::from_le_bytes(std::array::from_fn(|_| self.byte())),
        }
    }

    pub fn u32(&mut self) -> u32 {
        u32::try_from(self.u64() & u64::from(u32::MAX)).unwrap()
    }

    pub fn u16(&mut self) -> u16 {
        u16::try_from(self.u64() & u64::from(u16::MAX)).unwrap()
    }

    pub fn i64(&mut self) -> i64 {
        self.u64().cast_signed()
    }

    pub fn flag(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    pub fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[usize::from(self.byte()) % values.len()]
    }

    pub fn word<T: Named>(&mut self) -> T {
        self.pick(T::ALL)
    }

    pub fn option<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| value(self))
    }

    pub fn list<T, C: FromIterator<T>>(&mut self, value: impl Fn(&mut Self) -> T) -> C {
        let length = self.byte() % 4;
        (0..length).map(|_| value(self)).collect()
    }

    pub fn text(&mut self) -> String {
        self.list(|tape| tape.pick(LETTERS))
    }

    pub fn bytes(&mut self) -> Vec<u8> {
        self.list(Self::byte)
    }

    /// An id, store, account or flow: what all of their alphabets share.
    pub fn name<T: FromStr<Err: Debug>>(&mut self) -> T {
        self.pick(&["a", "main-2", "0"]).parse().unwrap()
    }

    /// A SKU or a code.
    pub fn capitals<T: FromStr<Err: Debug>>(&mut self) -> T {
        self.pick(&["A", "TEA-2", "X_9"]).parse().unwrap()
    }

    pub fn id<T>(&mut self, kind: fn(Uuid) -> T) -> T {
        kind(Uuid::from_u128(u128::from(self.u64()) << 64 | u128::from(self.u64())))
    }

    pub fn currency(&mut self) -> Currency {
        self.pick(&["EUR", "JPY", "KWD"]).parse().unwrap()
    }

    pub fn money(&mut self) -> Money {
        Money::new(self.i64(), self.currency())
    }

    pub fn decimal(&mut self) -> Decimal {
        let (low, middle, high) = (self.u32(), self.u32(), self.u32());
        Decimal::from_parts(low, middle, high, self.flag(), u32::from(self.byte() % 29))
    }

    pub fn time(&mut self) -> Timestamp {
        let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let seconds = first + self.i64().rem_euclid(last - first);
        Timestamp::new(seconds, i32::try_from(self.u32() % 1_000_000_000).unwrap()).unwrap()
    }

    pub fn address(&mut self) -> Address {
        let country: Country = self.pick(&["DE", "US", "JP"]).parse().unwrap();
        Address {
            recipient: self.text(),
            organisation: self.text(),
            lines: self.list(Self::text),
            locality: self.text(),
            administrative_area: self.text(),
            postal_code: self.text(),
            country,
            phone: self.text(),
        }
    }
}
