//! Every refusal says what to do next: the texts are read where they are written, so that none slips by because
//! no test happens to meet it.

use std::path::Path;

/// What begins a refusal. What the longest text inside says is checked; texts that come from elsewhere are checked
/// there.
const REFUSALS: [&str; 6] =
    ["Error::new(", "Error::field(", "Error::of_field(", "refused(Code::", "invalid(", "let remedy ="];

/// The errors of the domain that refusals repeat.
const REPEATED: [&str; 8] = [
    "src/domain/cart/action.rs",
    "src/domain/coupon.rs",
    "src/domain/currency.rs",
    "src/domain/digest.rs",
    "src/domain/money.rs",
    "src/domain/text.rs",
    "src/domain/ids.rs",
    "src/domain/address/country.rs",
];

/// The longest text of the call, or of the statement, that `code` begins with.
fn longest_text(code: &str) -> Option<String> {
    let mut depth = 0_i32;
    let mut texts: Vec<String> = Vec::new();
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '"' => {
                let mut text = String::new();
                while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
                    match letter {
                        '\\' => drop(letters.next()),
                        letter if letter.is_whitespace() && text.ends_with(' ') => {}
                        letter => text.push(letter),
                    }
                }
                texts.push(text);
            }
            ';' if depth <= 0 => break,
            _ => {}
        }
        if depth < 0 || (depth == 0 && letter == ')') {
            break;
        }
    }
    texts.into_iter().filter(|text| text.contains(' ')).max_by_key(String::len)
}

/// A cause and a remedy are set apart by a colon; a remedy alone begins with what to do.
fn says_what_to_do(text: &str) -> bool {
    let alone = ["give ", "send ", "use ", "remove ", "this method needs "];
    text.contains(": ") || alone.iter().any(|begin| text.starts_with(begin))
}

fn read(path: &Path, found: &mut Vec<String>, seen: &mut usize, marks: &[&str]) {
    let text = std::fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap();
    for mark in marks {
        // The arms of a match are put behind a cause that stands elsewhere.
        let whole = |place: usize| !code[place + mark.len()..].starts_with(" match");
        for (place, _) in code.match_indices(mark).filter(|(place, _)| whole(*place)) {
            if let Some(said) = longest_text(&code[place..]) {
                *seen += 1;
                if !says_what_to_do(&said) {
                    found.push(format!("{}: {said}", path.display()));
                }
            }
        }
    }
}

fn walk(directory: &Path, found: &mut Vec<String>, seen: &mut usize) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found, seen);
        } else {
            read(&path, found, seen, &REFUSALS);
        }
    }
}

#[test]
fn every_refusal_says_what_to_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut found, mut seen) = (Vec::new(), 0);
    for room in ["src/app", "src/grpc"] {
        walk(&root.join(room), &mut found, &mut seen);
    }
    for file in REPEATED {
        read(&root.join(file), &mut found, &mut seen, &["#[error("]);
    }
    assert_eq!(found, Vec::<String>::new());
    assert!(seen > 100, "only {seen} refusals were found");
}

#[test]
fn a_text_is_found_whole_and_one_without_a_remedy_is_noticed() {
    let call =
        "Error::of_field(Reason::X, \"a.path\", \"is over: read \\\n   it (again)\"), \"another text\"";
    assert_eq!(longest_text(call).as_deref(), Some("is over: read it (again)"));
    assert!(!says_what_to_do("the payment is over"));
}
