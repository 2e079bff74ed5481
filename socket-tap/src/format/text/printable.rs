//! Text from a trace, made safe for a terminal.

use std::fmt::Write as _;

/// Replaces the characters that could control the terminal, fake a line or hide text. A trace is untrusted input.
///
/// A line end becomes `↵`, and another control character of ASCII its symbol, such as `␛` for ESC. Characters that are
/// invisible, or that change the direction of the text, become escapes, such as `\u{202e}`.
///
/// ```
/// use socket_tap::format::text::printable;
///
/// assert_eq!(printable("gone\x1b[2J"), "gone␛[2J");
/// assert_eq!(printable("{\r\n  \"id\": 1\n}"), "{↵  \"id\": 1↵}");
/// assert_eq!(printable("a\u{202e}b"), r"a\u{202e}b");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    let mut printed = String::with_capacity(text.len());
    push_printable(text, &mut printed);
    printed
}

/// Appends the text that [`printable`] returns to `printed`.
///
/// ```
/// use socket_tap::format::text::push_printable;
///
/// let mut line = "label: ".to_owned();
/// push_printable("gone\x1b[2J", &mut line);
/// assert_eq!(line, "label: gone␛[2J");
/// ```
pub fn push_printable(text: &str, printed: &mut String) {
    let mut rest = text;
    loop {
        let (plain, other) = rest.split_at(plain_length(rest.as_bytes()));
        printed.push_str(plain);
        let mut chars = other.chars();
        let Some(c) = chars.next() else { return };
        rest = chars.as_str();
        if is_printable(c) { printed.push(c) } else { push_replaced(c, rest, printed) }
    }
}

/// Appends what replaces `c`. `after` is the text that follows.
fn push_replaced(c: char, after: &str, printed: &mut String) {
    match c {
        '\r' if after.starts_with('\n') => {}
        '\n' => printed.push('↵'),
        // The symbols of Unicode's block "Control Pictures" are in the order of the characters.
        '\0'..='\x1f' => printed.extend(char::from_u32(0x2400 + u32::from(c))),
        '\x7f' => printed.push('␡'),
        c => {
            // Writing to a `String` cannot fail.
            let _ = write!(printed, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

/// Returns `true` for a character that [`printable`] keeps: it is neither invisible nor a control character, and does not
/// change the direction of the text.
///
/// ```
/// use socket_tap::format::text::is_printable;
///
/// assert!(is_printable('é') && !is_printable('\x1b') && !is_printable('\u{202e}'));
/// ```
#[must_use]
pub fn is_printable(c: char) -> bool {
    !c.is_control() && (c.is_ascii() || !is_hidden(c))
}

/// Returns the number of visible ASCII characters and spaces at the beginning. Almost all texts in a trace have only these.
fn plain_length(bytes: &[u8]) -> usize {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~');
    // Without a branch for each byte, the compiler compares all bytes of a chunk at once.
    let is_plain_chunk = |chunk: &&[u8; 16]| chunk.iter().fold(true, |plain, byte| plain & is_plain(byte));
    let (chunks, _) = bytes.as_chunks();
    let whole = 16 * chunks.iter().take_while(is_plain_chunk).count();
    whole + bytes[whole..].iter().take_while(|byte| is_plain(byte)).count()
}

/// Returns `true` for characters that are invisible or reorder the text around them: those that Unicode calls default
/// ignorable or bidirectional controls, and the separators of lines and paragraphs.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_text_stays_the_same_when_printed_again() {
        let once = printable("a\r\nb\rc\td\u{9b}e\u{200b}f\x7f");
        assert_eq!(once, r"a↵b␍c␉d\u{9b}e\u{200b}f␡");
        assert_eq!(printable(&once), once);
    }

    #[test]
    fn joined_and_combined_characters_are_kept() {
        // A zero-width joiner and a variation selector are parts of visible characters.
        for text in ["👩‍💻", "❤️", "é", "नमस्ते", "书"] {
            assert_eq!(printable(text), text);
        }
    }
}
