//! Formats quantities as text.

use unicode_width::UnicodeWidthStr as _;

/// Formats nanoseconds as milliseconds with three decimal places: `1.250 ms`.
pub(crate) fn milliseconds(ns: impl Into<i128>) -> String {
    let us = ns.into() / 1_000;
    format!("{}.{:03} ms", us / 1_000, us % 1_000)
}

/// Formats a number with its noun: `1 write`, `3 writes`.
pub(crate) fn plural(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// Breaks a text between words into lines of at most `width` columns. Lines after the first are indented.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    const INDENT: &str = "  ";
    let (mut out, mut used) = (String::new(), 0);
    for word in text.split_inclusive(' ') {
        if used > INDENT.len() && used + word.trim_end().width() > width {
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(INDENT);
            used = INDENT.len();
        }
        out.push_str(word);
        used += word.width();
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(wrapped("one two  three", 8), "one two\n  three\n");
        assert_eq!(wrapped("one two  three", 80), "one two  three\n");
        assert_eq!(wrapped("extraordinary", 4), "extraordinary\n");
    }
}
