//! A vendor's codes as they may stand in rows and logs.

/// A vendor's word, cut to what codes are made of: nothing in it can forge a line of a log.
pub(in crate::partners::gateway) fn printable(code: &str) -> String {
    const MAX_CODE_CHARS: usize = 64;
    let shown = |char: &char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    let printed: String = code.chars().filter(shown).take(MAX_CODE_CHARS).collect();
    if printed.is_empty() { "unprintable".to_owned() } else { printed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendors_code_cannot_forge_a_line_of_a_log() {
        assert_eq!(printable("lost_card\nlevel=error"), "lost_cardlevelerror");
        assert_eq!(printable("\u{202e}"), "unprintable");
        assert_eq!(printable(&"x".repeat(1_000)).len(), 64);
    }
}
