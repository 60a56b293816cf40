//! From a text to a predicate, whatever the text is.
//!
//! The grammar is CEL's and the parser somebody else's. It recurses as deep as its input nests, with frames so large
//! that a line of brackets overflows a thread's usual stack, which no process survives. So it gets little (a bounded
//! text, of ASCII, that nests a few levels) and has much (a thread of its own with a large stack, whose panic is an
//! error here). What is made of its tree is [`super::predicate`]'s; neither is there when a tender is routed.

use std::thread;

use ::cel::parser::{ParseErrors, Parser};

use super::predicate;
use crate::domain::flow::Predicate;

/// The longest expression: room for a hundred BINs.
pub(super) const MAX_EXPRESSION_BYTES: usize = 1_024;

/// How deep brackets may nest, and how many conditionals there may be.
const MAX_NESTING: usize = 8;

/// How deep the parser may go, with room for the nesting and the conditionals above. It must be told as well: where a
/// bracket is closed in the wrong place it goes on as if it were not closed.
const MAX_RECURSION: u16 = 24;

/// The worst text that is let through takes about 4 MiB of an unoptimised build; a sanitiser's frames are a few times
/// larger. It is address space, of which only what is used is ever backed.
const STACK_BYTES: usize = 32 << 20;

/// The longest part of a parser's message that is repeated.
const MAX_REASON_CHARS: usize = 120;

/// What to write instead of something that is no condition.
const EXAMPLE: &str = "write a CEL condition such as amount >= 50000 && currency == \"EUR\"";

/// Why a text is no predicate, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) reason: String,
    pub(super) remedy: String,
}

impl Fault {
    pub(super) fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { reason: reason.into(), remedy: remedy.into() }
    }
}

/// Reads a predicate.
pub(super) fn read(text: &str) -> Result<Predicate, Fault> {
    within_bounds(text)?;
    let cannot = || Fault::new("cannot be read", EXAMPLE);
    thread::scope(|scope| {
        let reading = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || parse(text));
        reading.map_err(|_| cannot())?.join().map_err(|_| cannot())?
    })
}

fn parse(text: &str) -> Result<Predicate, Fault> {
    let parser = Parser::new().max_recursion_depth(MAX_RECURSION).error_recovery_limit(1);
    let (tree, places) = parser.parse_with_source_info(text).map_err(|errors| not_cel(&errors))?;
    predicate::condition(&tree, &places)
}

/// What the parser must never see, counted without knowing its grammar: a bracket within a text counts too.
fn within_bounds(text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(Fault::new("is empty", EXAMPLE));
    }
    if text.len() > MAX_EXPRESSION_BYTES {
        let reason = format!("is longer than {MAX_EXPRESSION_BYTES} bytes");
        return Err(Fault::new(reason, "spread it over several rules with the same gateways"));
    }
    if let Some(place) = text.bytes().position(|byte| !matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')) {
        let reason = format!("holds something else than plain ASCII after {place} characters");
        return Err(Fault::new(reason, "nothing that a rule can ask needs it: remove it"));
    }
    let (mut open, mut conditionals) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => {
                open = open.checked_sub(1).ok_or_else(|| {
                    Fault::new("closes a bracket that was not opened", "remove it, or open one before")
                })?;
            }
            b'?' => conditionals += 1,
            _ => {}
        }
        if open > MAX_NESTING || conditionals > MAX_NESTING {
            let reason = format!("nests deeper than {MAX_NESTING} levels");
            return Err(Fault::new(reason, "spread it over several rules"));
        }
    }
    if open > 0 {
        return Err(Fault::new("leaves a bracket open", "close it"));
    }
    Ok(())
}

fn not_cel(errors: &ParseErrors) -> Fault {
    let Some(first) = errors.errors.first() else { return Fault::new("cannot be read", EXAMPLE) };
    let message = first.msg.trim_start_matches("Syntax error: ");
    let message = message.split(" expecting ").next().unwrap_or(message);
    let message: String = message.chars().take(MAX_REASON_CHARS).collect();
    let (line, column) = first.pos;
    let place =
        if line > 1 { format!("line {line}, character {column}") } else { format!("character {column}") };
    Fault::new(format!("is no CEL at {place}: {message}"), EXAMPLE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The worst that is left of a parser's inputs: each as long as may be.
    #[test]
    fn the_longest_of_the_worst_expressions_is_read_or_refused_and_ends_no_process() {
        let most = MAX_EXPRESSION_BYTES;
        let nested = |open: &str, close: &str| {
            let inner = "a+".repeat((most - 2 - MAX_NESTING * (open.len() + close.len())) / 2);
            format!("{}{inner}a{}", open.repeat(MAX_NESTING), close.repeat(MAX_NESTING))
        };
        for worst in [
            "()".repeat(most / 2),
            "[]".repeat(most / 2),
            "{}".repeat(most / 2),
            "!".repeat(most),
            "-".repeat(most - 1) + "1",
            "a.".repeat(most / 2 - 1) + "a",
            "a+".repeat(most / 2 - 1) + "a",
            "a<".repeat(most / 2 - 1) + "a",
            "a||".repeat(most / 3 - 1) + "a",
            "a[0]".repeat(most / 4),
            "a()".repeat(most / 3),
            "'".repeat(most),
            "`".repeat(most),
            "9".repeat(most),
            "1.".repeat(most / 2),
            "a?a:".repeat(MAX_NESTING) + &"a+".repeat(400) + "a",
            nested("(", ")"),
            nested("[", "]"),
            nested("!(", ")"),
            nested("f(", ")"),
            nested("has(", ")"),
            nested("[a].all(x,", ")"),
        ] {
            assert!(worst.len() <= most);
            read(&worst).unwrap_err();
        }
        assert!(read(&"(".repeat(most + 1)).unwrap_err().reason.starts_with("is longer"));
        assert!(read(&"(".repeat(most)).unwrap_err().reason.starts_with("nests deeper"));
    }

    /// Pieces of expressions, whole and broken.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "tender.bin",
            "tender.network",
            "tender",
            ".",
            "amount",
            "currency",
            "country",
            "==",
            "!=",
            "<",
            ">=",
            " in ",
            "[",
            "]",
            "(",
            ")",
            "{",
            "}",
            "&&",
            "||",
            "!",
            "?",
            ":",
            "\"EUR\"",
            "'a'",
            "1",
            "-",
            "9223372036854775808",
            "1u",
            "0x",
            "1.5",
            "1e400",
            "has(",
            ".startsWith(",
            "true",
            "null",
            "b'a'",
            "r'a'",
            "'\\x'",
            "'\\u12'",
            "\"",
            "'",
            "`",
            ",",
            "+",
            "*",
            "/",
            "%",
            "\n",
            "//",
            "all(",
            "exists(x,",
            ".?",
            "[?",
            "\"\"\"",
            "'\\377'",
            "b'\\400'",
            " ",
            "--",
            "@in",
            "\\",
            "..",
            "#",
            "$",
            "|",
            "=",
        ]);
        prop::collection::vec(piece, 1..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_expression_panics_the_reader(text in prop_oneof!["(?s).{0,80}", "[ -~]{0,80}", pieces()]) {
            if let Err(fault) = read(&text) {
                prop_assert!(!fault.reason.is_empty() && !fault.remedy.is_empty());
                prop_assert!(fault.reason != "cannot be read", "the parser panicked at {text:?}");
            }
        }
    }
}
