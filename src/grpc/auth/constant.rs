//! Comparing what is secret, in a time that does not tell where it differs.

/// Whether both are the same, looking at every byte.
pub fn same(left: &[u8; 32], right: &[u8; 32]) -> bool {
    let mut difference = 0_u8;
    for (one, other) in left.iter().zip(right) {
        difference |= std::hint::black_box(one ^ other);
    }
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts() {
        let all = [7_u8; 32];
        assert!(same(&all, &all));
        for place in 0..32 {
            let mut other = all;
            other[place] = 8;
            assert!(!same(&all, &other), "{place}");
        }
    }
}
