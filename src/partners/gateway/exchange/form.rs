//! Form encoding and the encoding of path segments and queries: everything but unreserved characters is
//! escaped, so that no value can become another parameter or path.

/// A form in the order in which its pairs were added: the same request gives the same bytes.
#[derive(Default)]
pub(in crate::partners::gateway) struct Form(String);

impl Form {
    /// Adds `name=value`.
    pub(in crate::partners::gateway) fn with(mut self, name: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        escape(name, &mut self.0);
        self.0.push('=');
        escape(value, &mut self.0);
        self
    }

    /// Adds `name=value` if there is a value.
    pub(in crate::partners::gateway) fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(in crate::partners::gateway) fn encoded(self) -> String {
        self.0
    }
}

/// One segment of a path.
pub(in crate::partners::gateway) fn segment(text: &str) -> String {
    let mut escaped = String::new();
    escape(text, &mut escaped);
    escaped
}

fn escape(text: &str, into: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            // A dot is escaped too: as a whole segment it would climb to another path.
            into.push('%');
            into.push(char::from(DIGITS[usize::from(byte >> 4)]));
            into.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_becomes_another_parameter() {
        let form = Form::default().with("metadata[reference]", "a&b=c d%").with_some("absent", None);
        assert_eq!(form.encoded(), "metadata%5Breference%5D=a%26b%3Dc%20d%25");
    }

    #[test]
    fn nothing_in_an_id_becomes_another_path() {
        assert_eq!(segment("pi_1/../é?x#"), "pi_1%2F%2E%2E%2F%C3%A9%3Fx%23");
        assert_eq!(segment(".."), "%2E%2E");
    }
}
