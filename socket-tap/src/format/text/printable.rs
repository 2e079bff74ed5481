//! Text from a trace, made safe for a terminal.

/// Replaces control characters by U+FFFD. A trace is untrusted input, so its control characters could control
/// the terminal or fake a line.
///
/// ```
/// assert_eq!(socket_tap::format::text::printable("gone\x1b[2J"), "gone\u{fffd}[2J");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
