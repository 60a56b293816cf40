//! The fenced blocks of a page.

/// What is printed before the output of each block.
pub(super) const MARK: &str = "==== block\n";

/// The `sh` blocks of the section with this heading.
pub(super) fn in_section<'a>(page: &'a str, heading: &str) -> Vec<&'a str> {
    let section =
        page.split("\n## ").find(|section| section.lines().next() == Some(heading)).unwrap_or_default();
    section
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split_once("```\n").map_or(rest, |(block, _)| block))
        .collect()
}

/// One script of all blocks, which ends at the first command that fails.
pub(super) fn script(blocks: &[&str]) -> String {
    let marked = blocks.iter().map(|block| format!("printf '{}'\n{block}", MARK.replace('\n', "\\n")));
    std::iter::once("set -euo pipefail\n".to_owned()).chain(marked).collect()
}

#[test]
fn the_blocks_of_a_section_are_found_and_those_of_others_are_not() {
    let page = "# A\n## One\n```sh\none\n```\n## Two\ntext\n```sh\ntwo\nmore\n```\nand\n```toml\nx\n```\n```sh\n2\n```\n";
    assert_eq!(in_section(page, "Two"), ["two\nmore\n", "2\n"]);
    assert_eq!(in_section(page, "Three"), Vec::<&str>::new());
}
