//! What a caller tells of a card besides its token: enough to recognise it, too little to charge it.
//!
//! It lives as long as the call. What is kept is a keyed digest of it together with the buyer; nothing here
//! prints its digits.

/// A described card.
#[derive(Clone, PartialEq, Eq)]
pub struct Description {
    bin: String,
    last_four: String,
    expiry_month: u8,
    expiry_year: u16,
}

/// A part of a description that cannot be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{remedy}")]
pub struct BadDescription {
    /// The part: `bin`, `last_four`, `expiry_month` or `expiry_year`.
    pub part: &'static str,
    /// What to give instead.
    pub remedy: &'static str,
}

impl Description {
    /// A description, where every part can be so.
    pub fn new(
        bin: &str,
        last_four: &str,
        expiry_month: i32,
        expiry_year: i32,
    ) -> Result<Self, BadDescription> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !matches!(bin.len(), 6 | 8) || !digits(bin) {
            return Err(BadDescription { part: "bin", remedy: "give the first 6 or 8 digits of the number" });
        }
        if last_four.len() != 4 || !digits(last_four) {
            return Err(BadDescription { part: "last_four", remedy: "give the last 4 digits of the number" });
        }
        let month = u8::try_from(expiry_month).ok().filter(|month| (1..=12).contains(month));
        let year = u16::try_from(expiry_year).ok().filter(|year| (2_000..=2_099).contains(year));
        Ok(Self {
            bin: bin.to_owned(),
            last_four: last_four.to_owned(),
            expiry_month: month.ok_or(BadDescription { part: "expiry_month", remedy: "give 1 to 12" })?,
            expiry_year: year.ok_or(BadDescription { part: "expiry_year", remedy: "give 2000 to 2099" })?,
        })
    }

    /// The first six or eight digits, as they were given.
    pub fn bin(&self) -> &str {
        &self.bin
    }

    /// The parts as text, for the digest. A BIN of 8 digits is cut to the 6 that every caller can give, so that
    /// two storefronts describe a card alike.
    pub fn parts(&self) -> [String; 4] {
        let bin = self.bin.get(..6).unwrap_or_default().to_owned();
        [bin, self.last_four.clone(), self.expiry_month.to_string(), self.expiry_year.to_string()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_checked_part_by_part() {
        assert!(Description::new("411111", "1111", 12, 2_030).is_ok());
        assert!(Description::new("41111111", "0002", 1, 2_099).is_ok());
        for (part, bad) in [
            ("bin", Description::new("4111111", "1111", 12, 2_030)),
            ("bin", Description::new("41111a", "1111", 12, 2_030)),
            ("bin", Description::new("", "1111", 12, 2_030)),
            ("last_four", Description::new("411111", "111", 12, 2_030)),
            ("last_four", Description::new("411111", "11112", 12, 2_030)),
            ("expiry_month", Description::new("411111", "1111", 13, 2_030)),
            ("expiry_month", Description::new("411111", "1111", -1, 2_030)),
            ("expiry_year", Description::new("411111", "1111", 12, 30)),
        ] {
            assert_eq!(bad.err().unwrap().part, part);
        }
    }

    #[test]
    fn a_bin_of_six_and_of_eight_digits_are_of_one_card() {
        let parts = |bin| Description::new(bin, "1111", 12, 2_030).unwrap().parts();
        assert_eq!(parts("411111"), parts("41111122"));
    }
}
