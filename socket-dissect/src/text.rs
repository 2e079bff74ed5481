//! Formats untrusted bytes as short, printable text.

use socket_tap::format::text::{printable, push_printable};

/// Maximum length of a text. Longer texts are truncated, and end with an ellipsis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    chars: usize,
}

/// Maximum length of the text of a unit that has not ended.
const MAX_OPEN_CHARS: usize = 512;

/// Number of bytes that suffice for a short text.
pub(super) const ENOUGH: usize = Limit::SHORT.bytes();

impl Limit {
    /// A text of one line.
    pub(super) const SHORT: Self = Self { chars: 80 };
    /// A complete text, except for huge ones.
    pub(super) const FULL: Self = Self { chars: 256 * 1024 };

    /// Returns `true` for complete texts.
    pub(super) fn is_full(self) -> bool {
        self.chars > Self::SHORT.chars
    }

    /// Returns the limit for the text of a unit so far. Before the unit ends, a complete text is shortened: it is repeated
    /// with each of its parts.
    pub(super) fn when(self, ends: bool) -> Self {
        if ends { self } else { Self { chars: self.chars.min(MAX_OPEN_CHARS) } }
    }

    /// Returns the number of bytes that suffice for a text.
    pub(super) const fn bytes(self) -> usize {
        4 * self.chars
    }

    /// Returns `text` with unprintable characters escaped.
    pub(super) fn text(self, text: &str) -> String {
        // A text has at most as many characters as bytes, and one of ASCII has as many.
        let end = match text.len() > self.chars {
            false => None,
            true if text.is_ascii() => Some(self.chars),
            true => text.char_indices().nth(self.chars).map(|(end, _)| end),
        };
        let Some(end) = end else { return printable(text) };
        let mut short = String::with_capacity(end + "…".len());
        push_printable(text.get(..end).unwrap_or_default(), &mut short);
        short.push('…');
        short
    }

    /// Returns the bytes as text, or `binary` if they are not UTF-8. If `more` is `true`, the text ends with an
    /// ellipsis.
    pub(super) fn text_of(self, bytes: &[u8], more: bool) -> String {
        let head = bytes.get(..self.bytes()).unwrap_or(bytes);
        let cut = more || head.len() < bytes.len();
        let text = match std::str::from_utf8(head) {
            Ok(text) => text,
            // The cut is inside a character.
            Err(error) if error.error_len().is_none() && cut => {
                std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
            }
            Err(_) => return "binary".to_owned(),
        };
        let text = self.text(text);
        match cut && !text.ends_with('…') {
            true => text + "…",
            false => text,
        }
    }
}

/// Returns `text` with unprintable characters escaped, and truncated to a line.
pub(super) fn short(text: &str) -> String {
    Limit::SHORT.text(text)
}

/// Returns the bytes as text like [`short`], or `binary` if they are not UTF-8. If `more` is `true`, the text
/// ends with an ellipsis.
pub(super) fn short_bytes(bytes: &[u8], more: bool) -> String {
    Limit::SHORT.text_of(bytes, more)
}

/// Reason why bytes that follow unrecorded bytes cannot be dissected.
pub(super) const HOLE: &str = "follows bytes that were not recorded";

/// Reason why bytes after a gap of the recorder cannot be dissected.
pub(super) const GAP: &str = "follows a gap in the recording";

/// Describes bytes that were not recorded: `1,024 B not recorded`.
pub(super) fn not_recorded(bytes: u64) -> String {
    format!("{} B not recorded", grouped(bytes))
}

/// Appends the number of bytes that were not recorded to `text`, unless `missing` is 0.
pub(super) fn with_hole(text: String, missing: u64) -> String {
    match (missing, text.is_empty()) {
        (0, _) => text,
        (_, true) => not_recorded(missing),
        (_, false) => format!("{text} ({})", not_recorded(missing)),
    }
}

/// Formats a number with thousands separators: `1,024`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let texts = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn long_text_is_truncated_between_characters() {
        let long = "é".repeat(81);
        assert_eq!(short(&long), "é".repeat(80) + "…");
        assert_eq!(Limit::FULL.text(&long), long);
        assert_eq!(short_bytes(&"é".as_bytes()[..1], true), "…");
        assert_eq!(short_bytes(&"é".as_bytes()[..1], false), "binary");
        assert_eq!(short_bytes(b"a\x1b[2J", false), "a␛[2J");
    }
}
