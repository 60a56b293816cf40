//! The one form of search query the sandbox understands: `metadata['key']:'value'`.

/// A search for intents whose metadata holds this value under this key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::partners::sandbox) struct MetadataQuery {
    pub(in crate::partners::sandbox) key: String,
    pub(in crate::partners::sandbox) value: String,
}

impl MetadataQuery {
    /// Reads the query; single and double quotes are equal, and a backslash escapes a quote.
    pub(in crate::partners::sandbox) fn parse(query: &str) -> Option<Self> {
        let rest = query.trim().strip_prefix("metadata[")?;
        let (key, rest) = quoted(rest)?;
        let (value, rest) = quoted(rest.strip_prefix("]:")?)?;
        rest.is_empty().then_some(Self { key, value })
    }
}

fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    let mut unquoted = String::new();
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => {
                unquoted.push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            _ if character == quote => return Some((unquoted, text.get(at + 1..)?)),
            _ => unquoted.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metadata_query_is_read_with_either_quote_and_escapes() {
        let expected = Some(MetadataQuery { key: "reference".into(), value: "att_1'x".into() });
        assert_eq!(MetadataQuery::parse(r"metadata['reference']:'att_1\'x'"), expected);
        assert_eq!(MetadataQuery::parse("metadata[\"reference\"]:\"att_1'x\""), expected);
    }

    #[test]
    fn any_other_query_is_refused() {
        for other in
            ["", "status:'succeeded'", "metadata['a']:'b' AND x", "metadata['a']:'b", "metadata[a]:'b'"]
        {
            assert_eq!(MetadataQuery::parse(other), None, "{other}");
        }
    }
}
