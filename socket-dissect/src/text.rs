//! Formats untrusted bytes as short, printable text.

use socket_tap::format::text::printable;

/// Maximum number of characters of a text. Longer texts are truncated.
const MAX_CHARS: usize = 80;

/// Number of bytes that suffice for a text of [`MAX_CHARS`] characters.
pub(super) const ENOUGH: usize = 4 * MAX_CHARS;

/// Returns `text` with unprintable characters escaped. A long text is truncated, and ends with an ellipsis.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => printable(text.get(..end).unwrap_or_default()) + "…",
        None => printable(text),
    }
}

/// Returns the bytes as text like [`short`], or `binary` if they are not UTF-8. If `more` is `true`, the text
/// ends with an ellipsis.
pub(super) fn short_bytes(bytes: &[u8], more: bool) -> String {
    let head = bytes.get(..ENOUGH).unwrap_or(bytes);
    let cut = more || head.len() < bytes.len();
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The cut is inside a character.
        Err(error) if error.error_len().is_none() && cut => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return "binary".to_owned(),
    };
    let text = short(text);
    match cut && !text.ends_with('…') {
        true => text + "…",
        false => text,
    }
}

/// Reason why bytes that follow unrecorded bytes cannot be dissected.
pub(super) const HOLE: &str = "follows bytes that were not recorded";

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
        let long = "é".repeat(MAX_CHARS + 1);
        assert_eq!(short(&long), "é".repeat(MAX_CHARS) + "…");
        assert_eq!(short_bytes(&"é".as_bytes()[..1], true), "…");
        assert_eq!(short_bytes(&"é".as_bytes()[..1], false), "binary");
        assert_eq!(short_bytes(b"a\x1b[2J", false), "a\u{fffd}[2J");
    }
}
