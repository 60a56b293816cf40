//! Lists in pages (AIP-158), from the first day.
//!
//! A page token says where the next page begins. It is signed together with the request that it belongs to, so
//! that it opens no other list, and nobody can make one up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::auth::same;
use crate::app::{Error, Reason};
use crate::ports::Vault;

/// What is returned where nothing is said.
const DEFAULT_SIZE: u32 = 50;
/// The most that is returned, whatever is asked for.
const MAX_SIZE: u32 = 200;
/// Longer than any token of ours.
const MAX_TOKEN_BYTES: usize = 512;
/// Keeps these signatures apart from every other that the vault makes.
const PURPOSE: &str = "page-token-v1";
/// An HMAC-SHA256.
const TAG_BYTES: usize = 32;

/// A page that is asked for.
pub struct Page<'a> {
    vault: &'a dyn Vault,
    binding: String,
    /// How many to return at most.
    pub size: u32,
    /// What the page before ended with.
    pub after: Option<String>,
}

/// Reads what page of a list is asked for. `binding` names the list: the method, the parent and its filters.
pub fn page<'a>(
    vault: &'a dyn Vault,
    binding: &[&str],
    page_size: i32,
    page_token: &str,
) -> Result<Page<'a>, Error> {
    let size = match u32::try_from(page_size) {
        Ok(0) => DEFAULT_SIZE,
        Ok(size) => size.min(MAX_SIZE),
        Err(_) => return Err(Error::field("page_size", "give a number from 0 to 200; 0 means 50")),
    };
    let binding = binding.join("\n");
    let mut page = Page { vault, binding, size, after: None };
    if !page_token.is_empty() {
        page.after = Some(page.open(page_token).ok_or_else(|| {
            let remedy = "was not issued for this request: send the next_page_token as it was, with the same \
                          other fields, or none";
            Error::of_field(Reason::PageTokenInvalid, "page_token", remedy)
        })?);
    }
    Ok(page)
}

impl Page<'_> {
    /// The token of the page that follows `after`; empty when there is none.
    pub fn token(&self, after: Option<&str>) -> String {
        after.map_or_else(String::new, |after| {
            let mut text = self.tag(after);
            text.extend(after.as_bytes());
            URL_SAFE_NO_PAD.encode(text)
        })
    }

    /// The page out of a list that is whole in memory, with the next page's token.
    pub fn of<T>(&self, all: Vec<T>) -> (Vec<T>, String) {
        let begin: usize = self.after.as_deref().and_then(|text| text.parse().ok()).unwrap_or_default();
        let end = begin.saturating_add(usize::try_from(self.size).unwrap_or(usize::MAX));
        let more = all.len() > end;
        let rows = all.into_iter().skip(begin).take(end.saturating_sub(begin)).collect();
        (rows, self.token(more.then(|| end.to_string()).as_deref()))
    }

    fn open(&self, token: &str) -> Option<String> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (tag, after) = bytes.split_at_checked(TAG_BYTES)?;
        let after = std::str::from_utf8(after).ok()?;
        let ours: [u8; TAG_BYTES] = self.tag(after).try_into().ok()?;
        let theirs: [u8; TAG_BYTES] = tag.try_into().ok()?;
        same(&ours, &theirs).then(|| after.to_owned())
    }

    fn tag(&self, after: &str) -> Vec<u8> {
        let signature = self.vault.sign(PURPOSE, format!("{}\n\n{after}", self.binding).as_bytes());
        signature.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::capability::testing::Xor;

    #[test]
    fn pages_follow_one_another_and_the_last_has_no_token() {
        let all: Vec<u32> = (0..5).collect();
        let first = page(&Xor, &["List", "stores/a"], 2, "").unwrap();
        let (rows, token) = first.of(all.clone());
        assert_eq!(rows, [0, 1]);
        let second = page(&Xor, &["List", "stores/a"], 2, &token).unwrap();
        let (rows, token) = second.of(all.clone());
        assert_eq!(rows, [2, 3]);
        let third = page(&Xor, &["List", "stores/a"], 2, &token).unwrap();
        assert_eq!(third.of(all), (vec![4], String::new()));
    }

    #[test]
    fn a_token_opens_only_the_list_it_was_given_for() {
        let token = page(&Xor, &["List", "stores/a"], 2, "").unwrap().token(Some("ord_1"));
        assert!(page(&Xor, &["List", "stores/a"], 7, &token).is_ok(), "the size may change");
        for (binding, token) in [
            (["List", "stores/b"], token.as_str()),
            (["Other", "stores/a"], token.as_str()),
            (["List", "stores/a"], &token[1..]),
            (["List", "stores/a"], "no token"),
            (["List", "stores/a"], &"A".repeat(10_000)),
        ] {
            let refused = page(&Xor, &binding, 2, token).err().unwrap();
            assert_eq!(refused.reason(), Reason::PageTokenInvalid);
        }
    }

    #[test]
    fn a_size_is_bounded_and_never_negative() {
        let size = |asked| page(&Xor, &["List"], asked, "").map(|page| page.size);
        assert_eq!(size(0), Ok(50));
        assert_eq!(size(7), Ok(7));
        assert_eq!(size(i32::MAX), Ok(200));
        assert_eq!(size(-1).unwrap_err().fields()[0].path, "page_size");
    }
}
