//! Escapes text from a trace for GitHub's Markdown, so that the text cannot contain links, mentions or
//! markup.

use std::iter;

use socket_tap::format::text::printable;

/// Formats text as a code span that is valid inside a table.
pub(super) fn code(text: &str) -> String {
    let text = printable(text);
    if text.is_empty() {
        return String::new();
    }
    let fence = fence(&text, 1);
    // A backtick at either end would join the fence, and a `|` would end the table cell even within a code span.
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
}

/// Formats lines as a code block.
pub(super) fn block(lines: &str) -> String {
    let fence = fence(lines, 3);
    format!("{fence}\n{lines}{fence}\n")
}

/// Returns a run of at least `min` backticks that is longer than any run of backticks in `text`.
fn fence(text: &str, min: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    iter::repeat_n('`', min.max(longest + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_escapes_text_of_a_trace() {
        assert_eq!(code("@all **x** <img>"), "`@all **x** <img>`");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("```"), "```` ``` ````");
        assert_eq!(code("a\nb\u{1b}"), "`a↵b␛`");
        assert_eq!(block("one\n````\n"), "`````\none\n````\n`````\n");
    }
}
