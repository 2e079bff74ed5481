//! Text from a trace in GitHub's Markdown, where it can be read and nothing else: no link, no mention, no markup.

use std::iter;

use socket_tap::format::text::printable;

/// The text as a code span that may stand in a table.
pub(super) fn code(text: &str) -> String {
    let text = printable(text);
    if text.is_empty() {
        return String::new();
    }
    let fence = fence(&text, 1);
    // A backtick at an end would be of the fence; and a `|` would end the cell, also within a span.
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
}

/// Lines as a block of code.
pub(super) fn block(lines: &str) -> String {
    let fence = fence(lines, 3);
    format!("{fence}\n{lines}{fence}\n")
}

/// More backticks than stand in a row anywhere in the text, and at least so many.
fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    iter::repeat_n('`', least.max(longest + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_cannot_write_markdown() {
        assert_eq!(code("@all **x** <img>"), "`@all **x** <img>`");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("```"), "```` ``` ````");
        assert_eq!(code("a\nb\u{1b}"), "`a\u{fffd}b\u{fffd}`");
        assert_eq!(block("one\n````\n"), "`````\none\n````\n`````\n");
    }
}
