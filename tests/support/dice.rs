//! Random choices that a printed seed repeats.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use uuid::{Builder, Uuid};

/// A source of random choices: SplitMix64.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice that always fall the same way for the same seed.
    pub const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed that nobody chose.
    pub fn fresh_seed() -> u64 {
        RandomState::new().build_hasher().finish() >> 16
    }

    /// Any number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is above zero.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    /// One of several.
    pub fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        let index = self.below(u64::try_from(of.len()).unwrap());
        of[usize::try_from(index).unwrap()]
    }

    /// A UUID, as clients choose them for their requests.
    pub fn uuid(&mut self) -> Uuid {
        let bits = u128::from(self.roll()) << 64 | u128::from(self.roll());
        Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }

    /// Dice of their own for somebody else.
    pub fn others(&mut self) -> Self {
        Self(self.roll())
    }
}
