//! What a partner's texts may be. They stand in rows, logs and questions: what is long, or has characters that nobody
//! meant, is refused or cut.

/// The longest id that is taken.
const MAX_ID_BYTES: usize = 255;

/// The longest address that the customer is sent to.
const MAX_URL_BYTES: usize = 4_096;

/// Whether this is usable as a partner's id of an object or an event.
pub(super) fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A code as it may stand in rows and logs: a partner's word is cut to what codes are made of.
pub(super) fn code(text: &str, otherwise: &str) -> String {
    const MAX_CODE_CHARS: usize = 64;
    let shown = |char: &char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    let printed: String = text.chars().filter(shown).take(MAX_CODE_CHARS).collect();
    if printed.is_empty() { otherwise.to_owned() } else { printed }
}

/// Whether the customer's browser may be sent there: an address of the web.
pub(super) fn is_web(url: &str) -> bool {
    let web = |parsed: reqwest::Url| matches!(parsed.scheme(), "https" | "http") && parsed.has_host();
    let lower = url.to_ascii_lowercase();
    // The parser passes over what a browser would: tabs and line breaks within, slashes that are missing.
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic())
        && ["https://", "http://"].iter().any(|scheme| lower.starts_with(scheme));
    plain && url.len() <= MAX_URL_BYTES && reqwest::Url::parse(url).is_ok_and(web)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_sent_to_a_plain_address_of_the_web_and_nowhere_else() {
        for good in ["https://bank.example/act/p_1?a=b", "HTTP://bank.example"] {
            assert!(is_web(good), "{good}");
        }
        let wrong = [
            "",
            "https://",
            "ht\ttps://a",
            " https://a",
            "https:a",
            "https://a/\n",
            "javascript:x",
            "https://ä",
        ];
        for url in wrong {
            assert!(!is_web(url), "{url}");
        }
    }
}
