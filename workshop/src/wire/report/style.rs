//! Colours, lines and numbers for a terminal.

/// Minimum number of columns.
const MIN_WIDTH: usize = 80;

/// Maximum number of columns of prose. Longer lines are hard to read.
const MAX_PROSE: usize = 100;

/// Adds colours to text, or not, and breaks it into lines.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    has_color: bool,
    width: usize,
}

impl Style {
    /// Creates a style with or without colours, for lines of `width` columns, but at least 80.
    #[must_use]
    pub fn new(has_color: bool, width: usize) -> Self {
        Self { has_color, width: width.max(MIN_WIDTH) }
    }

    /// Returns the number of columns.
    pub(super) fn width(self) -> usize {
        self.width
    }

    /// Breaks a text between words after `first`, and indents its further lines below it.
    pub(super) fn wrapped(self, first: &str, text: &str) -> String {
        let limit = self.width.min(MAX_PROSE);
        let indent = first.chars().count();
        let (mut out, mut width) = (first.to_owned(), indent);
        for (number, word) in text.split(' ').enumerate() {
            let length = word.chars().count();
            if number > 0 && width + 1 + length > limit {
                out += &format!("\n{}", " ".repeat(indent));
                width = indent;
            } else if number > 0 {
                out.push(' ');
                width += 1;
            }
            out += word;
            width += length;
        }
        out + "\n"
    }

    /// Formats a heading.
    #[must_use]
    pub fn heading(self, text: &str) -> String {
        self.with("1", text)
    }

    /// Formats something that failed.
    #[must_use]
    pub fn bad(self, text: &str) -> String {
        self.with("31", text)
    }

    /// Formats something that deserves attention.
    #[must_use]
    pub fn notable(self, text: &str) -> String {
        self.with("33", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.has_color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Formats nanoseconds as milliseconds, with at most five significant digits.
pub(super) fn ms(ns: u64) -> String {
    let ms = ns as f64 / 1e6;
    if ms < 1_000.0 { format!("{ms:.2}") } else { format!("{ms:.1}") }
}
