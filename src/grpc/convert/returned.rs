//! What a buyer's browser brought back from an action: names and values that only the vendor understands.
//!
//! They are bounded and handed on. Nothing here, or anywhere in the house, takes them for an answer (R15).

use std::collections::BTreeMap;

use super::fields;
use crate::app::{Error, Reason};

/// Most parameters of one return, as the API says.
const MAX_PARAMETERS: usize = 16;
/// The longest name, as the API says.
const MAX_NAME_BYTES: usize = 64;
/// The longest value, as the API says: vendors put sealed states of a few KiB into them.
const MAX_VALUE_BYTES: usize = 4_096;

/// The parameters, in the order of their names.
pub fn parameters(given: &BTreeMap<String, String>) -> Result<Vec<(String, String)>, Error> {
    const FIELD: &str = "return_parameters";
    if given.len() > MAX_PARAMETERS {
        let remedy = format!("are too many: send at most {MAX_PARAMETERS}, those that the gateway added");
        return Err(Error::of_field(Reason::LimitExceeded, FIELD, remedy));
    }
    let mut parameters = Vec::with_capacity(given.len());
    for (name, value) in given {
        let name = fields::text(FIELD, name, MAX_NAME_BYTES)?;
        if name.is_empty() {
            return Err(Error::field(FIELD, "has a value without a name: give each its name"));
        }
        let path = format!("{FIELD}[{name}]");
        if value.len() > MAX_VALUE_BYTES {
            let remedy = format!(
                "is too long: send at most {MAX_VALUE_BYTES} bytes, as the browser brought them back"
            );
            return Err(Error::field(path, remedy));
        }
        // Its digits are the vendor's: no number is looked for in what nobody here reads.
        if value.chars().any(char::is_control) {
            return Err(Error::field(
                path,
                "has a control character: send it decoded from the address, once",
            ));
        }
        parameters.push((name, value.clone()));
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, value: &str) -> String {
        parameters(&BTreeMap::from([(name.to_owned(), value.to_owned())])).unwrap_err().to_string()
    }

    #[test]
    fn what_was_brought_back_is_handed_on_as_it_came_up_to_its_bounds() {
        let longest = "9".repeat(MAX_VALUE_BYTES);
        let given = BTreeMap::from([
            ("MD".to_owned(), "4242424242424242".to_owned()),
            ("redirectResult".to_owned(), longest.clone()),
        ]);
        let read = parameters(&given).unwrap();
        assert_eq!(read[0], ("MD".to_owned(), "4242424242424242".to_owned()));
        assert_eq!(read[1].1, longest);
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_by_its_name_with_a_remedy() {
        let many = (0..=MAX_PARAMETERS).map(|place| (format!("p{place}"), String::new())).collect();
        assert!(parameters(&many).unwrap_err().to_string().contains("at most 16"));
        assert!(refused("", "x").contains("without a name"));
        assert!(refused(&"n".repeat(MAX_NAME_BYTES + 1), "x").contains("at most 64"));
        assert!(refused("n\u{0}", "x").contains("control character"));
        assert!(refused("payload", &"v".repeat(MAX_VALUE_BYTES + 1)).contains("at most 4096"));
        assert!(refused("payload", "a\nb").contains("control character"));
    }
}
